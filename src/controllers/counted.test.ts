import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it.each([
  [0, '0 writes'],
  [1, '1 write'],
  [2, '2 writes'],
])('%d is told as %s', (count, text) => {
  expect(counted(count, 'write')).toBe(text);
});

it('knows a plural that is made in another way', () => {
  expect([1, 2].map((count) => counted(count, 'index', 'indexes'))).toEqual(['1 index', '2 indexes']);
});
