import type { DrawnSchema, Schema } from './schema.ts';

/** One schema within another, with what must be known to judge it. */
export interface Place {
  /** As a person writes it: `spec.source.index`, `spec.grants[]`. */
  readonly path: string;
  /** As zod counts it: `/properties/source`. */
  readonly pointer: string;
  readonly schema: Schema;
  readonly refinements: number;
  /** In a list whose items have no identity, where nothing can be compared with what was there before. */
  readonly inPlainList: boolean;
  readonly isMember: boolean;
}

type Bare = Omit<Place, 'refinements'>;

/** The schema itself and everything below it, parents first. */
export function* places({ schema, refinements }: DrawnSchema, root: string): Generator<Place> {
  const start = { path: root, pointer: '', schema, inPlainList: false, isMember: true };
  for (const place of withDescendants(start)) {
    yield { ...place, refinements: refinements.get(place.pointer) ?? 0 };
  }
}

function* withDescendants(place: Bare): Generator<Bare> {
  yield place;
  for (const child of childrenOf(place)) yield* withDescendants(child);
}

function childrenOf(parent: Bare): readonly Bare[] {
  const { properties = {}, items, additionalProperties } = parent.schema;
  const inPlainList = parent.inPlainList || parent.schema['x-kubernetes-list-type'] !== 'map';
  return [
    ...Object.entries(properties).map(([key, schema]) => member(parent, key, schema)),
    ...(isSchema(items) ? [{ ...nested(parent, 'items', '[]', items), inPlainList }] : []),
    ...(isSchema(additionalProperties)
      ? [nested(parent, 'additionalProperties', '{}', additionalProperties)]
      : []),
  ];
}

const member = ({ path, pointer, inPlainList }: Bare, key: string, schema: Schema): Bare => ({
  path: `${path}.${key}`,
  pointer: `${pointer}/properties/${key}`,
  schema,
  inPlainList,
  isMember: true,
});

const nested = ({ path, pointer, inPlainList }: Bare, at: string, mark: string, schema: Schema): Bare => ({
  path: path + mark,
  pointer: `${pointer}/${at}`,
  schema,
  inPlainList,
  isMember: false,
});

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
