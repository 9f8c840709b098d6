import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ShardFacts } from '../observed.ts';
import { rangeWidth } from '../ranges.ts';
import { currentEpochAlias, type Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step, time } from '../step.ts';

/**
 * Writes to the source stop, provably: the block is set through the epoch alias, Elasticsearch confirms that no write
 * is in flight, and the highest operation of every shard, F, is on disk and visible. F is what the copy must reach.
 */
export function fence(situation: Situation): Step {
  const { status, source, spec } = situation;
  const message = `blocking writes to ${status.source?.index ?? spec.source.index}`;
  const options = { phase: 'Fencing', message } as const;
  if (!source)
    return fail(
      situation,
      'SourceChanged',
      `${status.source?.index} was deleted or created anew before the copy began; retry plans again`,
    );
  if (!status.blockedSince)
    return step(situation, {
      ...options,
      status: { ...status, blockedSince: time(situation.now) },
      next: 'now',
    });
  const { tasks } = situation.observed;
  if (!status.fence?.settled && (!tasks.complete || tasks.running.length > 0))
    return step(situation, {
      ...options,
      message: 'waiting until the tasks of an earlier attempt are gone',
      actions: tasks.running.map(({ id }) => ({ type: 'CancelTask', task: id })),
      next: SOON_MS,
    });
  if (status.plan?.blockedBefore && !situation.blocked)
    return fail(
      situation,
      'SourceChanged',
      `the write block that was on ${source.name} before this request was lifted by somebody else; retry plans anew`,
    );
  if (!isVerified(situation)) return step(situation, { ...options, actions: [blockAction(situation)] });
  if (!status.fence?.settled)
    return step(situation, {
      ...options,
      actions: [{ type: 'Settle', target: { index: source.name, uuid: source.uuid } }],
    });
  return begin(situation);
}

/**
 * The setting alone proves nothing: it appears before the shards are checked. Only the answer to our own call does.
 * A block that was there before us has been verified by whoever set it; equal checkpoints prove the rest.
 */
function isVerified({ status, blocked }: Situation): boolean {
  return blocked && (status.fence?.verified === true || status.plan?.blockedBefore === true);
}

function blockAction(situation: Situation) {
  const { source, status, blocked } = situation;
  const target = { index: source?.name ?? '', uuid: source?.uuid ?? '' };
  const liftFirst = blocked && !status.plan?.blockedBefore;
  return { type: 'BlockWrites', target, through: currentEpochAlias(situation), liftFirst } as const;
}

/** Checkpoints that have caught up show that nothing is on its way any more; then the copy is planned. */
function begin(situation: Situation): Step {
  const { shards, counts, processors } = situation.observed;
  const message = `waiting until every write before the block is in place`;
  if (!shards || !counts || processors === undefined)
    return step(situation, { phase: 'Fencing', message, next: SOON_MS });
  const behind = shards.some((shard) => shard.globalCheckpoint !== shard.maxSeqNo);
  if (behind) return step(situation, { phase: 'Fencing', message, next: SOON_MS / 2 });
  const status = withCopy(situation, shards, counts.source, parallelism(processors));
  return step(situation, {
    phase: 'Copying',
    message: copyMessage(situation),
    status,
    next: 'now',
    progress: { message: 'Starting reindex...', total: counts.source, completed: 0 },
  });
}

/** One more than the cores: one waits for the disk while the others compute; more gain nothing. */
function parallelism(processors: number): number {
  return Math.min(Math.max(processors + 1, 2), 16);
}

/** Several ranges for each task that runs, so that all end together. */
const RANGES_PER_TASK = 4;

function withCopy(
  { status, now, observed }: Situation,
  shards: readonly ShardFacts[],
  total: number,
  parallel: number,
): ReindexRequestStatus {
  const wanted = Math.ceil((parallel * RANGES_PER_TASK) / Math.max(shards.length, 1));
  const planned = shards.map(({ shard, maxSeqNo, documents, primaryTerm }) => ({
    shard,
    maxSeqNo,
    primaryTerm,
    documents,
    rangeWidth: status.plan?.sequenceNumbers
      ? rangeWidth(maxSeqNo, documents, wanted, observed.fewestDocumentsPerRange)
      : Math.max(maxSeqNo + 1, 1),
  }));
  const sums = { created: 0, updated: 0, noops: 0, deleted: 0, versionConflicts: 0, batches: 0 };
  const source = status.source ? { ...status.source, documents: total } : undefined;
  return {
    ...status,
    ...(source ? { source } : {}),
    copy: { shards: planned, done: [], running: [], sums, parallel, startTime: time(now) },
  };
}

export function copyMessage({ spec, status }: Situation): string {
  return `copying ${status.source?.index ?? spec.source.index} to ${spec.destination.index}`;
}
