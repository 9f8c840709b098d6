import { describe, expect, it } from 'vitest';
import { hidesVectors, vectorFields } from './hidden-vectors.ts';

const mappings = {
  properties: {
    a: { type: 'keyword' },
    v: { type: 'dense_vector', dims: 3 },
    n: { type: 'nested', properties: { s: { type: 'sparse_vector' }, t: { type: 'text' } } },
  },
};

describe('an index', () => {
  it('knows its vectors at any depth', () => {
    expect([...vectorFields(mappings).keys()]).toEqual(['v', 'n.s']);
    expect([...vectorFields({})]).toEqual([]);
  });

  it('keeps of them what their kind says', () => {
    const kinds = {
      weights: { type: 'sparse_vector' },
      short: { type: 'dense_vector', element_type: 'bfloat16' },
      float: { type: 'rank_vectors' },
      byte: { type: 'dense_vector', element_type: 'byte' },
      bit: { type: 'rank_vectors', element_type: 'bit' },
    };
    expect(Object.fromEntries(vectorFields({ properties: kinds }))).toEqual({
      weights: 2 ** -8,
      short: 2 ** -8,
      float: 2 ** -21,
      byte: 0,
      bit: 0,
    });
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
