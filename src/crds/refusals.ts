import { isSchema, type Place, places } from './places.ts';
import type { DrawnSchema, Schema, SchemaRule } from './schema.ts';

type Refusal = (place: Place) => string | undefined | false;

/**
 * What Kubernetes cannot express, or silently does differently from what the author means. The rules are those of
 * structural schemas (apiextensions-apiserver, `pkg/apiserver/schema/validation.go`) and of CEL cost estimation, tried
 * on real API servers, plus this project's own: everything is described and bounded.
 *
 * @returns everything wrong with a schema, each with its path and the cure; empty when Kubernetes will take it.
 */
export function refusals(drawn: DrawnSchema, root: string): readonly string[] {
  return [...places(drawn, root)].flatMap((place) =>
    REFUSALS.map((refuse) => refuse(place))
      .filter((text) => typeof text === 'string')
      .map((text) => `${place.path}: ${text}`),
  );
}

const KNOWN = new Set(
  `type description default enum format pattern minimum maximum multipleOf minLength maxLength items minItems maxItems
  properties required additionalProperties minProperties maxProperties nullable x-kubernetes-validations
  x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-preserve-unknown-fields x-kubernetes-int-or-string`.split(
    /\s+/u,
  ),
);

const CURES: Readonly<Record<string, string>> = {
  anyOf: 'a union; write optional members and exactlyOneOf, or intOrPercent',
  oneOf: 'a union of objects; write optional members and exactlyOneOf',
  allOf: 'several patterns or an intersection; write one pattern, one object',
  not: 'a negation; write a rule in CEL',
  $ref: 'a reference; do not give schemas an id',
  $defs: 'definitions; do not give schemas an id',
  definitions: 'definitions; do not give schemas an id',
  id: 'an id; take it from the meta data',
  const: 'a constant; write an enum with one value',
  uniqueItems: 'uniqueItems; write setOf',
  patternProperties: 'patternProperties; write record',
  propertyNames: 'bounded names of members; write record, whose rule bounds them',
  transform: 'a transformation; keep what was written and read it where it is used',
  prefixItems: 'a tuple; write an object with named members',
};

const refuseKeywords: Refusal = ({ schema }) => {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  return (
    unknown.length > 0 &&
    unknown.map((keyword) => `Kubernetes cannot express ${CURES[keyword] ?? keyword}`).join('; ')
  );
};

const refuseTypes: Refusal = ({ schema }) => {
  if (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-int-or-string'] === true
  )
    return undefined;
  const simple = ['object', 'array', 'string', 'integer', 'number', 'boolean'].includes(schema.type ?? '');
  return !simple && 'has no single type; model it, or write freeForm';
};

const refuseClosedObjects: Refusal = ({ schema }) =>
  schema.additionalProperties !== undefined &&
  (schema.properties !== undefined || !isSchema(schema.additionalProperties)) &&
  'is a strict or loose object; write a plain one, the server prunes what it does not know';

const refuseArrayItems: Refusal = ({ schema }) =>
  schema.type === 'array' && !isSchema(schema.items) && 'is a list without one schema for all its items';

const refuseFractions: Refusal = ({ schema }) =>
  [schema.minimum, schema.maximum, schema.multipleOf].some(
    (bound) => bound !== undefined && !Number.isInteger(bound),
  ) && 'has a fractional bound, which the server ignores for integers; write whole numbers';

