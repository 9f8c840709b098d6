import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import { undefinedWhen } from '../../../src/elasticsearch/errors.ts';
import { distantSlots } from '../../support/distant-slots.ts';
import { eventually } from '../../support/eventually.ts';
import { createIndex, numbered, oneShard, write } from '../../support/reindex-indices.ts';
import { crashScheduleEverywhere } from '../../support/snapshot-crash.ts';
import {
  createSchedule,
  editSchedule,
  register,
  repositoryPath,
  runNow,
  scheduleRef,
  type SnapshotBed,
  useSnapshotBed,
} from '../../support/snapshot-bed.ts';
import {
  isRetained,
  reasonOf,
  type SnapshotProcess,
  startSnapshotProcess,
} from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();
const checks = distantSlots(60);
const restoreCheck = { schedule: checks.schedule };

const temporary = async ({ es, namespace }: SnapshotBed): Promise<readonly string[]> => {
  const path = `/${namespace}-*-restore-check-*/_settings`;
  return Object.keys(
    (await es.request({ method: 'GET', path, query: { expand_wildcards: 'all' } })) as object,
  );
};

const isChecked = ({ status }: SnapshotSchedule): boolean =>
  status?.lastRestoreCheck !== undefined && status.restoring === undefined;

/** A success, and the next check is due. */
async function takeOne(of: SnapshotBed, name: string, operator: SnapshotProcess): Promise<void> {
  await runNow(of, name, 'one');
  await operator.until(name, 'it has ended', isRetained);
  const now = operator.clock.now();
  operator.clock.skip(checks.next(now) - now + 1_000);
}

