import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  exactlyOneOf,
  freeForm,
  intOrPercent,
  list,
  mapOf,
  object,
  record,
  ruled,
  setOf,
  text,
  time,
} from './fields.ts';
import { refusals } from './refusals.ts';
import { drawSchema } from './schema.ts';

const said = (shape: z.ZodRawShape): readonly string[] =>
  refusals(drawSchema(z.object(shape).describe('d')), 'spec');

const rule = (more: Record<string, unknown>) => ({
  'x-kubernetes-validations': [{ rule: 'true', message: 'm', ...more }],
});

/** A schema that Kubernetes cannot express under `spec.x`, and a word of the cure. */
const refused: readonly (readonly [what: string, schema: z.ZodType, path: string, cure: RegExp])[] = [
  ['a union', z.union([text(5), z.boolean()]), 'spec.x', /exactlyOneOf/u],
  [
    'a union of objects',
    z.discriminatedUnion('a', [z.object({ a: z.literal('b') }), z.object({ a: z.literal('c') })]),
    'spec.x',
    /exactlyOneOf/u,
  ],
  ['several patterns', text(5).regex(/a/u).regex(/b/u), 'spec.x', /one pattern/u],
  ['a reference', text(5).meta({ id: 'Shared', description: 'd' }), 'spec.x', /id/u],
  ['a tuple', z.tuple([z.boolean(), text(5)]), 'spec.x[]', /union/u],
  ['a transformation', text(5).transform(Number), 'spec.x', /transformation/u],
  ['a strict object', z.strictObject({ y: z.boolean().describe('d') }), 'spec.x', /plain one/u],
  ['a loose object', z.looseObject({ y: z.boolean().describe('d') }), 'spec.x', /plain one/u],
  ['a value without a type', z.unknown(), 'spec.x', /freeForm/u],
  [
    'names of members with a bound of their own',
    z.record(text(5), text(5)).meta({ maxProperties: 5 }),
    'spec.x',
    /record/u,
  ],
  ['a fractional minimum', z.number().min(0.5).max(3), 'spec.x', /whole numbers/u],
  ['a fractional maximum', z.number().min(0).max(0.5), 'spec.x', /whole numbers/u],
  ['a fractional step', z.number().min(0).max(3).multipleOf(0.1), 'spec.x', /whole numbers/u],
  ['a lookahead', text(5).regex(/^(?!a)/u), 'spec.x', /RE2/u],
  ['a lookbehind in a rule', text(5).meta(rule({ rule: "self.matches('(?<!a)b')" })), 'spec.x', /RE2/u],
  ['a back reference', text(5).regex(/(a)\1/u), 'spec.x', /RE2/u],
  ['a format that the server judges otherwise', text(5).meta({ format: 'duration' }), 'spec.x', /pattern/u],
  ['a list without a maximum', z.array(z.boolean()), 'spec.x', /maximum/u],
  ['text without a maximum', z.string(), 'spec.x', /maximum/u],
  ['text without a maximum in a list', list(z.string()), 'spec.x[]', /maximum/u],
  ['a map without a maximum', z.record(z.string(), text(5)), 'spec.x', /maximum/u],
  ['text without a maximum in a map', record(z.string()), 'spec.x{}', /maximum/u],
  ['a number without bounds', z.int().min(0), 'spec.x', /minimum and a maximum/u],
  ['a member without a description', z.object({ y: z.boolean() }), 'spec.x.y', /description/u],
  [
    'a required member in a parent with a default',
    z.object({ y: z.boolean().describe('d') }).prefault({} as { y: boolean }),
    'spec.x',
    /required y/u,
  ],
  [
    'a map by an optional key',
    list(object('d', { k: text(5).describe('d').optional() })).meta({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    }),
    'spec.x',
    /mapOf/u,
  ],
  ['a rule without a message', text(5).meta(rule({ message: '' })), 'spec.x', /cure/u],
  ['a message of several lines', text(5).meta(rule({ message: 'a\nb' })), 'spec.x', /several lines/u],
  [
    'an integer in a message',
    text(5).meta(rule({ messageExpression: "string(1) + 'a'" })),
    'spec.x',
    /string\(\)/u,
  ],
  [
    'a comparison with before in a plain list',
    list(text(5).meta(rule({ rule: 'self == oldSelf' }))),
    'spec.x[]',
    /mapOf/u,
  ],
  [
    'a misspelt extension',
    text(5).meta({ 'x-kubernetes-validation': [] }),
    'spec.x',
    /x-kubernetes-validation/u,
  ],
  ['unique items', list(text(5)).meta({ uniqueItems: true }), 'spec.x', /setOf/u],
  ['a refinement that only zod knows', text(5).refine((value) => value !== 'a'), 'spec.x', /ruled/u],
  ['a refinement of an object', object('d', {}).refine(() => true), 'spec.x', /ruled/u],
];

describe('what Kubernetes cannot express', () => {
  it.each(refused)('refuses %s and names the path', (_what, schema, path, cure) => {
    const described = schema.description === undefined ? schema.describe('d') : schema;
    const lines = said({ x: described });
    expect(lines.filter((line) => line.startsWith(`${path}: `) && cure.test(line))).not.toEqual([]);
  });

  it('refuses a member without a description at the top', () => {
    expect(said({ x: z.boolean() })).toEqual([expect.stringContaining('spec.x: has no description')]);
  });

  it('refuses a set with a default, to which a narrower one would only be added', () => {
    expect(said({ x: setOf(text(5)).default(['*']).describe('d') })).toEqual([
      expect.stringContaining('set or map with a default'),
    ]);
    expect(said({ x: setOf(text(5)).default([]).describe('d') })).toEqual([]);
  });

  it('refuses what may be null as a whole', () => {
    const drawn = drawSchema(z.object({}).describe('d').nullable());
    expect(refusals(drawn, 'spec')).toEqual([expect.stringContaining('nullable')]);
  });

  it('refuses recursion', () => {
    interface Tree {
      readonly child?: Tree | undefined;
    }
    const tree: z.ZodType<Tree> = z.object({ child: z.lazy(() => tree.optional()) });
    expect(() => drawSchema(tree)).toThrow(/cycle/iu);
  });

  it.each([
    ['a date', z.date()],
    ['a map of JavaScript', z.map(z.string(), z.string())],
  ])('refuses %s', (_what, schema) => {
    expect(() => drawSchema(z.object({ x: schema }))).toThrow(/represented/u);
  });
});

it('takes every building block', () => {
  const item = object('d', { key: text(5).describe('d'), on: z.boolean().default(true).describe('d') });
  const shape = {
    set: setOf(text(5)).describe('d'),
    map: mapOf('key', item).describe('d'),
    record: record(text(5)).describe('d'),
    free: freeForm(3, 1).describe('d'),
    share: intOrPercent(5).describe('d'),
    when: time('d'),
    one: exactlyOneOf(object('d', { a: z.boolean().optional().describe('d') }), 'a'),
    known: ruled(text(5), { rule: "self != 'a'", message: 'm' }, (value) => value !== 'a').describe('d'),
    within: object('d', { on: z.boolean().default(true).describe('d') }).prefault({}),
  };
  expect(said(shape)).toEqual([]);
});
