import { z } from 'zod';

/**
 * Building blocks that put one rule into both judges: zod, which reads an object in the operator, and CEL, which the
 * API server runs when the object is written. Their verdicts must agree; test/integration/crds proves it.
 */

/** A rule in CEL, as in `x-kubernetes-validations`. */
export interface Rule {
  readonly rule: string;
  /** Names the cure. */
  readonly message: string;
  /** Puts the refusal on a member of the object that carries the rule, e.g. `.to`. */
  readonly fieldPath?: string;
}

const VALIDATIONS = 'x-kubernetes-validations';
const PRESERVE = 'x-kubernetes-preserve-unknown-fields';

/** Adds rules to those that the schema already has; each needs a twin in zod, or must compare with `oldSelf`. */
export function withRules<Schema extends z.ZodType>(schema: Schema, ...rules: readonly Rule[]): Schema {
  const earlier = (schema.meta()?.[VALIDATIONS] ?? []) as readonly Rule[];
  return schema.meta({ [VALIDATIONS]: [...earlier, ...rules] });
}

/** One rule, told to both judges. */
export function ruled<Schema extends z.ZodType>(
  schema: Schema,
  rule: Rule,
  holds: (value: z.output<Schema>) => boolean,
): Schema {
  const path = rule.fieldPath === undefined ? [] : rule.fieldPath.slice(1).split('.');
  const check = z.refine<z.output<Schema>>(holds, { message: rule.message, path });
  return withRules(schema.check(check), rule);
}

/** An object with named members; unknown ones are pruned by both judges. */
export const object = <Shape extends z.ZodRawShape>(description: string, shape: Shape): z.ZodObject<Shape> =>
  z.object(shape).describe(description);

/** Text of at most `max` code points; `min` is 1 unless said. */
export const text = (max: number, min = 0): z.ZodString =>
  min > 0 ? z.string().min(min).max(max) : z.string().max(max);

/** Text that matches a pattern of RE2; refused with `message`, which says in words what the pattern means. */
export const matching = (max: number, pattern: string, message: string): z.ZodString =>
  where(text(max, 1), '', pattern, message);

/** Text in which a pattern of RE2 is found nowhere. Shorter patterns cost less: the server budgets their length. */
export const without = (max: number, pattern: string, message: string): z.ZodString =>
  unless(text(max, 1), pattern, message);

/** Refuses text in which a pattern of RE2 is found. */
export function unless(schema: z.ZodString, pattern: string, message: string): z.ZodString {
  const expression = new RegExp(pattern, 'u');
  const rule = `!self.matches(${celText(pattern)})`;
  return ruled(schema, { rule, message }, (value) => !expression.test(value));
}

/** Where text contains `sign` (anywhere, if it is empty), a pattern of RE2 must be found in it. */
export function where(schema: z.ZodString, sign: string, pattern: string, message: string): z.ZodString {
  const expression = new RegExp(pattern, 'u');
  const unsigned = sign === '' ? '' : `!self.contains('${sign}') || `;
  const rule = `${unsigned}self.matches(${celText(pattern)})`;
  return ruled(schema, { rule, message }, (value) => !value.includes(sign) || expression.test(value));
}

/** As a raw string of CEL where that is possible: patterns stay readable. */
const celText = (value: string): string => (value.includes("'") ? JSON.stringify(value) : `r'${value}'`);

/** The name of a Kubernetes object: a DNS subdomain. */
export const name = (description: string): z.ZodString => domain('name of a Kubernetes object', description);

/** The name of a host, which is written in the same way. */
export const hostName = (description: string): z.ZodString => domain('name of a host', description);

const domain = (what: string, description: string): z.ZodString =>
  matching(
    253,
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    `must be the ${what}: lower case letters, digits, \`-\` and \`.\`, beginning and ending with a letter or digit`,
  ).describe(description);

/** As one value: who applies it later replaces all of it. */
export const list = <Item extends z.ZodType>(item: Item, max = 100): z.ZodArray<Item> =>
  z.array(item).max(max);

/**
 * A list without duplicates, of which several may apply parts of their own. Not with a default: nobody owns what the
 * server put there, so whoever applies a narrower list later would get the default besides.
 */
export const setOf = <Item extends z.ZodType<string>>(item: Item, max = 100): z.ZodArray<Item> =>
  list(item, max)
    .refine((items) => new Set(items).size === items.length, 'must not contain the same value twice')
    .meta({ 'x-kubernetes-list-type': 'set' });

