import { eventDocs } from '../../src/crds/events.ts';
import { kinds } from '../../src/crds/kinds.ts';
import { rootSchema } from '../../src/crds/manifest.ts';
import type { Schema } from '../../src/crds/schema.ts';
import type { Column, ConditionDoc, KindDefinition } from '../../src/crds/shared.ts';
import { CURES } from '../../src/plugin/cures.ts';
import { GENERATED, type GeneratedFile } from './files.ts';
import { code, table } from './markdown.ts';

/** docs/reference: one page per kind, and one that lists them. */
export const referencePages = (): readonly GeneratedFile[] => [
  { path: 'docs/reference/README.md', content: overview() },
  ...kinds.map((definition) => ({
    path: `docs/reference/${definition.singular}.md`,
    content: page(definition),
  })),
];

const HEAD = `<!-- ${GENERATED} -->\n`;

function overview(): string {
  const rows = kinds.map(({ kind, singular, shortNames, description }) => [
    `[${kind}](${singular}.md)`,
    shortNames.map(code).join(', '),
    description,
  ]);
  return [
    HEAD,
    '# Reference\n',
    'Every field of every kind, as `kubectl explain` shows it too; every reason of its conditions and Events, and what to do about it.\n',
    table(['Kind', 'Short name', 'What it does'], rows),
    'What the operator tells: [metrics](metrics.md).\n',
  ].join('\n');
}

function page(definition: KindDefinition<unknown, unknown>): string {
  const { kind, group, version, plural, shortNames, categories, description } = definition;
  const { spec, status } = rootSchema(definition).properties ?? {};
  return [
    HEAD,
    `# ${kind}\n`,
    `${description}\n`,
    `\`${group}/${version}\`, namespaced. \`kubectl get ${plural}\`, in short ${shortNames.map((name) => `\`kubectl get ${name}\``).join(', ')}; listed by \`kubectl get ${categories.join(',')}\`.\n`,
    '## spec\n',
    fields(spec),
    '## status\n',
    fields(status),
    '## Conditions\n',
    ...definition.conditions.map(condition),
    '## Events\n',
    'One per transition; `Warning` only if someone must act. `kubectl describe` shows them.\n',
    events(kind),
    '## Columns\n',
    columns(definition.columns),
  ].join('\n');
}

function fields(schema: Schema | undefined): string {
  const rows = rowsOf(schema ?? {}, '');
  const rules = [...rulesOf(schema ?? {}, '')].map((text) => `- ${text}`).join('\n');
  const listed = table(['Field', 'Type', 'Default', 'Bounds', 'Description'], rows);
  return rules === '' ? listed : `${listed}\nRules:\n\n${rules}\n`;
}

function rowsOf(schema: Schema, path: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const type = schema.required?.includes(name) === true ? `${typeOf(member)}, required` : typeOf(member);
    const row = [code(here), type, defaultOf(member), bounds(member), member.description ?? ''];
    return [row, ...rowsOf(member, here), ...rowsOf(member.items ?? {}, `${here}[]`)];
  });
}

function typeOf(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.additionalProperties !== undefined) return `map of ${typeOf(schema.additionalProperties)}`;
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(' or ');
  return schema.format === 'date-time' ? 'time' : (schema.type ?? 'anything');
}

const defaultOf = (schema: Schema): string =>
  schema.default === undefined ? '' : code(JSON.stringify(schema.default));

function bounds(schema: Schema): string {
  const limits = [
    limit(schema.minimum, schema.maximum, ''),
    schema.enum || schema.format === 'date-time'
      ? ''
      : limit(schema.minLength, schema.maxLength, ' characters'),
    limit(schema.minItems, schema.maxItems, ' items'),
    limit(schema.minProperties, schema.maxProperties, ' members'),
  ];
  return limits.filter((text) => text !== '').join('; ');
}

function limit(min: number | undefined, max: number | undefined, unit: string): string {
  if (max === undefined) return min === undefined ? '' : `at least ${min}${unit}`;
  return min === undefined ? `at most ${max}${unit}` : `${min} to ${max}${unit}`;
}

function* rulesOf(schema: Schema, path: string): Generator<string> {
  for (const { message, fieldPath } of schema['x-kubernetes-validations'] ?? []) {
    const where = `${path}${fieldPath ?? ''}`.replace(/^\./u, '');
    yield where === '' ? `${message}` : `${code(where)}: ${message}`;
  }
  if (schema.items) yield* rulesOf(schema.items, `${path}[]`);
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    yield* rulesOf(member, `${path}.${name}`);
}

function condition({ type, description, reasons }: ConditionDoc): string {
  const rows = Object.entries(reasons).map(([reason, text]) => [code(reason), text, cureOf(reason)]);
  const listed = rows.length > 0 ? `\n${table(['Reason', 'Meaning', 'What to do'], rows)}` : '';
  return `### ${type}\n\n${description}\n${listed}`;
}

/** Empty for what is no trouble. */
const cureOf = (reason: string): string => CURES[reason]?.cure ?? '';

function events(kind: string): string {
  const rows = (eventDocs[kind] ?? []).map(({ reason, type, meaning, cure }) => [
    code(reason),
    type,
    meaning,
    cure ?? cureOf(reason),
  ]);
  return table(['Reason', 'Type', 'Meaning', 'What to do'], rows);
}

const columns = (shown: readonly Column[]): string =>
  table(
    ['Column', 'Shown', 'Meaning'],
    shown.map(({ name, wide, description }) => [
      name,
      wide === true ? 'with `-o wide`' : 'always',
      description,
    ]),
  );
