import { expect, it } from 'vitest';
import { failing } from './perform-effect.ts';

it('says no more of a failure than a status can hold', () => {
  const { failure } = failing('MappingConflict', 'why '.repeat(2_000))({ phase: 'Copying' });
  expect(failure?.reason).toBe('MappingConflict');
  expect(failure?.message.length).toBeLessThanOrEqual(4_096);
});
