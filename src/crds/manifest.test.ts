import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCrd } from './define.ts';
import { object } from './fields.ts';
import { kinds } from './kinds.ts';
import { customResourceDefinition } from './manifest.ts';
import { commonStatus } from './shared.ts';

const define = (spec: z.ZodType, jsonPath = '.status.conditions[?(@.type=="Ready")].status') =>
  defineCrd({
    kind: 'Thing',
    plural: 'things',
    shortNames: [],
    description: 'd',
    spec,
    status: object('d', commonStatus),
    columns: [{ name: 'Ready', jsonPath, type: 'string', description: 'd' }],
    conditions: [],
  });

describe('customResourceDefinition', () => {
  it('names every path that cannot be expressed, in one error', () => {
    const broken = define(object('d', { a: z.string().describe('d'), b: z.unknown() }));
    expect(() => customResourceDefinition(broken)).toThrow(/Thing cannot[^]*spec\.a:[^]*spec\.b:/u);
  });

  it('refuses a column that leads nowhere', () => {
    expect(() => customResourceDefinition(define(object('d', {}), '.status.nowhere'))).toThrow(
      /column Ready/u,
    );
    expect(() => customResourceDefinition(define(object('d', {})))).not.toThrow();
    const either = object('d', { a: z.boolean().describe('d'), b: z.boolean().describe('d') });
    expect(() => customResourceDefinition(define(either, ".spec['a','b']"))).not.toThrow();
    expect(() => customResourceDefinition(define(either, ".spec['a','c']"))).toThrow(/column Ready/u);
  });

  it.each(kinds.map((definition) => [definition.kind, definition] as const))(
    'gives %s what every kind has',
    (_kind, definition) => {
      const { names, versions, scope } = customResourceDefinition(definition).spec;
      const [version] = versions;
      expect({ scope, categories: names['categories'], subresources: version?.subresources }).toEqual({
        scope: 'Namespaced',
        categories: ['es-steward'],
        subresources: { status: {} },
      });
      expect(version?.additionalPrinterColumns.at(-1)?.name).toBe('Age');
    },
  );
});
