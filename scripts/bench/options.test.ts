import { expect, it } from 'vitest';
import { readBenchCall } from './options.ts';

it('reads a bench with its flags and numbers', () => {
  const { name, options } = readBenchCall(['reindex', '--live', '--runs', '3']);
  expect(name).toBe('reindex');
  expect(options).toMatchObject({ live: true, quick: false, runs: 3, documents: undefined });
});

it.each(['0', '-1', 'many', '1.5', ''])('refuses %j where a number is wanted', (text) => {
  expect(() => readBenchCall(['reindex', `--runs=${text}`])).toThrow(TypeError);
});
