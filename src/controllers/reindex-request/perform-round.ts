import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { countDocuments } from '../../elasticsearch/counts.ts';
import { clusterNodes } from '../../elasticsearch/nodes.ts';
import {
  closePointInTime,
  openPointInTime,
  renewPointInTime as renew,
} from '../../elasticsearch/point-in-time.ts';
import { flush, refresh } from '../../elasticsearch/refresh.ts';
import { hasRolledBack, hasSettled } from './finality.ts';
import { primariesOf, primariesWithTermsOf } from './observe-shards.ts';
import type { IndexFacts, ShardFacts } from './observed.ts';
import {
  type ActionOf,
  type Change,
  type EffectContext,
  failing,
  requireSame,
  withCopy,
} from './perform-effect.ts';
import { followMappings } from './perform-mappings.ts';
import { withFirstRanges } from './first-ranges.ts';
import { firstParallelism } from './pace.ts';
import { isLoss } from './perform-frozen-view.ts';
import { needsFlush } from './lag.ts';
import { batchOf } from './requests.ts';
import {
  beginRound,
  type Copy,
  hardened,
  LOST_SINCE,
  type RoundStart,
  withoutRound,
  withoutVerdict,
} from './rounds.ts';
import { time } from './moments.ts';

/** Long enough for a round of any size, since each use of it begins the time anew. */
const KEEP_ALIVE = '1h';

/** Fixes what a round is to copy, and lets go of the point in time that no round needs any more. */
export async function beginRoundAt(
  action: ActionOf<'BeginRound'>,
  context: EffectContext,
): Promise<Change | void> {
  const { es, pass } = context;
  const source = await requireSame(es, action.target, pass.signal);
  // With it the files go that it has kept on the disk: nobody is to wait for that.
  const [begun] = await Promise.all([
    roundAt(source, action, context),
    action.before === undefined ? undefined : closePointInTime(es, action.before, pass.signal),
  ]);
  return begun;
}

/**
 * The order is the proof: what is below the watermark is on every copy and visible, before the point in time is opened;
 * what the point in time may show beyond it is read afterwards. Under the write block both are the same.
 */
async function roundAt(
  source: IndexFacts,
  action: ActionOf<'BeginRound'>,
  context: EffectContext,
): Promise<Change | void> {
  const { es, resource, pass } = context;
  const shards = await shardsInStep(source, action.fenced, context);
  if (action.fenced && shards.some(({ globalCheckpoint, maxSeqNo }) => globalCheckpoint !== maxSeqNo)) return;
  const refusal = await followMappings(action, context);
  if (refusal) return refusal;
  await refresh(es, source.name, pass.signal);
  const pit = await openWhereUseful(source, context);
  if (pit === undefined && resource.spec.writeMode === 'Online') return tooLarge(resource);
  const settling = action.fenced ? {} : await settleAtOnce(source, shards, context);
  const isFirst = resource.status?.copy === undefined;
  const [total, nodes] = isFirst
    ? await Promise.all([
        countDocuments(es, source.name, resource.spec.source.query, pass.signal),
        clusterNodes(es, pass.signal),
      ])
    : [undefined, undefined];
  const begun: Change = (status) =>
    withRound(status, total, {
      shards,
      ...settling,
      pit,
      fenced: action.fenced,
      sequenceNumbers: status.plan?.sequenceNumbers ?? false,
      ...firstParallelism(nodes?.processors ?? 1, shards.length),
      batch: batchOf(resource),
      fewestDocumentsPerRange: context.fewestDocumentsPerRange,
      time: time(pass.now),
    });
  return withFirstRanges(context, begun);
}

/** Under the write block nothing is rolled back, and terms tell nothing. A flush moves the checkpoint that an asynchronous translog holds back; what else hangs back is in flight, and is of the next round. */
async function shardsInStep(
  source: IndexFacts,
  isBlocked: boolean,
  { es, pass }: EffectContext,
): Promise<readonly ShardFacts[]> {
  const read = isBlocked ? primariesOf : primariesWithTermsOf;
  const shards = await read(source, es, pass.signal);
  const isInStep = shards.every(({ globalCheckpoint, maxSeqNo }) => globalCheckpoint === maxSeqNo);
  if (isInStep || !(isBlocked || needsFlush(source.settings, 0))) return shards;
  await flush(es, source.name, pass.signal);
  return read(source, es, pass.signal);
}

