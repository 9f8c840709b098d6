import { isDeepStrictEqual } from 'node:util';
import { below, hidesVectors, type IndexFacts, type Rounding, vectorFields } from '../hidden-vectors.ts';
import { flatten } from '../index-settings.ts';
import { asObject, isObject } from '../json-object.ts';
import { isSameVector } from './vector-values.ts';

type Content = Readonly<Record<string, unknown>>;

/** Whether vectors are read as they are calculated with, not as they were written: so also where all of `_source` is rebuilt. */
function roundsVectors(index: IndexFacts): boolean {
  const { 'index.mapping.source.mode': mode, 'index.mode': kind } = flatten(index.settings);
  const { mode: mapped } = asObject(asObject(index.mappings)['_source']);
  return hidesVectors(index) || [mode, kind, mapped].some((each) => REBUILT.has(String(each).toLowerCase()));
}

const REBUILT: ReadonlySet<string> = new Set(['synthetic', 'logsdb', 'time_series']);

/** Those of either index, by the coarser of the two. None where both give back what was written. */
export function roundedVectors(...indexes: readonly IndexFacts[]): Rounding {
  const fields = indexes.some(roundsVectors)
    ? indexes.flatMap(({ mappings }) => [...vectorFields(mappings)])
    : [];
  // The last one of a name stays.
  return new Map(fields.toSorted(([, one], [, other]) => one - other));
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
