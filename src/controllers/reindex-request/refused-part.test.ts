import { expect, it } from 'vitest';
import { refusedPart } from './refused-part.ts';

const body = {
  settings: { 'index.codec': 'zip', 'index.number_of_replicas': 1 },
  mappings: {
    properties: {
      order: { properties: { keyword: { type: 'date' } } },
      name: { type: 'text', fields: { raw: { type: 'keyword' } } },
    },
    runtime: { total: { type: 'long' } },
  },
};

// As Elasticsearch 9.4.3 says it.
it.each([
  [
    'unknown value for [index.codec] must be one of [default, best_compression] but was: zip',
    'setting index.codec',
  ],
  ['Failed to parse value [many] for setting [index.number_of_replicas]', 'setting index.number_of_replicas'],
  ['Failed to parse mapping: unknown parameter [foo] on mapper [name] of type [keyword]', 'field name'],
  ['The mapper type [strng] declared on field [raw] does not exist.', 'field raw'],
  ['The mapper type [nope] declared on runtime field [total] does not exist.', 'field total'],
  ['Invalid [path] value [nope] for field alias [order.keyword]: an alias must', 'field order.keyword'],
  ['unknown index sort field:[name]', 'field name'],
  // Neither a type nor what the index does not state.
  ['unknown parameter [foo] of type [keyword]', undefined],
  ['unknown setting [index.secret-of-a-template] please check', undefined],
  [undefined, undefined],
])('names what Elasticsearch refuses: %s', (detail, part) => {
  expect(refusedPart(body, detail)).toBe(part);
});

it('says nothing of an index that states nothing', () => {
  expect(refusedPart({}, 'unknown setting [index.codec]')).toBeUndefined();
});
