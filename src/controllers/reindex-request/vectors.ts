import { isDeepStrictEqual } from 'node:util';
import { asObject, isObject } from '../json-object.ts';
import { flatten } from './destination.ts';
import { isSameVector } from './vector-values.ts';

type Content = Readonly<Record<string, unknown>>;

interface Facts {
  readonly settings: unknown;
  readonly mappings: unknown;
}

/** The version of indexes that are made by 9.2.0: from there on vectors are kept beside `_source`. */
const FIRST_TO_HIDE = 9_035_000;

/**
 * Whether an index gives its documents without their vectors, unless it is asked for them. Only a cluster that knows how to
 * be asked has such an index; others refuse the question.
 */
export function hidesVectors({ settings, mappings }: Facts): boolean {
  const { 'index.mapping.exclude_source_vectors': stated, 'index.version.created': version } =
    flatten(settings);
  const hides = stated === undefined ? Number(version) >= FIRST_TO_HIDE : stated === 'true';
  return hides && vectorFields(mappings).size > 0;
}

/** Whether vectors are read as they are calculated with, not as they were written: so also where all of `_source` is rebuilt. */
function roundsVectors(index: Facts): boolean {
  const { 'index.mapping.source.mode': mode, 'index.mode': kind } = flatten(index.settings);
  const { mode: mapped } = asObject(asObject(index.mappings)['_source']);
  return hidesVectors(index) || [mode, kind, mapped].some((each) => REBUILT.has(String(each).toLowerCase()));
}

const REBUILT: ReadonlySet<string> = new Set(['synthetic', 'logsdb', 'time_series']);

/** Vectors by the whole names of their fields, with how far a number read may be from the one written, as a part of it. */
export type Rounding = ReadonlyMap<string, number>;

/** Those of either index, by the coarser of the two. None where both give back what was written. */
export function roundedVectors(...indexes: readonly Facts[]): Rounding {
  const fields = indexes.some(roundsVectors)
    ? indexes.flatMap(({ mappings }) => [...vectorFields(mappings)])
    : [];
  // The last one of a name stays.
  return new Map(fields.toSorted(([, one], [, other]) => one - other));
}

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

/**
 * Whether a copy holds what its original does, as JSON. Elasticsearch keeps vectors as it calculates with them: read again
 * they are rounded, and in another notation perhaps.
 * @param vectors such fields, of either index.
 */
export function isSameContent(
  original: Content | undefined,
  copy: Content | undefined,
  vectors: Rounding,
): boolean {
  if (isDeepStrictEqual(original, copy)) return true;
  return vectors.size > 0 && isAlike(original, copy, '', vectors);
}

function isAlike(one: unknown, other: unknown, path: string, vectors: Rounding): boolean {
  const rounded = vectors.get(path);
  if (rounded !== undefined) return isSameVector(one, other, rounded);
  if (Array.isArray(one) && Array.isArray(other))
    return (
      one.length === other.length && one.every((member, at) => isAlike(member, other[at], path, vectors))
    );
  if (!isObject(one) || !isObject(other)) return isDeepStrictEqual(one, other);
  const [keys, others] = [one, other].map((each) => keysOf(each, path, vectors));
  if (!isDeepStrictEqual(keys, others)) return false;
  return [...(keys ?? [])].every((key) => isAlike(one[key], other[key], below(path, key), vectors));
}

/** What is made of the text of a document (`_inference_fields`) comes along with its vectors; a vector that is null does not. */
function keysOf(object: Content, path: string, vectors: Rounding): ReadonlySet<string> {
  const isVoid = (key: string) => object[key] === null && vectors.has(below(path, key));
  return new Set(Object.keys(object).filter((key) => key !== '_inference_fields' && !isVoid(key)));
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