/** With all copies in step there is nothing to wait for: the refresh shows everywhere what the point in time may show. */
async function settleAtOnce(source: IndexFacts, begun: readonly ShardFacts[], { es, pass }: EffectContext) {
  const settle = await primariesWithTermsOf(source, es, pass.signal);
  const isSame = settle.every(({ primaryTerm }, at) => primaryTerm === begun[at]?.primaryTerm);
  const settled = isSame && settle.every(({ globalCheckpoint, maxSeqNo }) => globalCheckpoint >= maxSeqNo);
  if (settled) await refresh(es, source.name, pass.signal);
  return { settle, settled };
}

/** Characters of an id: a status holds two of them, compressed. */
const LONGEST_PIT = 160_000;

/** Documents that left, and those that cannot be written, are looked up in it. */
async function openWhereUseful(source: IndexFacts, { es, resource, pass }: EffectContext) {
  if (!resource.status?.plan?.sequenceNumbers) return undefined;
  const pit = await openPointInTime(es, source.name, KEEP_ALIVE, pass.signal);
  if (pit.length <= LONGEST_PIT) return pit;
  await closePointInTime(es, pit, pass.signal);
  return undefined;
}

/** The rounds of an online copy are compared by points in time, and a status must hold two of them. */
function tooLarge({ metadata, spec }: EffectContext['resource']): Change {
  const message = `the point in time of ${spec.source.index} is too large for the status of ${metadata.name}, its index has too many shards or too long a name: use writeMode: BlockFirst in a new request`;
  return failing('PreflightFailed', message);
}

/** @param total documents of the source, as the first round counts them. */
function withRound(
  before: ReindexRequestStatus,
  total: number | undefined,
  start: RoundStart,
): ReindexRequestStatus {
  const status = { ...withoutVerdict(before), copy: beginRound(before.copy, start) };
  if (total === undefined) return status;
  return {
    ...status,
    ...(status.source ? { source: { ...status.source, documents: total } } : {}),
    progress: {
      percent: 0,
      display: '0%',
      ...status.progress,
      message: 'Starting reindex...',
      total,
      completed: 0,
    },
  };
}

/**
 * Once every copy of each shard has all that the point in time may show, a refresh shows it everywhere. What a failover
 * has rolled back never comes: the round begins anew.
 */
export async function settleRound(
  action: ActionOf<'SettleRound'>,
  context: EffectContext,
): Promise<Change | void> {
  const { es, resource, pass } = context;
  const source = await requireSame(es, action.target, pass.signal);
  const copy = resource.status?.copy;
  const shards = await primariesWithTermsOf(source, es, pass.signal);
  if (copy && hasRolledBack(copy, shards)) return beginAnew(copy, context);
  if (!copy || !hasSettled(copy, shards)) {
    if (action.flush) await flush(es, source.name, pass.signal);
    return;
  }
  await refresh(es, source.name, pass.signal);
  return withFirstRanges(
    context,
    withCopy((journal) => ({ ...journal, settled: true })),
  );
}

/** Nobody looks into its point in time any more. */
async function beginAnew({ pit }: Copy, { es, pass }: EffectContext): Promise<Change> {
  if (pit !== undefined) await closePointInTime(es, pit, pass.signal);
  return withCopy(withoutRound);
}

/** One that is lost is as old as can be: the next round, which then looks up every document, comes before the write block. */
export async function renewPointInTime(
  { pit }: ActionOf<'RenewPointInTime'>,
  { es, pass }: EffectContext,
): Promise<Change> {
  try {
    return withView({ pit: await renew(es, pit, KEEP_ALIVE, pass.signal), pitTime: time(pass.now) });
  } catch (error) {
    if (!isLoss(error)) throw error;
    return withView({ pit, pitTime: LOST_SINCE });
  }
}

function withView(view: { readonly pit: string; readonly pitTime: string }): Change {
  return withCopy((copy) => ({ ...copy, ...view }));
}

/**
 * The first refresh shows everything that was copied, and takes its time: not under the block, where writers wait. Nor
 * does the flush of all that they have written, which is most of what the block would take. What came in meanwhile is
 * caught up before it; fields that are refused are no reason to stop them either.
 */
export async function finishHardening(
  { target }: ActionOf<'FinishHardening'>,
  context: EffectContext,
): Promise<Change> {
  const { es, resource, pass } = context;
  await requireSame(es, target, pass.signal);
  const { index, uuid } = resource.status?.source ?? {};
  const source = index === undefined || uuid === undefined ? undefined : { index, uuid };
  const refusal = source && (await followMappings({ target: source, destination: target }, context));
  if (refusal) return refusal;
  await Promise.all([
    refresh(es, target.index, pass.signal),
    source && resource.spec.writeMode === 'Online' ? flush(es, source.index, pass.signal) : undefined,
  ]);
  return withCopy(hardened);
}
