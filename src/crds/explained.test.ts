import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { duration } from './duration.ts';
import { explained } from './explained.ts';
import { list, text } from './fields.ts';
import { kinds } from './kinds.ts';
import { customResourceDefinition, rootSchema } from './manifest.ts';
import { drawSchema, type Schema } from './schema.ts';
import { size } from './size.ts';

const said = (schema: z.ZodType, description = 'D.'): string | undefined =>
  explained(drawSchema(z.object({ a: schema.describe(description) })).schema).properties?.['a']?.description;

const A_DURATION = 'A duration from 5s to 1h: integers with d, h, m, s, largest first, such as 1h30m.';

describe('a description', () => {
  it.each<[string, z.ZodType, string]>([
    ['a text', text(9).default('ca.crt'), 'D. Default: ca.crt.'],
    ['a text that begins with a sign', text(9).default('@hourly'), 'D. Default: "@hourly".'],
    ['a switch', z.boolean().default(false), 'D. Default: false.'],
    ['a number with bounds', z.int().min(0).max(50).default(10), 'D. From 0 to 50. Default: 10.'],
    ['a number that must be given', z.int().min(1).max(2), 'D. From 1 to 2.'],
    ['a duration', duration('5s', '1h').default('30s'), `D. ${A_DURATION} Default: 30s.`],
    ['a list', list(text(9)).default(['*', 'a']), 'D. Default: "*", a.'],
    ['an empty list', list(text(9)).default([]), 'D. Default: none.'],
    ['what has none', text(9).optional(), 'D.'],
    ['an object, whose members have their own', z.object({}).default({}), 'D.'],
  ])('says the default, the bounds and how it is written: of %s', (_, schema, expected) => {
    expect(said(schema)).toBe(expected);
  });

  it('says how a size is written', () => {
    expect(said(size('1Ki', '1Pi'))).toMatch(/^D\. A size from 1Ki to 1Pi: .*500Mi\.$/u);
  });

  it('says no default twice', () => {
    expect(said(z.boolean().default(false), 'By default later.')).toBe('By default later.');
  });

  it('is completed at any depth', () => {
    const deep = z.object({ b: list(z.object({ c: z.boolean().default(true).describe('C.') })) });
    const { properties } = explained(drawSchema(deep).schema);
    expect(properties?.['b']?.items?.properties?.['c']?.description).toBe('C. Default: true.');
  });
});

describe.each(kinds.map((definition) => [definition.kind, definition] as const))('%s', (_, definition) => {
  const definitionOf = customResourceDefinition(definition);
  const members = definitionOf.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};

  it('names each default of its spec in the description', () => {
    const silent = [...fieldsOf(members['spec'] ?? {})]
      .filter(({ default: byDefault }) => byDefault !== undefined && JSON.stringify(byDefault) !== '{}')
      .filter(({ description = '' }) => !/default/iu.test(description));
    expect(silent).toEqual([]);
  });

  it('leaves status as it is, and everything but descriptions', () => {
    expect(members['status']).toEqual(rootSchema(definition).properties?.['status']);
    const bare = (schema: unknown) =>
      JSON.stringify(schema, (key, value: unknown) => (key === 'description' ? undefined : value));
    expect(bare(members)).toBe(bare(rootSchema(definition).properties));
  });

  // `kubectl apply` without --server-side keeps all of it in an annotation, and annotations have at most 256 KiB.
  it('fits into an annotation', () => {
    expect(JSON.stringify(definitionOf).length).toBeLessThan(200_000);
  });
});

function* fieldsOf(schema: Schema): Generator<Schema> {
  yield schema;
  const children = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  for (const child of children) if (child) yield* fieldsOf(child);
}
