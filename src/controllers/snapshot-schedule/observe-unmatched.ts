import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';
import { type IndexBirth, indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { choiceOf } from './choice.ts';
import type { Run, Schedule } from './observed.ts';
import { streamOf } from './perform-exclusion.ts';
import { isSuccess } from './verdict.ts';

/** Each is a request; more than these are not told anyway. */
const MOST_ASKED = 10;

/**
 * What `spec.indices` names and nothing in the cluster matches: with `ignoreUnavailable` Elasticsearch leaves out a
 * mistyped name without a word. Only Elasticsearch resolves every kind of name, so that it is asked about what fits
 * nothing that was found.
 */
export async function unmatchedOf(
  es: Elasticsearch,
  { spec }: Schedule,
  { choice }: Run,
  { snapshot, indices }: { readonly snapshot: Snapshot; readonly indices: readonly IndexBirth[] },
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!isSuccess(snapshot) || (choice !== undefined && choice !== choiceOf(spec))) return [];
  const known = new Set([...snapshot.indices, ...indices.flatMap(({ name, aliases }) => [name, ...aliases])]);
  const names = [...known].flatMap((name) => [name, streamOf(name) ?? name]);
  const asked = spec.indices
    .filter(
      (entry) => !coveredByAny(spec.exclude, entry) && !names.some((name) => coveredByAny([entry], name)),
    )
    .slice(0, MOST_ASKED);
  const found = await Promise.all(asked.map((entry) => indexBirths(es, [entry], signal)));
  return asked.filter((_, place) => found[place]?.length === 0);
}
