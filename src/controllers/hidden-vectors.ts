import { flatten } from './index-settings.ts';
import { asObject } from './json-object.ts';

export interface IndexFacts {
  readonly settings: unknown;
  readonly mappings: unknown;
}

/** The version of indexes that are made by 9.2.0: from there on vectors are kept beside `_source`. */
const FIRST_TO_HIDE = 9_035_000;

/**
 * Whether an index gives its documents without their vectors, unless it is asked for them. Only a cluster that knows how to
 * be asked has such an index; others refuse the question.
 */
export function hidesVectors({ settings, mappings }: IndexFacts): boolean {
  const { 'index.mapping.exclude_source_vectors': stated, 'index.version.created': version } =
    flatten(settings);
  const hides = stated === undefined ? Number(version) >= FIRST_TO_HIDE : stated === 'true';
  return hides && vectorFields(mappings).size > 0;
}

/** Vectors by the whole names of their fields, with how far a number read may be from the one written, as a part of it. */
export type Rounding = ReadonlyMap<string, number>;

/** Of a weight nine bits are kept, and eight of a short float. */
const COARSE = 1 / 256;

/**
 * A few of the last bits of a float: for a cosine, which is what is calculated unless another is asked for, a vector is kept
 * divided by its length, and multiplied again when read; that of a copy twice.
 */
const FINE = 2 ** -21;

const VECTORS: ReadonlySet<unknown> = new Set(['dense_vector', 'sparse_vector', 'rank_vectors']);

/** The fields that hold vectors. */
export function vectorFields(mappings: unknown, path = ''): Rounding {
  const fields = Object.entries(asObject(asObject(mappings)['properties'])).flatMap(([name, field]) => {
    const whole = below(path, name);
    const { type, element_type: element } = asObject(field);
    return VECTORS.has(type) ? [[whole, rounding(type, element)] as const] : [...vectorFields(field, whole)];
  });
  return new Map(fields);
}

function rounding(type: unknown, element: unknown): number {
  if (type === 'sparse_vector' || element === 'bfloat16') return COARSE;
  return element === 'byte' || element === 'bit' ? 0 : FINE;
}

/** The whole name of a field within another. */
export function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
