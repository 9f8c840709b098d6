import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatchBetween } from './status.ts';
import type { Json } from './status.ts';

describe('the merge patch between two statuses', () => {
  it.each<[string, Json, Json, Json | undefined]>([
    ['nothing for equals', { a: 1, b: [{ c: 2 }] }, { a: 1, b: [{ c: 2 }] }, undefined],
    ['only what changed', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
    ['null for what is gone', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['null for what is gone deep down', { a: { b: 1, c: 2 } }, { a: { c: 2 } }, { a: { b: null } }],
    ['lists whole', { a: [1, 2, 3] }, { a: [1, 3] }, { a: [1, 3] }],
    ['undefined as absence', { a: 1 }, { a: undefined }, { a: null }],
    ['nothing for absence of what never was', {}, { a: undefined, b: { c: undefined } }, { b: {} }],
  ])('holds %s', (_, before, after, expected) => {
    expect(mergePatchBetween(before, after)).toEqual(expected);
  });

  it('turns one into the other', () => {
    const json = fc.letrec<{ object: Json; value: unknown }>((tie) => ({
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
      value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.array(fc.integer()), tie('object')),
    })).object;
    fc.assert(
      fc.property(json, json, (before, after) => {
        const patch = mergePatchBetween(before, after);
        expect(applyMergePatch(before, patch ?? {})).toEqual(after);
      }),
    );
  });
});

/** RFC 7386, section 2. */
function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
