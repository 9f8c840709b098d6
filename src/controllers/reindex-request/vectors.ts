import { isDeepStrictEqual } from 'node:util';
import { flatten } from './destination.ts';

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
  return hides && vectorFields(mappings).length > 0;
}

const VECTORS: ReadonlySet<unknown> = new Set(['dense_vector', 'sparse_vector', 'rank_vectors']);

/** The whole names of the fields that hold vectors. */
export function vectorFields(mappings: unknown, path = ''): readonly string[] {
  const { properties } = (mappings ?? {}) as { readonly properties?: Content };
  return Object.entries(properties ?? {}).flatMap(([name, field]) => {
    const whole = below(path, name);
    return VECTORS.has((field as Content)['type']) ? [whole] : vectorFields(field, whole);
  });
}

/**
 * Whether a copy holds what its original does, as JSON. Elasticsearch keeps vectors as it calculates with them: read again
 * they are rounded, and in another notation perhaps.
 * @param vectors the names of such fields, of either index.
 */
export function isSameContent(
  original: Content | undefined,
  copy: Content | undefined,
  vectors: ReadonlySet<string>,
): boolean {
  if (isDeepStrictEqual(original, copy)) return true;
  return vectors.size > 0 && isAlike(original, copy, '', vectors);
}

function isAlike(one: unknown, other: unknown, path: string, vectors: ReadonlySet<string>): boolean {
  if (vectors.has(path)) return isSameVector(one, other);
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
function keysOf(object: Content, path: string, vectors: ReadonlySet<string>): ReadonlySet<string> {
  const isVoid = (key: string) => object[key] === null && vectors.has(below(path, key));
  return new Set(Object.keys(object).filter((key) => key !== '_inference_fields' && !isVoid(key)));
}

function isSameVector(one: unknown, other: unknown, scale = 0): boolean {
  if (typeof one === 'number' && typeof other === 'number') return isClose(one, other, scale);
  if (Array.isArray(one) && Array.isArray(other)) {
    const most = Math.max(0, ...one.map((member) => (typeof member === 'number' ? Math.abs(member) : 0)));
    return one.length === other.length && one.every((member, at) => isSameVector(member, other[at], most));
  }
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length && keys.every((key) => isSameVector(one[key], other[key]))
    );
  }
  // Bytes may be written as text, and are read as numbers.
  const isText = typeof one === 'string' || typeof other === 'string';
  return isDeepStrictEqual(one, other) || (isText && one !== undefined && other !== undefined);
}

/** The least that is kept: nine bits of a weight, and of a small part of a vector what is left of a large one. */
function isClose(one: number, other: number, scale: number): boolean {
  return Math.abs(one - other) <= Math.max(Math.abs(one), Math.abs(other)) / 256 + scale / 1_000_000;
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
