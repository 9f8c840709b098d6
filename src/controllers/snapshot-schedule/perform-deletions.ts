import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { deleteSnapshots } from '../../elasticsearch/snapshot-changes.ts';
import { mountedSnapshots } from '../../elasticsearch/snapshot-indices.ts';
import { getSnapshots, type ListedSnapshot, surveySnapshots } from '../../elasticsearch/snapshots.ts';
import { FencedError } from '../../runtime/errors.ts';
import { timeText } from '../../runtime/time.ts';
import { markOf } from './names.ts';
import { ofOtherClusters } from './other-cluster.ts';
import { owns } from './owner.ts';
import type { SnapshotEffects } from './perform-effect.ts';
import { type Retention, withoutBatch } from './retain.ts';
import type { HaltReason } from './retention.ts';
import { successesOf } from './situation.ts';
import { unverifiedNames } from './unverified.ts';
import { isRunning } from './verdict.ts';

/** Everything is read once more: who made each, in which cluster, that it is the very one, that nothing uses it, that a newer one is good. */
export const deleteExpired: SnapshotEffects['DeleteSnapshots'] = async ({ repository, targets }, context) => {
  const { es, resource, owner, pass } = context;
  const [{ snapshots: all }, mounted] = await Promise.all([
    surveySnapshots(es, repository, pass.signal),
    mountedSnapshots(es, pass.signal),
  ]);
  const successes = successesOf(owner, resource.status, all);
  const others = ofOtherClusters(owner, all);
  const unverified = unverifiedNames(owner.uid, resource.status ?? {}, all);
  const newest = successes.findLastIndex(({ name }) => !unverified.has(name));
  if (newest < 0) throw new FencedError('there is no success any more that retention could rest on');
  if (all.some(isRunning)) throw new FencedError(`repository ${repository} is at work again`);
  const held = new Set(successes.slice(newest).map(({ uuid }) => uuid));
  const expendable = (snapshot: ListedSnapshot | undefined): boolean =>
    snapshot !== undefined &&
    owns(owner, snapshot) &&
    !others.has(snapshot.name) &&
    !held.has(snapshot.uuid) &&
    !mounted.has(snapshot.uuid);
  const byUuid = new Map(all.map((snapshot) => [snapshot.uuid, snapshot]));
  const going = targets.filter(({ name, uuid }) => {
    const found = byUuid.get(uuid);
    return found?.name === name && expendable(found);
  });
  if (going.length === 0) return undefined;
  pass.log.info({ repository, snapshots: going }, 'deleting expired snapshots');
  const names = going.map(({ name }) => name);
  pass.assertUnchanged?.();
  try {
    await deleteSnapshots(es, repository, names, pass.signal);
  } catch (error) {
    // One that is gone already makes Elasticsearch delete none: the next pass reads which are left.
    if (isElasticsearchError(error, 'notFound')) return undefined;
    if (!isElasticsearchError(error, 'forbidden')) throw error;
    return (status) => ({ ...status, retention: forbidden(status.retention ?? {}) });
  }
  return (status) => ({
    ...status,
    retention: { ...status.retention, requestedTime: timeText(pass.now) },
  });
};

/** The next run of retention plans anew and tries again: to ask every few minutes would change nothing. */
const forbidden = (retention: Retention): Retention => ({
  ...withoutBatch(retention),
  halted: 'MissingPrivileges' satisfies HaltReason,
});

/** Ends a snapshot of ours that has run for too long; Elasticsearch deletes what there is of it. */
export const abort: SnapshotEffects['AbortSnapshot'] = async (
  { repository, target },
  { es, resource, pass },
) => {
  const found = await undefinedWhen(['notFound'], getSnapshots(es, repository, [target.name], pass.signal));
  const snapshot = found?.[0];
  const isMeant =
    snapshot?.uuid === target.uuid &&
    isRunning(snapshot) &&
    markOf(snapshot.metadata)?.uid === resource.metadata.uid;
  if (!isMeant) throw new FencedError(`${target.name} is not the snapshot any more that was to be aborted`);
  pass.assertUnchanged?.();
  pass.log.info({ repository, snapshot: target }, 'aborting a snapshot at its deadline');
  await undefinedWhen(['notFound'], deleteSnapshots(es, repository, [target.name], pass.signal));
};
