import { expect, it } from 'vitest';
import { textOf } from './text.ts';

it('reads one piece that is part of a larger buffer', () => {
  expect(textOf([new TextEncoder().encode('before, größer, after').subarray(8, 16)])).toBe('größer');
});

it('joins pieces, also in the middle of a character', () => {
  const bytes = new TextEncoder().encode('größer');
  expect(textOf([bytes.subarray(0, 3), bytes.subarray(3)])).toBe('größer');
});

it('makes nothing of nothing', () => {
  expect(textOf([])).toBe('');
});
