import { describe, expect, it } from 'vitest';
import { contentHash, epochAlias, epochOf, rangeOpaqueId } from './names.ts';

const uid = 'abcdef01-2345-6789-abcd-ef0123456789';

describe('epochOf', () => {
  it('reads what epochAlias wrote', () => {
    expect(epochOf(epochAlias(uid, 12), uid)).toBe(12);
  });

  it.each([
    'orders',
    'es-steward-ffffff01-3',
    'es-steward-abcdef01-',
    'es-steward-abcdef01-0',
    'es-steward-abcdef01-1x',
  ])('knows a stranger: %s', (alias) => {
    expect(epochOf(alias, uid)).toBeUndefined();
  });
});

describe('contentHash', () => {
  it('does not depend on the order of keys', () => {
    expect(contentHash({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      contentHash({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it('tells a value exchanged for another of the same size', () => {
    expect(contentHash({ term: { user: 'kim' } })).not.toBe(contentHash({ term: { user: 'tom' } }));
  });

  it('tells lists in another order', () => {
    expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]));
  });
});

describe('rangeOpaqueId', () => {
  it('names request, attempt and range', () => {
    expect(rangeOpaqueId(uid, 2, 5, { shard: 3, from: 4000 })).toBe(`${uid}/2/5/3/4000`);
  });
});
