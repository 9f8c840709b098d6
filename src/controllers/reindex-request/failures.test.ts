import { expect, it } from 'vitest';
import type { DocumentFailure } from './observed.ts';
import { documentsText, listedFailures } from './failures.ts';

it.each([
  [1, '1 document'],
  [2, '2 documents'],
])('%d is told as %s', (count, text) => {
  expect(documentsText(count)).toBe(text);
});

it('lists the first ten by their ids, in whichever order parts end, and each of them once', () => {
  const failure = (id: string): DocumentFailure => {
    return { index: 'b', id, status: 400, type: 't', reason: 'r', detail: '' };
  };
  const late = listedFailures(['12050', '12001', 'x'].map(failure));
  expect(late.map(({ id }) => id)).toEqual(['12001', '12050', 'x']);
  expect(listedFailures([failure('x')], late)).toEqual(late);
  const small = Array.from({ length: 9 }, (_, at) => String(at));
  const all = listedFailures(['5007', ...small].map(failure), late);
  expect(all.map(({ id }) => id)).toEqual([...small, '5007']);
});
