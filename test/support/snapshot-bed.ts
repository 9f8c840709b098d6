import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { elasticsearchConnection } from '../../src/crds/elasticsearch-connection.ts';
import { snapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import type { SnapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import { listSnapshots, type Snapshot } from '../../src/elasticsearch/snapshots.ts';
import { undefinedWhen } from '../../src/elasticsearch/errors.ts';
import { kindRefOf } from '../../src/runtime/resource.ts';
import { distantSlots } from './distant-slots.ts';
import { environment } from './environment.ts';
import { eventually } from './eventually.ts';
import { type ReindexBed, type RequestSpec, useReindexBed } from './reindex-bed.ts';
import { createIndex, numbered, oneShard, write } from './reindex-indices.ts';

const SCHEDULES = kindRefOf(snapshotSchedule);
const CONNECTIONS = kindRefOf(elasticsearchConnection);

export const connectionRefOf = ({ namespace }: Pick<ReindexBed, 'namespace'>) => ({
  kind: CONNECTIONS,
  namespace,
  name: 'main',
});

/** A namespace with a ready connection, a repository of its own and one index in the cluster. */
export interface SnapshotBed extends ReindexBed {
  readonly repository: string;
  /** Where the files of the repository lie. */
  readonly folder: string;
  readonly index: string;
}

export async function useSnapshotBed(connection: RequestSpec = {}): Promise<SnapshotBed> {
  const bed = await useReindexBed(connection);
  const repository = bed.namespace;
  const folder = join(repositoryPath(), repository);
  await register(bed, repository, folder);
  afterAll(async () => {
    await removeSnapshots(bed, repository);
    await unregister(bed, repository);
    await rm(folder, { recursive: true, force: true });
  });
  const index = bed.name();
  await createIndex(bed.es, index, oneShard);
  await write(bed.es, index, numbered(20));
  return { ...bed, repository, folder, index };
}

export function repositoryPath(): string {
  const path = environment().elasticsearch.repositoryPath;
  if (path === undefined)
    throw new Error('set ELASTICSEARCH_REPOSITORY_PATH to a folder of path.repo of the given Elasticsearch');
  return path;
}

/** @param settings e.g. `{max_snapshot_bytes_per_sec: '1kb'}`, which makes a snapshot last. */
export async function register(
  { es }: Pick<ReindexBed, 'es'>,
  repository: string,
  location: string,
  settings: RequestSpec = {},
): Promise<void> {
  const body = { type: 'fs', settings: { location, ...settings } };
  await es.request({ method: 'PUT', path: `/_snapshot/${repository}`, body });
}

/** Elasticsearch keeps a repository that it still works in. */
async function unregister({ es }: ReindexBed, repository: string): Promise<void> {
  const request = { method: 'DELETE', path: `/_snapshot/${repository}` } as const;
  await eventually('the repository is at rest', () =>
    undefinedWhen(
      ['conflict'],
      undefinedWhen(['notFound'], es.request(request)).then(() => true),
    ),
  );
}

async function removeSnapshots({ es }: ReindexBed, repository: string): Promise<void> {
  const request = { method: 'DELETE', path: `/_snapshot/${repository}/*` } as const;
  await undefinedWhen(['notFound', 'serverError'], es.request(request));
}

/** Nothing is due unless a test says so. */
const DAILY = distantSlots(1440).schedule;

export function createSchedule(
  bed: SnapshotBed,
  name: string,
  spec: RequestSpec = {},
): Promise<SnapshotSchedule> {
  return bed.api.create(SCHEDULES, bed.namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'SnapshotSchedule',
    metadata: { name },
    spec: {
      connectionRef: { name: 'main' },
      repository: bed.repository,
      schedule: DAILY,
      indices: [`${bed.namespace}-*`],
      ...spec,
    },
  });
}

export const scheduleRef = ({ namespace }: Pick<ReindexBed, 'namespace'>, name: string) => ({
  kind: SCHEDULES,
  namespace,
  name,
});

export async function readSchedule(bed: ReindexBed, name: string): Promise<SnapshotSchedule> {
  const found = await bed.api.get<SnapshotSchedule>(scheduleRef(bed, name));
  if (found === undefined) throw new Error(`${name} does not exist`);
  return found;
}

/** What a user edits: spec or annotations. */
export async function editSchedule(bed: ReindexBed, name: string, patch: object): Promise<void> {
  await bed.api.mergePatch(scheduleRef(bed, name), patch);
}

export const runNow = (bed: ReindexBed, name: string, token: string): Promise<void> =>
  editSchedule(bed, name, { metadata: { annotations: { 'es-steward.dev/run-now': token } } });

/** As a restore from a backup leaves it. */
export async function loseStatus(bed: ReindexBed, name: string): Promise<void> {
  await bed.api.mergePatch(scheduleRef(bed, name), { status: null }, { subresource: 'status' });
}

export const snapshotsOf = ({ es, repository }: SnapshotBed): Promise<readonly Snapshot[]> =>
  listSnapshots(es, repository);

/** A snapshot that nobody's schedule has made; ended. */
export async function takeSnapshot(
  { es, repository, index }: SnapshotBed,
  name: string,
  body: RequestSpec = {},
): Promise<void> {
  await es.request({
    method: 'PUT',
    path: `/_snapshot/${repository}/${name}`,
    query: { wait_for_completion: true },
    body: { indices: [index], include_global_state: false, ...body },
  });
}

/** Successes of a schedule, as its earlier slots would have left them: the oldest first. */
export async function takeOwnSnapshots(
  bed: SnapshotBed,
  { metadata: { name, namespace, uid } }: SnapshotSchedule,
  count: number,
  cluster?: string,
): Promise<readonly string[]> {
  const names = Array.from(
    { length: count },
    (_, at) => `${name}-2026.01.0${at + 1}-000000-${uid.slice(0, 6)}`,
  );
  const slotOf = (at: number) => `2026-01-0${at + 1}T00:00:00Z`;
  for (const [at, made] of names.entries()) {
    const mark = { uid, slot: slotOf(at), schedule: `${namespace}/${name}`, cluster };
    await takeSnapshot(bed, made, { metadata: { 'es-steward': mark } });
  }
  if (count === 0) return names;
  // Else it counts as one that was lost, and nobody knows whether the snapshots were whole.
  const status = { lastScheduleTime: slotOf(count - 1) };
  await bed.api.mergePatch(scheduleRef(bed, name), { status }, { subresource: 'status' });
  return names;
}

/** Bytes as incompressible as can be, so that a throttled repository takes its time. */
export async function writeNoise(bed: SnapshotBed, index: string, documents: number): Promise<void> {
  const noise = () => Array.from({ length: 60 }, () => Math.random().toString(36)).join(' ');
  const source = Array.from({ length: documents }, (_, id) => ({
    id: String(id),
    source: { noise: noise() },
  }));
  await write(bed.es, index, source);
}
