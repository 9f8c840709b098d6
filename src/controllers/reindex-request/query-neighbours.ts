import { isObject } from '../json-object.ts';
import { entriesIn } from './query-clocks.ts';

/**
 * What chooses a document by others: it may come into the copy, or leave it, without being written. While writers write, a
 * round cannot tell, as it looks at what was written.
 */
const BY_OTHERS: ReadonlySet<string> = new Set([
  'has_child',
  'has_parent',
  'knn',
  'more_like_this',
  'semantic',
  // These leave out what is frequent in the index.
  'sparse_vector',
  'text_expansion',
  'weighted_tokens',
]);

/** Scores go by how frequent words are in the index. */
const SCORED: ReadonlySet<string> = new Set(['function_score', 'script_score']);

/** Why it depends on other documents which ones a query chooses; undefined when it does not. */
export function neighbourFault(query: unknown): string | undefined {
  return entriesIn(query)
    .map(faultOf)
    .find((fault) => fault !== undefined);
}

function faultOf([key, value]: readonly [string, unknown]): string | undefined {
  if (!isObject(value)) return undefined;
  if (BY_OTHERS.has(key)) return `asks by ${key}`;
  return SCORED.has(key) && value['min_score'] !== undefined ? 'has a least score' : undefined;
}
