import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { kinds } from './kinds.ts';
import { rootSchema } from './manifest.ts';
import type { Schema } from './schema.ts';

// The server reads patterns with RE2 of Go; what V8 takes proves nothing.
const patterns = [...new Set(kinds.flatMap((definition) => [...patternsOf(rootSchema(definition))]))];

function* patternsOf(schema: Schema): Generator<string> {
  if (schema.pattern !== undefined) yield schema.pattern;
  for (const { rule } of schema['x-kubernetes-validations'] ?? []) yield* literalsOf(rule);
  const children = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  for (const child of children) if (child) yield* patternsOf(child);
}

/** The arguments of `matches` and `find` in a rule of CEL. */
function* literalsOf(rule: string): Generator<string> {
  for (const [, raw, plain, quoted] of rule.matchAll(
    /(?:matches|find)\((?:r'([^']*)'|'([^']*)'|("(?:[^"\\]|\\.)*"))/gu,
  )) {
    yield raw ?? plain ?? (JSON.parse(quoted ?? '""') as string);
  }
}

it('finds the patterns', () => {
  expect(patterns.length).toBeGreaterThan(8);
});

it.each(patterns)('compiles in RE2: %s', (pattern) => {
  expect(() => RE2JS.compile(pattern)).not.toThrow();
});
