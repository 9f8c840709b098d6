import { describe, expect, it } from 'vitest';
import { vectorFields } from '../hidden-vectors.ts';
import { isSameContent, roundedVectors } from './vectors.ts';

const mappings = {
  properties: {
    a: { type: 'keyword' },
    v: { type: 'dense_vector', dims: 3 },
    n: { type: 'nested', properties: { s: { type: 'sparse_vector' }, t: { type: 'text' } } },
  },
};
const vectors = vectorFields(mappings);

describe('a copy', () => {
  const stored = { settings: { version: { created: '8518000' } }, mappings };
  const hidden = { settings: { version: { created: '9035000' } }, mappings };
  const byte = { properties: { v: { type: 'dense_vector', element_type: 'byte' } } };

  it('has every number as it was written where both indexes keep them so', () => {
    expect([...roundedVectors(stored, stored)]).toEqual([]);
  });

  it.each([
    ['hides vectors', hidden],
    ['rebuilds all', { ...stored, settings: { mapping: { source: { mode: 'SYNTHETIC' } } } }],
    [
      'rebuilds all by its mappings',
      { ...stored, mappings: { ...mappings, _source: { mode: 'synthetic' } } },
    ],
    ['rebuilds all by its kind', { ...stored, settings: { mode: 'logsdb' } }],
  ])('may have them rounded where one %s', (_, index) => {
    expect(roundedVectors(stored, index)).toEqual(vectors);
    expect(roundedVectors(index, stored)).toEqual(vectors);
  });

  it('may be as coarse as one of the indexes', () => {
    expect(roundedVectors(hidden, { ...stored, mappings: byte }).get('v')).toBe(2 ** -21);
    expect(roundedVectors({ ...hidden, mappings: byte }, stored).get('v')).toBe(2 ** -21);
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
      {
        ...original,
        v: [0.12345679, 2, 3.0000002e-9],
        n: [{ t: 'x', s: { b: 3, tok: 0.123291016 } }, { t: 'y' }],
      },
    ],
    ['in another notation', { ...original, v: 'PfzW6kAAAAAxTiiP' }],
    ['with what was made of its text', { ...original, _inference_fields: { t: {} } }],
  ])('is the same with vectors %s', (_, copy) => {
    expect(isSameContent(original, copy, vectors)).toBe(true);
    expect(isSameContent(copy, original, vectors)).toBe(true);
    expect(isSameContent(original, copy, new Map())).toBe(false);
  });

  it('is the same where a vector that is null was not kept', () => {
    expect(isSameContent({ a: 'x', v: null }, { a: 'x' }, vectors)).toBe(true);
    expect(isSameContent({ a: null }, {}, vectors)).toBe(false);
  });

  it.each([
    ['no vector', { a: 'x', n: original.n }],
    ['another vector', { ...original, v: [0.125, 2, 3e-9] }],
    ['nearly another vector', { ...original, v: [0.1234569, 2, 3e-9] }],
    ['another small part of a vector', { ...original, v: [0.1234567890123, 2, 3.1e-9] }],
    ['another vector in another notation', { ...original, v: 'PgAAAEAAAAAxTiiP' }],
    ['a shorter vector', { ...original, v: [0.1234567890123, 2] }],
    ['another weight', { ...original, n: [{ s: { tok: 0.124, b: 3 }, t: 'x' }, { t: 'y' }] }],
    ['another word', { ...original, n: [{ s: { tik: 0.123456789, b: 3 }, t: 'x' }, { t: 'y' }] }],
    ['another text', { ...original, a: 'y' }],
    ['fewer members', { ...original, n: original.n.slice(1) }],
  ])('is another one with %s', (_, copy) => {
    expect(isSameContent(original, copy, vectors)).toBe(false);
  });

  it('has the bytes of its vector, written in whatever way', () => {
    const bytes = vectorFields({ properties: { v: { type: 'dense_vector', element_type: 'byte' } } });
    expect(isSameContent({ v: 'dead' }, { v: 'DEAD' }, bytes)).toBe(true);
    expect(isSameContent({ v: 'dead' }, { v: [-34, -83] }, bytes)).toBe(true);
    expect(isSameContent({ v: 'dead' }, { v: 'beef' }, bytes)).toBe(false);
    expect(isSameContent({ v: 'dead' }, { v: [-66, -17] }, bytes)).toBe(false);
  });

  it('has other numbers to the last digit', () => {
    expect(isSameContent({ z: 0.1234567890123 }, { z: 0.12345679 }, vectors)).toBe(false);
  });
});
