import {
  indexMaintenancePolicy,
  type IndexMaintenancePolicy,
} from '../../src/crds/index-maintenance-policy.ts';
import type {
  ListedIndex,
  Seen,
  Surroundings,
} from '../../src/controllers/index-maintenance-policy/observed.ts';

/** Plain objects for the decisions of a policy: a cluster in which nothing stands in the way. */

export type SpecPart = Readonly<Record<string, unknown>>;

export function policyOf(
  targets: readonly SpecPart[],
  more: SpecPart = {},
  rest: Partial<Pick<IndexMaintenancePolicy, 'status' | 'metadata'>> = {},
): IndexMaintenancePolicy {
  const metadata = {
    name: 'logs',
    namespace: 'search',
    uid: 'policy-1',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2016-01-01T00:00:00Z',
  };
  const spec = { connectionRef: { name: 'main' }, mode: 'Enforce', targets, ...more };
  return {
    apiVersion: '',
    kind: 'IndexMaintenancePolicy',
    spec: indexMaintenancePolicy.spec.parse(spec),
    ...rest,
    metadata: { ...metadata, ...rest.metadata },
  };
}

export function indexOf(name: string, changes: Partial<ListedIndex> = {}): ListedIndex {
  return {
    name,
    uuid: `uuid-of-${name}`,
    created: Date.parse('2016-01-01T00:00:00Z'),
    hidden: false,
    closed: false,
    lifecycleManaged: false,
    mounted: false,
    dataStream: undefined,
    aliases: {},
    figures: { documents: 10, bytes: 1_000, operations: 10, quietMs: 3_600_000 },
    ...changes,
  };
}

export const aliased = (name: string, ...aliases: readonly string[]): ListedIndex =>
  indexOf(name, { aliases: Object.fromEntries(aliases.map((alias) => [alias, {}])) });

export const calm: Surroundings = {
  health: 'green',
  protects: (name) => name.startsWith('.'),
  snapshotted: new Set(),
  restoring: new Set(),
  reindexed: new Set(),
  reindexedByOthers: new Set(),
  isOfSeries: () => false,
  mayBeCopied: () => false,
  written: new Set(),
  skewSeconds: 0,
};

export function seenOf(
  indices: readonly ListedIndex[],
  changes: Partial<Omit<Seen, 'around' | 'indices'>> & { readonly around?: Partial<Surroundings> } = {},
): Seen {
  return {
    type: 'seen',
    indices,
    unreadable: [],
    rivals: [],
    newest: new Map(),
    backups: new Map(),
    archive: new Map(),
    listedAt: 0,
    ...changes,
    around: { ...calm, ...changes.around },
  };
}

/** Documents on their way from docs-1 to archive-2016. */
export const archiveBatch = {
  id: '1',
  time: '2026-03-01T00:25:00Z',
  target: 'a',
  index: 'docs-1',
  uuid: 'u',
  destination: 'archive-2016',
  destinationUuid: 'd',
  cutoff: '2021-01-01T00:00:00Z',
  marks: [3],
  documents: 'abcdefgh',
};

const HEALTH_NUMBERS = [
  'number_of_nodes',
  'number_of_data_nodes',
  'active_primary_shards',
  'active_shards',
  'relocating_shards',
  'initializing_shards',
  'unassigned_shards',
  'number_of_pending_tasks',
];

/** What a cluster answers in which nothing stands in the way, by path. @param now milliseconds of its clock. */
export const calmAnswers = (now: number): Readonly<Record<string, unknown>> => ({
  '/_cluster/health': {
    status: 'green',
    timed_out: false,
    ...Object.fromEntries(HEALTH_NUMBERS.map((name) => [name, 1])),
  },
  '/_tasks': { tasks: [] },
  '/_snapshot/_status': {},
  '/_cluster/state/customs': { cluster_uuid: 'cluster' },
  '/_nodes/stats/os': { nodes: { a: { timestamp: now } } },
});

const STATE = '/_cluster/state/metadata/';

/** What the state of the cluster says of the indexes that a path names; undefined for any other path. */
export function stateAt(path: string, exists: (name: string) => boolean): unknown {
  if (!path.startsWith(STATE)) return undefined;
  const found = path.slice(STATE.length).split(',').filter(exists);
  return {
    cluster_uuid: 'cluster',
    metadata: { indices: Object.fromEntries(found.map((name) => [name, {}])) },
  };
}
