import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import {
  createSchedule,
  editSchedule,
  register,
  repositoryPath,
  runNow,
  scheduleRef,
  type SnapshotBed,
  snapshotsOf,
  takeOwnSnapshots,
  takeSnapshot,
  useSnapshotBed,
} from '../../support/snapshot-bed.ts';
import { endedRun, isRetained, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();

/** A repository of its own for one test. */
async function newRepository(settings = {}) {
  const repository = bed.name();
  const folder = join(repositoryPath(), repository);
  await register(bed, repository, folder, settings);
  const remove = () => bed.es.request({ method: 'DELETE', path: `/_snapshot/${repository}` });
  return { repository, folder, remove };
}

/** The names of the files that tell of snapshots, by the names of these. */
async function filesOf(here: SnapshotBed): Promise<(name: string) => string> {
  const uuids = new Map((await snapshotsOf(here)).map(({ name, uuid }) => [name, uuid]));
  return (name) => `snap-${uuids.get(name) ?? ''}.dat`;
}

const isWished = ({ status }: SnapshotSchedule) => status?.active !== undefined;

/** The snapshot that is wished for has ended, and nobody has looked since it was begun. */
async function beginRun(here: SnapshotBed, { metadata, status }: SnapshotSchedule): Promise<string> {
  const { name, namespace, uid } = metadata;
  const { snapshot = '', slot } = status?.active ?? {};
  const mark = { uid, slot, schedule: `${namespace}/${name}` };
  await takeSnapshot(here, snapshot, { metadata: { 'es-steward': mark } });
  const accepted = { status: { active: { accepted: true } } };
  await here.api.mergePatch(scheduleRef(here, name), accepted, { subresource: 'status' });
  return snapshot;
}

describe('a repository (H53)', () => {
  it('that is missing is waited for, and so is one that was removed between two slots', async () => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    await createSchedule(bed, name, { repository });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    await operator.until(name, 'the first has ended', isRetained);
    await remove();
    await runNow(bed, name, 'two');
    const waiting = await operator.until(
      name,
      'it is missed',
      (one) => reasonOf(one) === 'RepositoryMissing',
    );
    expect(waiting.status).toMatchObject({ lastHandledRunNow: 'one', retained: { count: 1 } });
    await register(bed, repository, folder);
    const schedule = await operator.until(
      name,
      'the second has ended',
      ({ status }) => status?.retained?.count === 2,
    );
    expect([reasonOf(schedule), schedule.status?.lastHandledRunNow]).toEqual(['Succeeded', 'two']);
    const told = operator.events.map(({ reason }) => reason).filter((one) => one.startsWith('Repository'));
    expect(told).toEqual(['RepositoryMissing', 'RepositoryUsable']);
    await remove();
  });

  it('that is removed after the wish is written stops the snapshot and keeps the wish', async () => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    await createSchedule(bed, name, { repository });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const wished = await operator.until(
      name,
      'it is wished for',
      ({ status }) => status?.active !== undefined,
    );
    await remove();
    const waiting = await operator.until(
      name,
      'it is missed',
      (one) => reasonOf(one) === 'RepositoryMissing',
    );
    expect(waiting.status?.active).toEqual(wished.status?.active);
    await register(bed, repository, folder);
    const schedule = await operator.until(name, 'it has ended', endedRun);
    expect(schedule.status?.lastSnapshot).toMatchObject({
      name: wished.status?.active?.snapshot,
      state: 'SUCCESS',
    });
    await remove();
  });

  it('that is read-only is told, and nothing is tried', async () => {
    const name = bed.name();
    const { repository, remove } = await newRepository({ readonly: true });
    await createSchedule(bed, name, { repository });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const schedule = await operator.until(name, 'it is told', (one) => reasonOf(one) !== undefined);
    expect([reasonOf(schedule), schedule.status?.active]).toEqual(['RepositoryReadOnly', undefined]);
    await remove();
  });

  it('that another cluster writes to is left alone, and the last success stands', async () => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    await createSchedule(bed, name, { repository, retention: { expireAfter: '1s' } });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    await operator.until(name, 'the first has ended', isRetained);
    // A second name for the same files is to Elasticsearch what a second cluster is.
    const second = bed.name();
    await register(bed, second, folder);
    await takeSnapshot({ ...bed, repository: second }, 'of-the-other');
    await runNow(bed, name, 'two');
    const schedule = await operator.until(name, 'it is told', (one) => reasonOf(one) === 'RepositoryShared');
    expect(schedule.status).toMatchObject({ lastSnapshot: { state: 'SUCCESS' }, retained: { count: 1 } });
    const { name: first } = schedule.status?.lastSnapshot ?? {};
    expect((await snapshotsOf({ ...bed, repository: second })).map((one) => one.name)).toContain(first);
    await remove();
    await bed.es.request({ method: 'DELETE', path: `/_snapshot/${second}` });
  });

  it('with damaged snapshots of strangers and of its own is told, and written to and kept in order all the same', async () => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    const here = { ...bed, repository };
    const schedule = await createSchedule(bed, name, { repository, indices: [bed.index] });
    const [oldest, older, newest] = await takeOwnSnapshots(here, schedule, 3);
    await takeSnapshot(here, 'of-a-stranger');
    const fileOf = await filesOf(here);
    await rm(join(folder, fileOf('of-a-stranger')));
    await writeFile(join(folder, fileOf(older ?? '')), 'no snapshot');
    await using operator = startSnapshotProcess(bed);
    await operator.pass(name);
    const told = await operator.read(name);
    expect([reasonOf(told, 'Healthy'), told.status?.lastSuccessfulSnapshot]).toEqual(['Fresh', newest]);
    expect(told.status?.unreadable?.names?.toSorted()).toEqual(['of-a-stranger', older]);
    expect(operator.events.map(({ reason }) => reason)).toEqual(['SnapshotUnreadable']);
    await editSchedule(bed, name, { spec: { retention: { maxCount: 1 } } });
    await runNow(bed, name, 'one');
    await operator.until(name, 'two are deleted', ({ status }) => status?.retention?.deleted === 2);
    const left = (await snapshotsOf(here)).map((one) => one.name);
    expect([left.includes(oldest ?? ''), left.length]).toEqual([false, 1]);
    const { status } = await operator.read(name);
    expect(status?.unreadable?.count).toBe(2);
    await remove();
  });

  it.each([
    ['is missing', (file: string) => rm(file)],
    ['is damaged', (file: string) => writeFile(file, 'no snapshot')],
  ])('in which the file of a run %s gets another snapshot of the slot', async (_what, harm) => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    const here = { ...bed, repository };
    await createSchedule(bed, name, { repository, indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const own = await beginRun(here, await operator.until(name, 'it is wished for', isWished));
    const fileOf = await filesOf(here);
    await harm(join(folder, fileOf(own)));
    const waiting = await operator.until(name, 'it is told', (one) => reasonOf(one) === 'Retrying');
    expect(waiting.status?.active).toMatchObject({ snapshot: own, unreadableSince: expect.any(String) });
    const schedule = await operator.until(name, 'another is made', isRetained);
    expect(schedule.status).toMatchObject({
      lastSnapshot: { name: `${own}-2`, state: 'SUCCESS' },
      history: [{ attempts: 2 }],
      unreadable: { names: [own] },
    });
    await remove();
  });

  it('that dies under a run, and that the spec leaves, keeps the slot from no other one', async () => {
    const name = bed.name();
    const dead = await newRepository();
    const right = await newRepository();
    await createSchedule(bed, name, { repository: dead.repository, indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const wished = await operator.until(name, 'it is wished for', isWished);
    await beginRun({ ...bed, repository: dead.repository }, wished);
    await rename(dead.folder, `${dead.folder}-away`);
    await writeFile(dead.folder, 'a file where the folder was');
    await editSchedule(bed, name, { spec: { repository: right.repository } });
    const schedule = await operator.until(name, 'it has ended', isRetained);
    expect(schedule.status).toMatchObject({ lastSnapshot: { state: 'SUCCESS' }, history: [{ attempts: 2 }] });
    expect(await snapshotsOf({ ...bed, repository: right.repository })).toHaveLength(1);
    await rm(dead.folder);
    await rename(`${dead.folder}-away`, dead.folder);
    await Promise.all([dead.remove(), right.remove()]);
  });

  it('that is corrected while a wish waits for it gets the snapshot', async () => {
    const name = bed.name();
    const wrong = await newRepository();
    const right = await newRepository();
    await createSchedule(bed, name, { repository: wrong.repository, indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const wished = await operator.until(name, 'it is wished for', isWished);
    await wrong.remove();
    await operator.until(name, 'it is missed', (one) => reasonOf(one) === 'RepositoryMissing');
    await editSchedule(bed, name, { spec: { repository: right.repository } });
    const schedule = await operator.until(name, 'it has ended', isRetained);
    expect(reasonOf(schedule)).toBe('Succeeded');
    const made = await snapshotsOf({ ...bed, repository: right.repository });
    expect(made.map((one) => one.name)).toEqual([wished.status?.active?.snapshot]);
    await right.remove();
  });

  it('that a node cannot write to is told before anything begins', async () => {
    const name = bed.name();
    const { repository, folder, remove } = await newRepository();
    await createSchedule(bed, name, { repository });
    await using operator = startSnapshotProcess(bed);
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file where the folder was');
    await runNow(bed, name, 'one');
    const schedule = await operator.until(
      name,
      'it is told',
      (one) => reasonOf(one)?.startsWith('Repository') === true,
    );
    expect(reasonOf(schedule)).toBe('RepositoryUnverified');
    await rm(folder);
    await rename(`${folder}-away`, folder);
    expect(reasonOf(await operator.until(name, 'it has ended', endedRun))).toBe('Succeeded');
    await remove();
  });
});