const refusePatterns: Refusal = ({ schema }) => {
  const patterns = [
    schema.pattern ?? '',
    ...(schema['x-kubernetes-validations'] ?? []).map(({ rule }) => rule),
  ];
  return (
    patterns.some((pattern) => /\(\?(?:[=!]|<[=!])|\\[1-9]/u.test(pattern)) &&
    'has a lookaround or back reference, which RE2 does not know; write it as a second rule'
  );
};

const refuseFormats: Refusal = ({ schema }) =>
  schema.format !== undefined &&
  !['date-time', 'int64', 'int32'].includes(schema.format) &&
  `has the format ${schema.format}, which the server judges otherwise or not at all; write a pattern`;

const refuseSilence: Refusal = ({ schema, isMember }) =>
  isMember && !schema.description?.trim() && 'has no description; kubectl explain is the manual';

const refuseUnbounded: Refusal = ({ schema }) => {
  if (schema.type === 'array' && schema.maxItems === undefined)
    return 'is a list without a maximum; rules in it cost too much';
  if (schema.type === 'string' && !schema.enum && schema.maxLength === undefined)
    return 'is text without a maximum';
  if (schema.additionalProperties && schema.maxProperties === undefined) return 'is a map without a maximum';
  return undefined;
};

const refuseUnboundedNumbers: Refusal = ({ path, schema }) =>
  path.startsWith('spec') &&
  (schema.type === 'integer' || schema.type === 'number') &&
  (schema.minimum === undefined || schema.maximum === undefined) &&
  'is a number without a minimum and a maximum';

const refuseBrokenDefaults: Refusal = ({ schema }) => {
  if (!isSchema(schema.default)) return undefined;
  const given = Object.keys(schema.default);
  const missing = (schema.required ?? []).filter((key) => !given.includes(key));
  return (
    missing.length > 0 &&
    `has a default without its required ${missing.join(', ')}; give these a default or drop the parent's`
  );
};

const refuseKeylessMaps: Refusal = ({ schema }) => {
  const keys =
    schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  if (keys === undefined) return undefined;
  const good = (key: string) => {
    const member = schema.items?.properties?.[key];
    const present = schema.items?.required?.includes(key) === true || member?.default !== undefined;
    return present && member?.nullable !== true;
  };
  return (
    (keys.length === 0 || !keys.every(good)) &&
    'is a map whose key is optional, nullable or not named; write mapOf'
  );
};

const refuseSetsWithDefault: Refusal = ({ schema }) =>
  ['set', 'map'].includes(schema['x-kubernetes-list-type'] ?? '') &&
  Array.isArray(schema.default) &&
  schema.default.length > 0 &&
  'is a set or map with a default, which a narrower list that is applied later would only be added to; write list';

const refuseNullableRoot: Refusal = ({ pointer, schema }) =>
  pointer === '' && schema.nullable === true && 'may not be nullable';

const refuseRule = (
  { rule, message, messageExpression }: SchemaRule,
  plainList: boolean,
): string | undefined => {
  if (!message?.trim()) return 'has a rule without a message; say the cure';
  if (/[\r\n]/u.test(message)) return 'has a rule whose message has several lines';
  if (messageExpression?.includes('string('))
    return 'has a messageExpression with string(), which the server finds too dear';
  if (plainList && rule.includes('oldSelf'))
    return 'compares with oldSelf inside a list without keys; write mapOf, or compare the whole list';
  return undefined;
};

const refuseRules: Refusal = ({ schema, inPlainList }) =>
  (schema['x-kubernetes-validations'] ?? [])
    .map((rule) => refuseRule(rule, inPlainList))
    .find((text) => text !== undefined);

/** What the server checks in place of a refinement of zod: a rule, a set, a map with keys, a bounded number of members. */
const twins = (schema: Schema): number =>
  (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => !rule.includes('oldSelf')).length +
  (schema['x-kubernetes-list-type'] === undefined ? 0 : 1) +
  (schema.maxProperties === undefined ? 0 : 1) +
  (schema.minProperties === undefined ? 0 : 1);

const refuseLoneRefinements: Refusal = ({ schema, refinements }) =>
  refinements > twins(schema) &&
  'has a refinement that only zod knows; write ruled, which tells the server too';

const REFUSALS: readonly Refusal[] = [
  refuseKeywords,
  refuseTypes,
  refuseClosedObjects,
  refuseArrayItems,
  refuseFractions,
  refusePatterns,
  refuseFormats,
  refuseSilence,
  refuseUnbounded,
  refuseUnboundedNumbers,
  refuseBrokenDefaults,
  refuseKeylessMaps,
  refuseSetsWithDefault,
  refuseNullableRoot,
  refuseRules,
  refuseLoneRefinements,
];
