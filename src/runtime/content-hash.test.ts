import { describe, expect, it } from 'vitest';
import { contentHash } from './content-hash.ts';

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
