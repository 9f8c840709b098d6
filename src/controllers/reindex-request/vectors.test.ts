import { describe, expect, it } from 'vitest';
import { hidesVectors, isSameContent, vectorFields } from './vectors.ts';

const mappings = {
  properties: {
    a: { type: 'keyword' },
    v: { type: 'dense_vector', dims: 3 },
    n: { type: 'nested', properties: { s: { type: 'sparse_vector' }, t: { type: 'text' } } },
  },
};
const vectors = new Set(vectorFields(mappings));

describe('an index', () => {
  it('knows its vectors at any depth', () => {
    expect([...vectors]).toEqual(['v', 'n.s']);
    expect(vectorFields({})).toEqual([]);
  });

  it.each([
    ['of 9.2', { version: { created: '9035000' } }, mappings, true],
    ['of 8.16', { version: { created: '8518000' } }, mappings, false],
    [
      'that says that it does not',
      { version: { created: '9094000' }, mapping: { exclude_source_vectors: 'false' } },
      mappings,
      false,
    ],
    ['without vectors', { version: { created: '9094000' } }, { properties: { a: { type: 'float' } } }, false],
    ['without a field', { version: { created: '9094000' } }, {}, false],
  ])('%s hides them: %#', (_, settings, own, hides) => {
    expect(hidesVectors({ settings, mappings: own })).toBe(hides);
  });
});

describe('the copy of a document', () => {
  const original = {
    a: 'x',
    v: [0.1234567890123, 2, 3e-9],
    n: [{ s: { tok: 0.123456789, b: 3 }, t: 'x' }, { t: 'y' }],
  };

  it.each([
    [
      'rounded',
      { ...original, v: [0.12345679, 2, 3.1e-9], n: [{ t: 'x', s: { b: 3, tok: 0.123291016 } }, { t: 'y' }] },
    ],
    ['in another notation', { ...original, v: '3dfcd6ea40000000314e3d' }],
    ['with what was made of its text', { ...original, _inference_fields: { t: {} } }],
  ])('is the same with vectors %s', (_, copy) => {
    expect(isSameContent(original, copy, vectors)).toBe(true);
    expect(isSameContent(copy, original, vectors)).toBe(true);
    expect(isSameContent(original, copy, new Set())).toBe(false);
  });

  it('is the same where a vector that is null was not kept', () => {
    expect(isSameContent({ a: 'x', v: null }, { a: 'x' }, vectors)).toBe(true);
    expect(isSameContent({ a: null }, {}, vectors)).toBe(false);
  });

  it.each([
    ['no vector', { a: 'x', n: original.n }],
    ['another vector', { ...original, v: [0.125, 2, 3e-9] }],
    ['a shorter vector', { ...original, v: [0.1234567890123, 2] }],
    ['another weight', { ...original, n: [{ s: { tok: 0.124, b: 3 }, t: 'x' }, { t: 'y' }] }],
    ['another word', { ...original, n: [{ s: { tik: 0.123456789, b: 3 }, t: 'x' }, { t: 'y' }] }],
    ['another text', { ...original, a: 'y' }],
    ['fewer members', { ...original, n: original.n.slice(1) }],
  ])('is another one with %s', (_, copy) => {
    expect(isSameContent(original, copy, vectors)).toBe(false);
  });

  it('has other numbers to the last digit', () => {
    expect(isSameContent({ z: 0.1234567890123 }, { z: 0.12345679 }, vectors)).toBe(false);
  });
});
