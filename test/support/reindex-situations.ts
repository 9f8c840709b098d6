/** A request and its world at each moment of a copy, as plain objects: what tables of decisions are made of. */
import { reindexRequest, type ReindexRequestStatus } from '../../src/crds/reindex-request.ts';
import type { ObjectMeta } from '../../src/crds/shared.ts';
import type { CopyRequest, CopySpec } from '../../src/controllers/reindex-request/copy-request.ts';
import { decide, stageOf } from '../../src/controllers/reindex-request/decide.ts';
import type { DestinationMark } from '../../src/controllers/reindex-request/destination-mark.ts';
import {
  hardenedSettings,
  ownPipelines,
  tunedSettings,
  valuesToRestore,
} from '../../src/controllers/reindex-request/destination-settings.ts';
import { entranceAlias } from '../../src/controllers/reindex-request/names.ts';
import type { IndexFacts, Observed } from '../../src/controllers/reindex-request/observed.ts';
import { situationOf, specHashOf } from '../../src/controllers/reindex-request/situation.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const UID = 'abcdef01-2345-6789-abcd-ef0123456789';
export const EPOCH = 'es-steward-abcdef01-1';
export const orders = { filter: { term: { a: 1 } }, is_write_index: true };

/** A cast: the indexes are named below. */
export const spec = (over: object = {}): CopySpec =>
  reindexRequest.spec.parse({
    connectionRef: { name: 'main' },
    source: { index: 'orders-v1' },
    destination: { index: 'orders-v2' },
    writeMode: 'BlockFirst',
    ...over,
  }) as CopySpec;

export function request(
  status: ReindexRequestStatus = {},
  over: object = {},
  metadata: Partial<ObjectMeta> = {},
): CopyRequest {
  const meta = {
    name: 'r',
    namespace: 'n',
    uid: UID,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-03-01T11:00:00Z',
    ...metadata,
  };
  return {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ReindexRequest',
    metadata: meta,
    spec: spec(over),
    status,
  };
}

export const index = (name: string, over: Partial<IndexFacts> = {}): IndexFacts => ({
  name,
  uuid: `${name}-uuid`,
  settings: { number_of_shards: '1', number_of_replicas: '1' },
  mappings: {},
  aliases: {},
  entrances: [],
  guards: [],
  closed: false,
  ...over,
});
export const source = (over: Partial<IndexFacts> = {}) =>
  index('orders-v1', { aliases: { orders }, ...over });
export const fenced = (over: Partial<IndexFacts> = {}) =>
  source({
    aliases: { orders, [EPOCH]: {} },
    settings: { number_of_shards: '1', number_of_replicas: '1', blocks: { write: 'true' } },
    ...over,
  });

export const markWith = (over: Partial<DestinationMark> = {}): DestinationMark => ({
  uid: UID,
  specHash: specHashOf(spec()),
  sourceIndex: 'orders-v1',
  sourceUuid: 'orders-v1-uuid',
  attempt: 1,
  blockedBefore: false,
  state: 'copying',
  restore: valuesToRestore(spec().destination, source(), { number_of_replicas: '1' }),
  ...over,
});
export const destination = (mark: Partial<DestinationMark> = {}, over: Partial<IndexFacts> = {}) =>
  index('orders-v2', {
    settings: { ...tunedSettings(spec().destination, {}), hidden: 'true' },
    mappings: { _meta: { 'es-steward': markWith(mark) } },
    entrances: mark.state === 'final' ? [] : [entranceAlias(UID, mark.attempt ?? 1)],
    ...over,
  });

/** With its own settings again: what is proven and moved. */
export const hardened = (mark: Partial<DestinationMark> = {}) =>
  destination(mark, {
    settings: {
      ...hardenedSettings(markWith().restore ?? {}),
      ...ownPipelines(markWith().restore ?? {}),
      hidden: 'true',
    },
  });

export const observed = (over: Partial<Observed> = {}): Observed => ({
  connection: 'main',
  maxConcurrentOperations: 2,
  protects: (name) => name.startsWith('.'),
  sources: [source()],
  destination: undefined,
  tasks: { complete: true, running: [] },
  peers: [],
  claims: [],
  owners: new Set(),
  outcomes: {},
  preflight: {
    missingPrivileges: [],
    pipelines: {},
    sequenceNumbersSearchable: true,
    documents: 10,
    bytes: 100,
  },
  ...over,
});

export const plan = {
  hash: 'p',
  specHash: 'h',
  sourceUuid: 'orders-v1-uuid',
  aliases: [{ name: 'orders', definition: orders }],
  blockedBefore: false,
  sequenceNumbers: true,
  createdTime: '2026-03-01T11:00:00Z',
};
export const planned: ReindexRequestStatus = {
  phase: 'Preparing',
  plan,
  source: { index: 'orders-v1', uuid: 'orders-v1-uuid' },
  destination: { index: 'orders-v2' },
  attempt: 1,
  epoch: 1,
  intent: { type: 'Prepare', time: '2026-03-01T11:00:00Z' },
  // A matter of tests of their own.
  locks: [],
};
export const prepared: ReindexRequestStatus = {
  ...planned,
  destination: { index: 'orders-v2', uuid: 'orders-v2-uuid' },
};
export const blocking: ReindexRequestStatus = {
  ...prepared,
  phase: 'Fencing',
  blockedSince: '2026-03-01T11:59:00Z',
  fence: { verified: true },
};
export const sums = { created: 0, updated: 0, noops: 0, deleted: 0, versionConflicts: 0, batches: 0 };
export const shards = [{ shard: 0, maxSeqNo: 99, primaryTerm: 1, documents: 100, rangeWidth: 50 }];
export const copying: ReindexRequestStatus = {
  ...blocking,
  phase: 'Copying',
  progress: { percent: 0, display: '0%', message: '', total: 100 },
  copy: {
    round: 0,
    fenced: true,
    settled: true,
    departed: true,
    shards,
    done: [],
    running: [],
    sums,
    parallel: 3,
    startTime: '2026-03-01T11:59:00Z',
  },
};
export const done = [{ shard: 0, from: 0, to: 99 }];
export const copied: ReindexRequestStatus = {
  ...copying,
  copy: { ...copying.copy, shards, done, running: [], sums: { ...sums, created: 100 } },
};
/** The whole journal of a copy whose destination is ready to be proven. */
export const wholeCopy = {
  ...copying.copy,
  shards,
  done,
  running: [],
  sums: { ...sums, created: 100 },
  hardened: true,
};
export const facts = [{ shard: 0, maxSeqNo: 99, globalCheckpoint: 99, documents: 100, primaryTerm: 1 }];
export const inCopy = {
  sources: [fenced()],
  destination: destination(),
  health: { source: 'green', destination: 'green' },
} as const;

export const run = (resource: CopyRequest, world: Observed) => decide(resource, world, NOW);
export const stage = (resource: CopyRequest, world: Observed) => stageOf(situationOf(resource, world, NOW));
export const actionsOf = (decision: ReturnType<typeof run>) =>
  (decision.actions ?? []).map(({ type }) => type);
export const counts = (over: object = {}) => ({
  total: 50,
  created: 50,
  updated: 0,
  noops: 0,
  deleted: 0,
  versionConflicts: 0,
  batches: 1,
  ...over,
});
