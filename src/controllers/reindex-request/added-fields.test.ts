import { expect, it } from 'vitest';
import { addedFields } from './added-fields.ts';

const keyword = { type: 'keyword' };
const text = { type: 'text', analyzer: 'own' };
const long = { type: 'long' };
const composite = (fields: object, script = 'emit(1)') => ({
  runtime: { c: { type: 'composite', script: { source: script }, fields } },
});
const withFields = (properties: object, over: object = {}) => ({ ...over, properties });

it.each<[string, object, object, object | undefined]>([
  ['nothing where both are the same', withFields({ a: keyword }), withFields({ a: keyword }), undefined],
  ['nothing that only the destination has', withFields({}), withFields({ a: keyword }), undefined],
  ['a field', withFields({ a: keyword, b: text }), withFields({ a: keyword }), withFields({ b: text })],
  ['the first field of all', withFields({ a: keyword }), {}, withFields({ a: keyword })],
  [
    'a field within an object, which stays what it is',
    withFields({ a: withFields({ b: keyword, c: keyword }, { type: 'nested' }) }),
    withFields({ a: withFields({ b: keyword }, { type: 'nested', dynamic: 'strict' }) }),
    withFields({ a: withFields({ c: keyword }, { type: 'nested', dynamic: 'strict' }) }),
  ],
  [
    'another way to index a field, with all that the field is',
    withFields({ a: { ...text, fields: { raw: keyword } } }),
    withFields({ a: { ...text, boost: 2 } }),
    withFields({ a: { ...text, boost: 2, fields: { raw: keyword } } }),
  ],
  [
    'a field that is computed',
    { runtime: { a: { type: 'long' }, b: { type: 'long' } } },
    { runtime: { a: { type: 'long' } } },
    { runtime: { b: { type: 'long' } } },
  ],
  [
    'a field of a composite one, as the whole that replaces it',
    composite({ a: long, b: keyword }, 'emit(2)'),
    composite({ a: long }),
    composite({ a: long, b: keyword }, 'emit(2)'),
  ],
  [
    'it beside those that only the destination has',
    composite({ a: long, b: keyword }, 'emit(2)'),
    composite({ a: long, own: keyword }),
    composite({ a: long, own: keyword, b: keyword }, 'emit(2)'),
  ],
  [
    'nothing to a composite one that has all of them',
    composite({ a: long }, 'emit(2)'),
    composite({ a: keyword, own: keyword }),
    undefined,
  ],
  ['nothing to a computed one of another kind', composite({ a: long }), { runtime: { c: long } }, undefined],
  [
    'nothing to what is of another kind by now',
    withFields({ a: withFields({ b: keyword }), c: text }),
    withFields({ a: keyword, c: keyword }),
    undefined,
  ],
  [
    'nothing beside fields: our mark, rules of the whole',
    withFields({}, { dynamic: 'strict', _meta: { a: 1 } }),
    withFields({}),
    undefined,
  ],
])('adds %s', (_, wanted, current, added) => {
  expect(addedFields(wanted, current)).toEqual(added);
});