describe('a restore check', () => {
  it('restores a sample, finds it equal, and leaves nothing behind', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const schedule = await operator.until(name, 'it is checked', isChecked);
    expect(schedule.status?.lastRestoreCheck).toMatchObject({
      result: 'Passed',
      message: expect.stringContaining(`${bed.index}: 20 documents restored, as many as it has`),
    });
    expect([reasonOf(schedule, 'Restorable'), schedule.metadata.finalizers ?? []]).toEqual([
      'RestoreCheckPassed',
      [],
    ]);
    expect(await temporary(bed)).toEqual([]);
  });

  it('passes when the index has changed since, and says so', async () => {
    const name = bed.name();
    await createIndex(bed.es, `${name}-data`, oneShard);
    await write(bed.es, `${name}-data`, numbered(5));
    await createSchedule(bed, name, { indices: [`${name}-*`], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    await write(bed.es, `${name}-data`, numbered(8));
    const schedule = await operator.until(name, 'it is checked', isChecked);
    expect(schedule.status?.lastRestoreCheck).toMatchObject({
      result: 'Passed',
      message: `${name}-data: 5 documents restored; it has changed since and has 8`,
    });
  });

  it('tries an index wherever the living one has to be', async () => {
    const name = bed.name();
    const index = `${name}-data`;
    await createIndex(bed.es, index, oneShard);
    await write(bed.es, index, numbered(5));
    const nowhere = { 'index.routing.allocation.require.zone': 'nowhere', 'index.allocation.max_retries': 1 };
    await bed.es.request({ method: 'PUT', path: `/${index}/_settings`, body: nowhere });
    await createSchedule(bed, name, { indices: [index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const schedule = await operator.until(name, 'it is checked', isChecked);
    expect(schedule.status?.lastRestoreCheck).toMatchObject({ result: 'Passed' });
  });

  it('fails when a file of the repository is gone, and says which index (H53)', async () => {
    const name = bed.name();
    const folder = join(repositoryPath(), name);
    await register(bed, name, folder);
    await createSchedule(bed, name, { repository: name, indices: [bed.index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const files = await readdir(join(folder, 'indices'), { recursive: true });
    for (const file of files.filter((path) => /(^|\/)__[^/]+$/.test(path)))
      await rm(join(folder, 'indices', file));
    const schedule = await operator.until(name, 'it is checked', isChecked);
    expect([reasonOf(schedule, 'Restorable'), reasonOf(schedule)]).toEqual([
      'RestoreCheckFailed',
      'Succeeded',
    ]);
    expect(schedule.status?.lastRestoreCheck?.message).toContain(bed.index);
    expect(operator.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'RestoreCheckFailed' }),
    );
    expect(await temporary(bed)).toEqual([]);
    await bed.es.request({ method: 'DELETE', path: `/_snapshot/${name}` });
    await rm(folder, { recursive: true });
  });

  it('tries what is behind a data stream', async () => {
    const name = bed.name();
    // Out of reach of what clears the bed: this build has no call that deletes a data stream.
    const stream = `stream-${name}`;
    const template = { index_patterns: [stream], data_stream: {} };
    await bed.es.request({ method: 'PUT', path: `/_index_template/${stream}`, body: template });
    const document = { '@timestamp': '2026-06-15T12:00:00Z' };
    await bed.es.request({
      method: 'POST',
      path: `/${stream}/_doc`,
      query: { refresh: true },
      body: document,
    });
    await createSchedule(bed, name, { indices: [stream], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const { status } = await operator.until(name, 'it is checked', isChecked);
    expect(status?.lastRestoreCheck).toMatchObject({
      result: 'Passed',
      message: expect.stringMatching(`^\\.ds-${stream}-.*: 1 document restored, as many as it has$`),
    });
    const left = await bed.es.request({
      method: 'GET',
      path: `/_cat/indices/.ds-${stream}-*`,
      query: { format: 'json', expand_wildcards: 'all' },
    });
    expect(left).toHaveLength(1);
  });

  it('stops when its repository is gone in the middle, and leaves nothing behind, hidden or not', async () => {
    const name = bed.name();
    const folder = join(repositoryPath(), name);
    await register(bed, name, folder);
    await createSchedule(bed, name, { repository: name, indices: [bed.index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    await operator.until(name, 'it restores', ({ status }) => status?.restoring?.requested === true);
    const [copy] = await temporary(bed);
    await bed.es.request({ method: 'PUT', path: `/${copy}/_settings`, body: { 'index.hidden': false } });
    await eventually('the restore is over', () =>
      undefinedWhen(['conflict'], bed.es.request({ method: 'DELETE', path: `/_snapshot/${name}` })),
    );
    const schedule = await operator.until(name, 'it has stopped', isChecked);
    expect(reasonOf(schedule)).toBe('RepositoryMissing');
    expect(schedule.status?.lastRestoreCheck?.result).toBe('Skipped');
    expect(await temporary(bed)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('is skipped when nothing is small enough', async () => {
    const name = bed.name();
    await createSchedule(bed, name, {
      indices: [bed.index],
      restoreCheck: { ...restoreCheck, maxBytes: '1Ki' },
    });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const schedule = await operator.until(name, 'it is checked', isChecked);
    expect(reasonOf(schedule, 'Restorable')).toBe('RestoreCheckSkipped');
  });

  it('lets its indexes go when the schedule is deleted in the middle', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    const { metadata } = await operator.until(
      name,
      'it restores',
      ({ status }) => status?.restoring?.requested === true,
    );
    expect(metadata.finalizers).toEqual(['es-steward.dev/cleanup']);
    await bed.api.remove(scheduleRef(bed, name), { uid: metadata.uid });
    for (let outcome = await operator.pass(name); outcome.type !== 'gone'; )
      outcome = await operator.pass(name);
    expect(await temporary(bed)).toEqual([]);
  });

  it('stops when the schedule is suspended in the middle, and leaves nothing behind', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index], restoreCheck });
    await using operator = startSnapshotProcess(bed);
    await takeOne(bed, name, operator);
    await operator.until(name, 'it restores', ({ status }) => status?.restoring?.requested === true);
    await editSchedule(bed, name, { spec: { suspend: true } });
    const schedule = await operator.until(name, 'it has stopped', isChecked);
    expect(schedule.status?.lastRestoreCheck?.result).toBe('Skipped');
    expect(await temporary(bed)).toEqual([]);
  });

  it('comes to its end wherever its process dies', { timeout: 600_000 }, async ({ annotate }) => {
    const points = await crashScheduleEverywhere(bed, {
      spec: { restoreCheck },
      prepare: takeOne,
      hasEnded: isChecked,
      expect: async (of, _name, { metadata, status }) => {
        expect(status?.lastRestoreCheck?.result).toBe('Passed');
        const left = await temporary(of);
        expect(left.filter((index) => index.includes(`-restore-check-${metadata.uid.slice(0, 6)}`))).toEqual(
          [],
        );
      },
    });
    await annotate(`${points} crash points`);
  });
});
