import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { type CopyRequest, currentCopy } from './copy-request.ts';
import { renamed, updateAliases } from '../../elasticsearch/aliases.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { putMapping, putSettings } from '../../elasticsearch/indices.ts';
import { closePointInTime } from '../../elasticsearch/point-in-time.ts';
import { flush, refresh } from '../../elasticsearch/refresh.ts';
import { startReindex } from '../../elasticsearch/reindex.ts';
import { cancelTask, rethrottle } from '../../elasticsearch/tasks.ts';
import { unblockWrites } from '../../elasticsearch/write-blocks.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { Body, ReindexAction } from './actions.ts';
import { badDocuments } from './observe-bad-documents.ts';
import { ACTIVE_SHARDS } from './destination-settings.ts';
import { packed, unpacked } from './packed-journal.ts';
import type { Range } from './ranges.ts';
import { blockSource, prepareBlock, setMeta } from './perform-block.ts';
import { createDestination, removeAliases } from './perform-create.ts';
import { without } from './requests.ts';
import { followTask } from './observe-end.ts';
import {
  type ActionOf,
  type Change,
  type EffectContext,
  type PerformDependencies,
  requireSame,
  throughEntrance,
  withCopy,
} from './perform-effect.ts';
import { compareContents, removeDeparted, sweep } from './perform-delta.ts';
import { cutOver } from './perform-cut-over.ts';
import { ungrantedErrorIndex } from './perform-error-index.ts';
import { isolate } from './perform-isolate.ts';
import { beginRoundAt, finishHardening, renewPointInTime, settleRound } from './perform-round.ts';
import { deleteDestination } from './perform-delete-destination.ts';
import { deleteSource } from './perform-delete-source.ts';
import { blockDestination, rollBack } from './perform-rollback.ts';
import { holdLocks, releaseLocks, renewLocks } from './perform-locks.ts';
import { tryOut } from './perform-try-out.ts';
import { dropScratches } from './perform-scratch.ts';
import { setSettings } from './perform-settings.ts';

type Effect<Type extends ReindexAction['type']> = (
  action: ActionOf<Type>,
  context: EffectContext,
) => Promise<Change | void>;

/** One effect a line: each reads the identity of what it changes again, sends one call, and says what to remember. */
const effects: { readonly [Type in ReindexAction['type']]: Effect<Type> } = {
  HoldLocks: holdLocks,
  RenewLocks: renewLocks,
  ReleaseLocks: releaseLocks,
  TryOut: tryOut,
  CutOver: cutOver,
  BlockDestination: blockDestination,
  RollBack: rollBack,
  DeleteSource: deleteSource,
  DropScratches: (_, { es, resource, pass }) => dropScratches(es, resource.metadata.uid, pass.signal),
  AddAlias: async ({ target, alias }, { es, pass }) => {
    await requireSame(es, target, pass.signal);
    await updateAliases(es, [{ add: { index: target.index, alias, is_hidden: true } }], {}, pass.signal);
  },
  MoveEpochAlias: async ({ target, from, to }, { es, pass }) => {
    await requireSame(es, target, pass.signal);
    const swap = updateAliases(es, renamed(target.index, from, to), {}, pass.signal);
    // Not found = somebody moved it before us: the next pass reads who.
    await undefinedWhen(['aliasNotFound'], swap);
  },
  DropAliases: async ({ target, aliases }, { es, pass }) => {
    await requireSame(es, target, pass.signal);
    await removeAliases(es, target.index, aliases, pass.signal);
  },
  CreateDestination: createDestination,
  DeleteDestination: deleteDestination,
  Tune: async ({ target, meta, settings }, { es, pass }) => {
    const name = await throughEntrance(es, await requireSame(es, target, pass.signal), pass.signal);
    await putMapping(es, name, { _meta: meta }, pass.signal);
    const { [ACTIVE_SHARDS]: active, ...others } = settings;
    // First: as long as writes wait for replicas, Elasticsearch does not take them away.
    if (active !== undefined) await putSettings(es, name, { [ACTIVE_SHARDS]: active }, pass.signal);
    await putSettings(es, name, others, pass.signal);
  },
  SetMeta: setMeta,
  SetSettings: setSettings,
  PrepareBlock: prepareBlock,
  BlockWrites: blockSource,
  LiftBlock: async ({ target, through }, { es, pass }) => {
    await requireSame(es, target, pass.signal);
    // Not found = the epoch is over: the next pass reads who has taken over.
    await undefinedWhen(
      ['aliasNotFound', 'indexNotFound'],
      unblockWrites(es, through ?? target.index, pass.signal),
    );
  },
  BeginRound: beginRoundAt,
  SettleRound: settleRound,
  Flush: async ({ target }, { es, pass }) => {
    await requireSame(es, target, pass.signal);
    await flush(es, target.index, pass.signal);
  },
  RenewPointInTime: renewPointInTime,
  ClosePointsInTime: async ({ pits }, { es, pass }) => {
    // One that stays ends by itself within the hour: nobody waits for that.
    await Promise.allSettled(pits.map((pit) => closePointInTime(es, pit, pass.signal)));
  },
  FinishHardening: finishHardening,
  RemoveDepartures: removeDeparted,
  Sweep: sweep,
  Compare: compareContents,
  StartRange: async ({ range, body, opaqueId, requestsPerSecond }, { es, resource, pass }) => {
    const throttle = requestsPerSecond === undefined ? {} : { requestsPerSecond };
    const task = await startReindex(
      es,
      await withoutBad(body, range, { es, resource, pass }),
      { opaqueId, ...throttle },
      pass.signal,
    );
    followTask(es, task, pass);
    return withRange(range, { task, term: range.term, ...throttle });
  },
  IsolateFailures: isolate,
  CancelTask: ({ task }, { es, pass }) => cancelTask(es, task, pass.signal),
  Rethrottle: async ({ range, task, requestsPerSecond }, { es, pass }) => {
    await rethrottle(es, task, requestsPerSecond ?? -1, pass.signal);
    return withRange(range, { requestsPerSecond });
  },
  RefreshBoth: async ({ source, destination }, { es, pass }) => {
    await Promise.all([refresh(es, source, pass.signal), refresh(es, destination, pass.signal)]);
    return (status) => ({ ...status, verification: { ...status.verification, refreshed: true } });
  },
};

