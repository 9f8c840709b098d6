import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { putMapping } from '../../elasticsearch/indices.ts';
import { closePointInTime } from '../../elasticsearch/point-in-time.ts';
import { flush, refresh } from '../../elasticsearch/refresh.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import { blockWrites, unblockWrites } from '../../elasticsearch/write-blocks.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { Target } from './actions.ts';
import { epochOf } from './names.ts';
import {
  type ActionOf,
  type Change,
  type EffectContext,
  requireSame,
  throughEntrance,
  withCopy,
} from './perform-effect.ts';
import { releaseOf } from './perform-release.ts';
import { flushed, outlived, withoutOutlived } from './rounds.ts';
import { writesBlocked } from './index-facts.ts';
import { ageMs, time } from './moments.ts';

type Targets = Pick<ActionOf<'PrepareBlock'>, 'source' | 'destination'>;

/**
 * What is done before writers wait is not to be done while they do: all that was written since the copy was hardened.
 * What comes in meanwhile is caught up before the block.
 */
export async function prepareBlock(targets: Targets, context: EffectContext): Promise<Change> {
  await makeReady(targets, context);
  return withCopy((copy) => flushed(withoutOutlived(copy)));
}

/**
 * From 9.0 on a block is answered when all that was indexed in the source is on the disk; the proof needs everything that
 * was copied to be visible; and with a point in time the files go that it has kept.
 */
async function makeReady(
  { source, destination }: Targets,
  { es, resource, pass }: EffectContext,
): Promise<void> {
  await Promise.all([source, destination].map((target) => requireSame(es, target, pass.signal)));
  const before = outlived(resource.status?.copy);
  await Promise.all([
    flush(es, source.index, pass.signal),
    refresh(es, destination.index, pass.signal),
    before === undefined ? undefined : closePointInTime(es, before, pass.signal),
  ]).catch((error: unknown) => {
    pass.signal.throwIfAborted();
    const indices = { source: source.index, destination: destination.index };
    pass.log.warn(
      { err: error, ...indices },
      'not all is done before the write block: writers will wait longer',
    );
  });
}

/**
 * A block cannot say who has set it. So the source is looked at once more, the mark says whose the block will be, and then
 * comes the call: whatever becomes of its answer, of this process or of status, the block is known as ours.
 */
export async function blockSource(
  { target, through, liftFirst, note, readied }: ActionOf<'BlockWrites'>,
  context: EffectContext,
): Promise<Change> {
  const { es, pass } = context;
  const tookMs = readied ? await readyAtLast({ source: target, destination: readied }, context) : 0;
  const idleMs = note && !liftFirst ? ageMs(context.resource.status?.blockedSince, pass.now) : 0;
  const cleared = readied ? withCopy(withoutOutlived) : unchanged;
  const ready: Change = (status) => waitedLess(cleared(status), idleMs + tookMs);
  const source = await requireSame(es, target, pass.signal);
  if (!liftFirst && writesBlocked(source))
    throw new FencedError(`writes to ${target.index} were blocked by somebody else meanwhile`);
  if (note) await setMeta(note, context);
  const resource = { ...context.resource, status: ready(context.resource.status ?? {}) };
  oweRelease(target, through, { ...context, resource });
  // Through the alias: the move of the aliases has an epoch of its own, in which a late lift of this one finds nothing.
  if (liftFirst) await unblockWrites(es, through, pass.signal);
  const { verified } = await blockWrites(es, through, pass.signal);
  return (before) => {
    const status = ready(before);
    return { ...status, fence: { ...status.fence, verified } };
  };
}

const unchanged: Change = (status) => status;

/** What this pass was judged by gets old meanwhile, and a cluster that takes longer for it would not block in time either. */
const LONGEST_AT_LAST_MS = 5_000;

/** @returns the milliseconds that it took, of a clock that never jumps. */
async function readyAtLast(targets: Targets, context: EffectContext): Promise<number> {
  const begun = performance.now();
  await makeReady(targets, { ...context, es: withTimeout(context.es, LONGEST_AT_LAST_MS) });
  return Math.floor(performance.now() - begun);
}

/**
 * The time counts that writers wait, and it was written down before: where this is the first call, maybe of a process that
 * has taken over long after that, it counts from now on.
 */
function waitedLess(
  { blockedSince, fence, ...status }: ReindexRequestStatus,
  ms: number,
): ReindexRequestStatus {
  const later = (moment: string) => time(Date.parse(moment) + ms);
  return {
    ...status,
    ...(blockedSince === undefined ? {} : { blockedSince: later(blockedSince) }),
    ...(fence ? { fence: { ...fence, ...(fence.deadline ? { deadline: later(fence.deadline) } : {}) } } : {}),
  };
}

function oweRelease(
  { index }: Target,
  through: string,
  { letGo, resource, obligations }: EffectContext,
): void {
  const { metadata } = resource;
  const due = releaseOf(resource, { index, epoch: epochOf(through, metadata.uid) ?? 0 }, letGo);
  if (due) obligations.owe(metadata, due);
}

export async function setMeta(
  { target, meta }: Pick<ActionOf<'SetMeta'>, 'target' | 'meta'>,
  { es, pass }: EffectContext,
): Promise<void> {
  const name = await throughEntrance(es, await requireSame(es, target, pass.signal), pass.signal);
  await putMapping(es, name, { _meta: meta }, pass.signal);
}
