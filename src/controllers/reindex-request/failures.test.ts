import { expect, it } from 'vitest';
import { documentsText } from './failures.ts';

it.each([
  [1, '1 document'],
  [2, '2 documents'],
])('%d is told as %s', (count, text) => {
  expect(documentsText(count)).toBe(text);
});
