import { explained } from './explained.ts';
import { refusals } from './refusals.ts';
import { drawSchema, type Schema } from './schema.ts';
import type { Column, KindDefinition } from './shared.ts';

/** The CustomResourceDefinition of a kind. Throws with every path that Kubernetes would refuse or misread. */
export function customResourceDefinition(
  definition: KindDefinition<unknown, unknown>,
): CustomResourceDefinition {
  const { group, version, plural, kind, singular, listKind, shortNames, categories } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind, plural, singular, shortNames, categories },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns.map(printerColumn),
          schema: { openAPIV3Schema: explainedSpec(rootSchema(definition)) },
        },
      ],
    },
  };
}

export interface CustomResourceDefinition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced';
    readonly names: Readonly<Record<string, string | readonly string[]>>;
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: { readonly status: Readonly<Record<string, never>> };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 1;
}

function printerColumn({ name, type, jsonPath, description, wide }: Column): PrinterColumn {
  return { name, type, jsonPath, description, ...(wide === true ? { priority: 1 } : {}) };
}

/** Only of what people write: nobody gives a status. */
const explainedSpec = ({ properties = {}, ...root }: Schema): Schema => ({
  ...root,
  properties: { ...properties, spec: explained(properties['spec'] ?? {}) },
});

/**
 * What a new object has for a status: kstatus, and with it Flux and Helm, takes an object without conditions for ready
 * as long as no generation says that it has not been looked at.
 */
const NOT_OBSERVED = { observedGeneration: -1 };

/** The schema of a whole object of this kind. */
export function rootSchema(definition: KindDefinition<unknown, unknown>): Schema {
  const spec = drawSchema(definition.spec);
  const status = drawSchema(definition.status);
  const root: Schema = {
    description: definition.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: inOrder(spec.schema),
      status: { ...inOrder(status.schema), default: NOT_OBSERVED },
    },
  };
  const wrong = [
    ...refusals(spec, 'spec'),
    ...refusals(status, 'status'),
    ...blindColumns(definition.columns, root),
  ];
  if (wrong.length > 0)
    throw new Error(`${definition.kind} cannot be a CustomResourceDefinition:\n- ${wrong.join('\n- ')}`);
  return root;
}

/** A column whose path leads nowhere is empty for ever, and nobody is told. */
function blindColumns(columns: readonly Column[], root: Schema): readonly string[] {
  return columns
    .filter(({ jsonPath }) => !alternatives(jsonPath).every((path) => leadsSomewhere(path, root)))
    .map(({ name, jsonPath }) => `column ${name}: ${jsonPath} is not in the schema`);
}

/** `.spec.source['index','series']` prints whichever of the two is there. */
function alternatives(jsonPath: string): readonly string[] {
  const [, parent = '', members] = /^(.*)\[('[^\]]*')\]$/u.exec(jsonPath) ?? [];
  if (members === undefined) return [jsonPath];
  return members.split(',').map((member) => `${parent}.${member.slice(1, -1)}`);
}

function leadsSomewhere(jsonPath: string, root: Schema): boolean {
  if (jsonPath.startsWith('.metadata.')) return true;
  let at: Schema | undefined = root;
  for (const step of jsonPath
    .slice(1)
    .replaceAll(/\[[^\]]*\]/gu, '[]')
    .split('.')) {
    at = at?.properties?.[step.replace('[]', '')];
    if (step.endsWith('[]')) at = at?.items;
  }
  return at !== undefined;
}

const FIRST = ['description', 'type', 'format', 'nullable', 'default', 'enum'];

/** What a reader looks for first stands first; members keep the order of their definition. */
function inOrder(schema: Schema): Schema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const plain = Object.entries(rest).sort(([a], [b]) => rank(a) - rank(b));
  return {
    ...Object.fromEntries(plain),
    ...(items && { items: inOrder(items) }),
    ...(additionalProperties && { additionalProperties: inOrder(additionalProperties) }),
    ...(properties && { properties: mapValues(properties, inOrder) }),
  };
}

const rank = (keyword: string): number => (FIRST.includes(keyword) ? FIRST.indexOf(keyword) : FIRST.length);

const mapValues = (
  members: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => Schema,
): Record<string, Schema> =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [key, change(value)]));
