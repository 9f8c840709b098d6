import type { IndexBirth } from '../../elasticsearch/snapshot-indices.ts';
import type { ListedSnapshot, Snapshot } from '../../elasticsearch/snapshots.ts';
import { counted } from '../counted.ts';
import { fewNames } from '../few-names.ts';
import { isTemporary } from './names.ts';
import type { State } from './observed.ts';

export interface Verdict {
  readonly state: State;
  /** Why it is no success, or what else a person should know. */
  readonly message?: string;
}

const SHOWN = 3;

/** As far as the repository alone can tell: complete, and not empty. */
export function isSuccess({ state, shards }: ListedSnapshot): boolean {
  return state === 'SUCCESS' && shards.total > 0 && shards.failed === 0;
}

export function isRunning({ state }: ListedSnapshot): boolean {
  return state === 'IN_PROGRESS';
}

/**
 * What an ended snapshot is worth. Elasticsearch calls it a success although an index vanished from it, or nothing is
 * in it at all: every index that was there when it began, and still is, must be inside.
 * @param indices what matches the spec now, but for what was restored or mounted since the snapshot began.
 * @param unmatched what the spec names and nothing matches.
 */
export function verdictOf(
  snapshot: Snapshot,
  indices: readonly IndexBirth[],
  unmatched: readonly string[] = [],
): Verdict {
  const { state, shards, failures } = snapshot;
  if (state === 'PARTIAL' || (state === 'SUCCESS' && shards.failed > 0))
    return { state: 'PARTIAL', message: partialMessage(shards, failures) };
  if (state !== 'SUCCESS')
    return { state: 'FAILED', message: 'Elasticsearch calls it failed; its log says why' };
  const lacking = lackingIndices(snapshot, indices);
  if (lacking.length > 0) return { state: 'INCOMPLETE', message: `it lacks ${fewNames(lacking, SHOWN)}` };
  if (shards.total === 0)
    return {
      state: 'EMPTY',
      message: 'spec.indices and spec.exclude leave no index, so there is nothing in it',
    };
  if (unmatched.length === 0) return { state: 'SUCCESS' };
  return {
    state: 'SUCCESS',
    message: `nothing in the cluster matches ${fewNames(unmatched, SHOWN)}, which spec.indices names`,
  };
}

function partialMessage(shards: Snapshot['shards'], failures: Snapshot['failures']): string {
  const indices = [...new Set(failures.map(({ index }) => index))];
  const where = indices.length === 0 ? '' : `, of ${fewNames(indices, SHOWN)}`;
  const are = shards.failed === 1 ? 'is' : 'are';
  return `${shards.failed} of ${counted(shards.total, 'shard')} ${are} missing${where}`;
}

/** Temporary indexes are left out on purpose, and names with a dot are Elasticsearch's own, but for data streams. */
const isExpected = ({ name, isSystem }: IndexBirth): boolean =>
  !isSystem && !isTemporary(name) && !/^\.(?!ds-)/.test(name);

/** What was there when the snapshot began, and is not inside. Both times are of the same clock, the master's. */
export function lackingIndices(snapshot: Snapshot, indices: readonly IndexBirth[]): readonly string[] {
  const inside = new Set(snapshot.indices);
  return indices
    .filter(isExpected)
    .filter(({ name, created }) => created < snapshot.startTime && !inside.has(name))
    .map(({ name }) => name)
    .sort();
}
