import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  atMostOneOf,
  exactlyOneOf,
  freeForm,
  hostName,
  immutableMember,
  intOrPercent,
  mapOf,
  matching,
  object,
  record,
  ruled,
  setOf,
  text,
  withRules,
} from './fields.ts';
import { drawSchema } from './schema.ts';
import { parseSize, size } from './size.ts';

const takes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;
const rulesOf = (schema: z.ZodType): readonly string[] =>
  (drawSchema(schema).schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule);

describe('building blocks', () => {
  it('refuses duplicates in a set', () => {
    expect([takes(setOf(text(5)), ['a', 'b']), takes(setOf(text(5)), ['a', 'a'])]).toEqual([true, false]);
  });

  it('calls the name of a host a host, not an object of Kubernetes', () => {
    const issue = hostName('d').safeParse('ES.example').error?.issues[0];
    expect(issue?.message).toMatch(/^must be the name of a host: /);
    expect(takes(hostName('d'), 'es.example')).toBe(true);
  });

  it('refuses a second item with the same key in a map', () => {
    const schema = mapOf('key', object('d', { key: text(5) }));
    expect([
      takes(schema, [{ key: 'a' }, { key: 'b' }]),
      takes(schema, [{ key: 'a' }, { key: 'a' }]),
    ]).toEqual([true, false]);
  });

  it('bounds the members of a record and their names', () => {
    const schema = record(text(5), 2);
    expect(takes(schema, { a: 'x', ['k'.repeat(255)]: 'y' })).toBe(true);
    expect(takes(schema, { a: '', b: '', c: '' })).toBe(false);
    expect(takes(schema, { ['k'.repeat(256)]: 'y' })).toBe(false);
  });

  it('bounds the members of a free-form object and nothing below them', () => {
    const schema = freeForm(1, 1);
    expect(takes(schema, { term: { deep: [{ er: null }] } })).toBe(true);
    expect([takes(schema, {}), takes(schema, { a: 1, b: 2 }), takes(schema, [])]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    [0, true],
    [5, true],
    [6, false],
    [-1, false],
    [1.5, false],
    ['0%', true],
    ['100%', true],
    ['101%', false],
    ['05%', false],
    ['5', false],
  ])('judges %j as integer or percent up to 5: %s', (value, verdict) => {
    expect(takes(intOrPercent(5), value)).toBe(verdict);
  });

  it('asks for exactly one of several members', () => {
    const schema = exactlyOneOf(
      object('d', { a: text(5).optional(), namespace: text(5).optional() }),
      'a',
      'namespace',
    );
    expect([takes(schema, {}), takes(schema, { a: '' }), takes(schema, { a: '', namespace: '' })]).toEqual([
      false,
      true,
      false,
    ]);
    expect(rulesOf(schema)).toEqual([expect.stringContaining('has(self.__namespace__)')]);
  });

  it('asks for at most one of several members', () => {
    const schema = atMostOneOf(object('d', { a: text(5).optional(), b: text(5).optional() }), 'a', 'b');
    expect([takes(schema, {}), takes(schema, { b: '' }), takes(schema, { a: '', b: '' })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('writes a pattern with a quote as text that CEL can read', () => {
    expect(rulesOf(matching(5, String.raw`^[^'"\\]+$`, 'm'))).toEqual([
      String.raw`self.matches("^[^'\"\\\\]+$")`,
    ]);
  });

  it('keeps earlier rules when another is added', () => {
    const schema = withRules(matching(5, 'a', 'm'), immutableMember('x'));
    expect(rulesOf(schema)).toHaveLength(2);
  });

  it('puts a refusal on the member that its rule names', () => {
    const rule = { rule: 'false', message: 'm', fieldPath: '.a.b' };
    expect(ruled(z.object({}), rule, () => false).safeParse({}).error?.issues[0]?.path).toEqual(['a', 'b']);
  });
});

describe('sizes', () => {
  it.each([
    ['1Gi', 1024 ** 3],
    ['500Mi', 500 * 1024 ** 2],
    ['7', 7],
  ])('reads %s', (written, bytes) => {
    expect(parseSize(written)).toBe(bytes);
  });

  it.each(['', '1G', '1gi', '-1Gi', '1.5Gi', '1 Gi', '1Ei'])('does not read %j', (written) => {
    expect(parseSize(written)).toBeUndefined();
  });

  it('holds its bounds', () => {
    expect(
      ['1Mi', '1Gi', '1024Mi', '1Ki', '1025Mi'].map((value) => takes(size('1Mi', '1Gi'), value)),
    ).toEqual([true, true, true, false, false]);
  });

  it('names the bound that cannot be read', () => {
    expect(() => size('1M', '1Gi')).toThrow(/^1M is not/u);
  });
});
