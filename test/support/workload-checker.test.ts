import { describe, expect, it } from 'vitest';
import { compareDocuments, isExact } from './workload-checker.ts';

const expected = new Map([
  ['a', 1],
  ['b', 2],
]);
const found = (...documents: readonly (readonly [string, unknown])[]) =>
  compareDocuments(
    expected,
    documents.map(([id, version]) => ({ id, version })),
  );

describe('the checker', () => {
  it('finds nothing where everything is as it was written', async () => {
    expect(isExact(await found(['b', 2], ['a', 1]))).toBe(true);
  });

  it.each([
    ['lost', [['a', 1]], 'b'],
    [
      'ghosts',
      [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
      'c',
    ],
    [
      'stale',
      [
        ['a', 1],
        ['b', 1],
      ],
      'b',
    ],
    [
      'duplicated',
      [
        ['a', 1],
        ['b', 2],
        ['b', 2],
      ],
      'b',
    ],
  ] as const)('finds what is %s', async (fault, documents, id) => {
    const verdict = await found(...documents);
    expect(verdict).toMatchObject({ lost: 0, ghosts: 0, stale: 0, duplicated: 0, [fault]: 1 });
    expect(verdict.examples[fault]).toEqual([id]);
    expect(isExact(verdict)).toBe(false);
  });

  it('takes a document without a version for stale', async () => {
    expect(await found(['a', undefined], ['b', 2])).toMatchObject({ stale: 1 });
  });
});
