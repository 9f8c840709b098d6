import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';
import { type IndexBirth, indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { recoveredSince } from '../../elasticsearch/snapshot-recoveries.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { choiceOf } from './choice.ts';
import type { Run, Schedule } from './observed.ts';
import { expressionsOf } from './perform-choice.ts';
import { isRunning, lackingIndices } from './verdict.ts';

/** What a snapshot that has ended is compared with; nothing where that cannot be told. */
export async function expectedOf(
  es: Elasticsearch,
  { spec }: Schedule,
  { choice }: Run,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<readonly IndexBirth[]> {
  // What it should hold is no more to be told once spec.indices or spec.exclude has changed.
  if (isRunning(snapshot) || (choice !== undefined && choice !== choiceOf(spec))) return [];
  const indices = await indexBirths(es, expressionsOf(spec), signal);
  const later = await cameLater(es, snapshot, lackingIndices(snapshot, indices), signal);
  // Behind an alias Elasticsearch shows also what is excluded.
  return indices.filter(({ name }) => !later.has(name) && !coveredByAny(spec.exclude, name));
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Those of the lacking indexes that were restored or mounted while it ran. Asked only where an index would make a success
 * incomplete. A fault that may pass is thrown, since such a verdict is for good; a login that may not ask is told nothing.
 */
async function cameLater(
  es: Elasticsearch,
  snapshot: Snapshot,
  lacking: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (snapshot.state !== 'SUCCESS' || lacking.length === 0) return NONE;
  try {
    return await recoveredSince(es, lacking, snapshot.startTime, signal);
  } catch (error) {
    if (isElasticsearchError(error, 'forbidden')) return NONE;
    throw error;
  }
}
