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

function childrenOf({ path, pointer, schema, inPlainList }: Bare): Bare[] {
  const { properties = {}, items, additionalProperties } = schema;
  const members = Object.entries(properties).map(([key, value]) => ({
    path: `${path}.${key}`,
    pointer: `${pointer}/properties/${key}`,
    schema: value,
    inPlainList,
    isMember: true,
  }));
  const plain = inPlainList || schema['x-kubernetes-list-type'] !== 'map';
  const nested = (at: string, child: Schema | undefined, mark: string, plain: boolean) =>
    isSchema(child)
      ? [
          {
            path: path + mark,
            pointer: `${pointer}/${at}`,
            schema: child,
            inPlainList: plain,
            isMember: false,
          },
        ]
      : [];
  return [
    ...members,
    ...nested('items', items, '[]', plain),
    ...nested('additionalProperties', additionalProperties, '{}', inPlainList),
  ];
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