export function createPerform({ connections, ...shared }: PerformDependencies) {
  return async (action: ReindexAction, request: ReindexRequest, pass: Pass): Promise<Change | void> => {
    const resource = currentCopy(request);
    if (!resource) return;
    const { es, letGo } = await connections.use(useOf(action, resource), pass.signal);
    const ungranted = await ungrantedErrorIndex(action, resource, connections, pass.signal);
    if (ungranted) return ungranted;
    // A cast: the table has one effect per type, which the compiler cannot follow through the union.
    const effect = effects[action.type] as (
      action: ReindexAction,
      context: EffectContext,
    ) => Promise<Change | void>;
    const change = await effect(action, { es, letGo, resource, pass, ...shared });
    return change && ((status) => packed(change(unpacked(status))));
  };
}

function useOf(action: ReindexAction, { spec, metadata, status }: CopyRequest): Use {
  const source = status?.source?.index ?? spec.source.index;
  const common = { ref: spec.connectionRef, namespace: metadata.namespace };
  if (action.type === 'DeleteSource')
    return { ...common, operations: ['Reindex', 'Delete'], indices: [source] };
  const indices = [spec.destination.index, source];
  return { ...common, operations: ['Reindex'], indices, undo: UNDOES.has(action.type) };
}

/** Letting go is never forbidden by a lost grant or a suspended connection. */
const UNDOES: ReadonlySet<ReindexAction['type']> = new Set([
  'MoveEpochAlias',
  'DropAliases',
  'LiftBlock',
  'CancelTask',
  'SetMeta',
  'SetSettings',
  'DeleteDestination',
  'DropScratches',
  'ClosePointsInTime',
  'RenewLocks',
  'ReleaseLocks',
]);

/** Documents that are known to fail would stop the task at the same place again. */
async function withoutBad(
  body: Body,
  range: Range,
  { es, resource, pass }: Pick<EffectContext, 'es' | 'resource' | 'pass'>,
): Promise<Body> {
  const { metadata, spec, status } = resource;
  if (!status?.copy?.bad) return body;
  const origin = { uid: metadata.uid, attempt: status.attempt ?? 1 };
  const bad = await badDocuments(es, spec.destination.index, origin, pass.signal, range);
  return without(
    body,
    bad.map(({ seqNo }) => seqNo),
  );
}

function withRange(range: { readonly shard: number; readonly from: number }, change: object): Change {
  return withCopy((copy) => ({
    ...copy,
    running: copy.running.map((other) =>
      other.shard === range.shard && other.from === range.from ? { ...other, ...change } : other,
    ),
  }));
}
