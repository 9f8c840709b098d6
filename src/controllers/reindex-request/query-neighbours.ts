import { isObject } from '../json-object.ts';
import { entriesIn } from './query-clocks.ts';
import { firstOf } from './query-time.ts';

/**
 * What chooses a document by others: it may come into the copy, or leave it, without being written. While writers write, a
 * round cannot tell, as it looks at what was written. With what such a clause must have: a field may have the same name.
 */
const BY_OTHERS: Readonly<Record<string, string | undefined>> = {
  has_child: 'type',
  has_parent: 'parent_type',
  knn: 'field',
  more_like_this: 'like',
  semantic: 'field',
  // This and the next ones leave out what is frequent in the index.
  sparse_vector: 'field',
  text_expansion: undefined,
  weighted_tokens: undefined,
};

/** Scores go by how frequent words are in the index. */
const SCORED: ReadonlySet<string> = new Set(['function_score', 'script_score']);

/** Why it depends on other documents which ones a query chooses; undefined when it does not. */
export function neighbourFault(query: unknown): string | undefined {
  return firstOf(entriesIn(query), faultOf);
}

function faultOf([key, value]: readonly [string, unknown]): string | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(BY_OTHERS, key) && isClause(value, BY_OTHERS[key])) return `asks by ${key}`;
  return SCORED.has(key) && value['min_score'] !== undefined ? 'has a least score' : undefined;
}

const isClause = (value: Readonly<Record<string, unknown>>, needed: string | undefined): boolean =>
  needed === undefined || needed in value;
