import { afterAll, expect, it } from 'vitest';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import { clusterInfo } from '../../../src/elasticsearch/info.ts';
import { createIndex, oneShard } from '../../support/reindex-indices.ts';
import {
  connectionRefOf,
  createSchedule,
  editSchedule,
  register,
  runNow,
  type SnapshotBed,
  snapshotsOf,
  writeNoise,
} from '../../support/snapshot-bed.ts';
import { eventually } from '../../support/eventually.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';
import { endedRun, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const cluster = await startPrivateElasticsearch();
afterAll(() => cluster.stop());
const { url, repositoryPath = '' } = cluster.info;
const es = createElasticsearch({
  endpoints: [url],
  auth: { type: 'none' },
  requestTimeoutMs: 60_000,
  maxResponseBytes: 1_000_000,
});
afterAll(() => es.close());

/** A bed on a cluster that may be killed, with a repository so slow that a snapshot lasts. */
async function usePrivateBed(): Promise<SnapshotBed> {
  const base = await useReindexBed({ endpoints: [url] });
  const { clusterUuid } = await clusterInfo(es);
  const status = { clusterUUID: clusterUuid };
  await base.api.mergePatch(connectionRefOf(base), { status }, { subresource: 'status' });
  const bed = { ...base, es, repository: 'slow', folder: `${repositoryPath}/slow`, index: 'noise' };
  await slowDown(bed, '20kb');
  await createIndex(es, 'noise', oneShard);
  await writeNoise(bed, 'noise', 1_000);
  return bed;
}

const slowDown = (bed: SnapshotBed, rate: string) =>
  register(bed, bed.repository, bed.folder, { max_snapshot_bytes_per_sec: rate });

const bed = await usePrivateBed();
const isRunning = ({ status }: SnapshotSchedule): boolean => status?.active?.startTime !== undefined;

it('is lost with its master, and made again under the next name (H58)', { timeout: 300_000 }, async () => {
  const name = bed.name();
  await createSchedule(bed, name, { indices: ['noise'] });
  await using operator = startSnapshotProcess(bed);
  await runNow(bed, name, 'one');
  const running = await operator.until(name, 'it runs', isRunning);
  expect([reasonOf(running), running.status?.active?.accepted]).toEqual(['InProgress', true]);
  await cluster.kill(0);
  const isAway = (one: SnapshotSchedule) => reasonOf(one) === 'ConnectionNotReady';
  const away = await operator.until(name, 'nobody answers', isAway);
  expect(away.status?.active?.snapshot).toBe(running.status?.active?.snapshot);
  await cluster.restart(0);
  await slowDown(bed, '40mb');
  const schedule = await operator.until(name, 'it has ended', endedRun);
  const { state, name: made } = schedule.status?.lastSnapshot ?? {};
  expect([state, made]).toEqual(['SUCCESS', `${running.status?.active?.snapshot}-2`]);
  expect(schedule.status?.history).toHaveLength(1);
  expect((await snapshotsOf(bed)).map((snapshot) => [snapshot.name, snapshot.state])).toEqual([
    [made, 'SUCCESS'],
  ]);
});

it('goes on while its operator is gone; the next one tells that it is late, and aborts it if asked (H58)', async () => {
  const name = bed.name();
  await slowDown(bed, '20kb');
  await writeNoise(bed, 'noise', 1_000);
  await createSchedule(bed, name, { indices: ['noise'], deadline: '1m' });
  await using first = startSnapshotProcess(bed);
  await runNow(bed, name, 'one');
  const running = await first.until(name, 'it runs', isRunning);
  first.kill();
  await using second = startSnapshotProcess(bed);
  second.clock.skip(61_000);
  const late = await second.until(name, 'it is late', ({ status }) => status?.active?.overdue === true);
  await second.pass(name);
  expect([reasonOf(late), late.status?.active?.snapshot]).toEqual([
    'DeadlineExceeded',
    running.status?.active?.snapshot,
  ]);
  expect(second.events.filter(({ reason }) => reason === 'DeadlineExceeded')).toHaveLength(1);
  await editSchedule(bed, name, { spec: { abortOnDeadline: true } });
  const aborted = await second.until(name, 'it is aborted', endedRun);
  expect(aborted.status).toMatchObject({ lastSnapshot: { state: 'ABORTED' }, history: [{ attempts: 1 }] });
  await eventually('Elasticsearch has deleted what there was of it', async () => {
    const left = (await snapshotsOf(bed)).map((snapshot) => snapshot.name);
    return !left.includes(running.status?.active?.snapshot ?? '');
  });
});