/** A list whose items have unique values of `key`. */
export const mapOf = <Shape extends z.ZodRawShape>(
  key: string & keyof Shape,
  item: z.ZodObject<Shape>,
  max = 100,
): z.ZodArray<z.ZodObject<Shape>> =>
  list(item, max)
    .refine(
      (items) => new Set(items.map((each) => (each as Record<string, unknown>)[key])).size === items.length,
      `must not contain the same ${key} twice`,
    )
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });

/** A map of at most `max` members, their names of at most 255 code points. */
export const record = <Value extends z.ZodType>(value: Value, max = 100): z.ZodRecord<z.ZodString, Value> =>
  ruled(
    z
      .record(z.string(), value)
      .refine((members) => Object.keys(members).length <= max, `must have at most ${max} members`)
      .meta({ maxProperties: max }),
    { rule: 'self.all(key, size(key) <= 255)', message: 'names of members must have at most 255 characters' },
    (members) => Object.keys(members).every((key) => Array.from(key).length <= 255),
  );

/**
 * An object whose members are Elasticsearch's business, such as a query. Declared member by member as unknown: only so
 * does an equality on a parent compare all content; on a plain preserve-unknown object it takes a member for equal that
 * is there under another name (docs/adr/0002).
 */
export function freeForm(max = 100, min = 0): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  const members = z.record(z.string(), z.unknown().meta({ [PRESERVE]: true, nullable: true }));
  const few = members
    .refine((value) => count(value) <= max, `must have at most ${max} members`)
    .meta({ maxProperties: max });
  if (min === 0) return few;
  return few
    .refine((value) => count(value) >= min, `must have at least ${min} members`)
    .meta({ minProperties: min });
}

const count = (members: object): number => Object.keys(members).length;

/** A number from 0 to `max`, or a percentage of what the field's description says. */
export const intOrPercent = (max: number): z.ZodUnion<readonly [z.ZodInt, z.ZodString]> =>
  ruled(
    z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true, maxLength: 4 }),
    {
      rule: `type(self) == int ? self >= 0 && self <= ${max} : self.matches(r'${PERCENT}')`,
      message: `must be an integer from 0 to ${max}, or a percentage such as 25%`,
    },
    (value) =>
      typeof value === 'number' ? value >= 0 && value <= max : new RegExp(PERCENT, 'u').test(value),
  );

const PERCENT = '^([0-9]|[1-9][0-9]|100)%$';

/** A time as RFC 3339. */
export const time = (description: string): z.ZodISODateTime =>
  z.iso.datetime({ offset: true }).max(64).describe(description);

/** Names that CEL keeps for itself; a member of that name is written `__name__`. */
const CEL_RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const member = (field: string): string => (CEL_RESERVED.has(field) ? `self.__${field}__` : `self.${field}`);

const presentOf =
  (fields: readonly string[]) =>
  (value: object): number =>
    fields.filter((field) => (value as Record<string, unknown>)[field] !== undefined).length;

/** Exactly one of these optional members. */
export function exactlyOneOf<Schema extends z.ZodType<object>>(
  schema: Schema,
  ...fields: readonly string[]
): Schema {
  const rule = `[${fields.map((field) => `has(${member(field)})`).join(', ')}].exists_one(present, present)`;
  const present = presentOf(fields);
  return ruled(
    schema,
    { rule, message: `set exactly one of ${fields.join(', ')}` },
    (value) => present(value) === 1,
  );
}

/** At most one of these optional members. */
export function atMostOneOf<Schema extends z.ZodType<object>>(
  schema: Schema,
  ...fields: readonly string[]
): Schema {
  const rule = `[${fields.map((field) => `has(${member(field)})`).join(', ')}].filter(present, present).size() <= 1`;
  const present = presentOf(fields);
  return ruled(
    schema,
    { rule, message: `set at most one of ${fields.join(', ')}` },
    (value) => present(value) <= 1,
  );
}

/** For a required member, or one with a default: put it on the member itself. */
export const immutable = (field: string): Rule => ({
  rule: 'self == oldSelf',
  message: `${field} cannot be changed: delete this object and create a new one`,
});

/** For an optional member: put it on the parent, so that it can neither be added nor removed later. */
export const immutableMember = (field: string): Rule => ({
  rule: `has(${member(field)}) == has(${member(field).replace('self', 'oldSelf')}) && (!has(${member(field)}) || ${member(field)} == ${member(field).replace('self', 'oldSelf')})`,
  message: `${field} cannot be changed, added or removed: delete this object and create a new one`,
  fieldPath: `.${field}`,
});
