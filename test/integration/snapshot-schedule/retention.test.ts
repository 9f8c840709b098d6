import { describe, expect, it } from 'vitest';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import {
  createSchedule,
  editSchedule,
  runNow,
  snapshotsOf,
  takeOwnSnapshots,
  takeSnapshot,
  useSnapshotBed,
} from '../../support/snapshot-bed.ts';
import { answeringOnce, elasticsearchError, losingAnswerOf } from '../../support/snapshot-faults.ts';
import { isRetained, startSnapshotProcess, type ProcessOptions } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();
const DELETE = 'DELETE /_snapshot';

const namesOf = async () => (await snapshotsOf(bed)).map(({ name }) => name);
const madeBy = async (name: string) => (await namesOf()).filter((made) => made.startsWith(`${name}-`));

/** A schedule that has made so many successes. */
async function withSuccesses(name: string, count: number, spec: object = {}, options: ProcessOptions = {}) {
  const schedule = await createSchedule(bed, name, { indices: [bed.index], ...spec });
  const made = await takeOwnSnapshots(bed, schedule, count);
  return { schedule, made, operator: startSnapshotProcess(bed, options) };
}

const deleted = ({ status }: SnapshotSchedule): number => status?.retention?.deleted ?? 0;
const retain = (maxCount: number, more: object = {}) => ({ spec: { retention: { maxCount, ...more } } });

describe('retention', () => {
  it('deletes what is too much, and nothing that others have made (H56)', async () => {
    const [name, other] = [bed.name(), bed.name()];
    const foreign = `${name.replace('reindex', 'foreign')}-by-hand`;
    await takeSnapshot(bed, foreign);
    const peer = await withSuccesses(other, 1);
    const { operator } = await withSuccesses(name, 3);
    const before = await madeBy(name);
    await editSchedule(bed, name, retain(1));
    operator.clock.skip(3_700_000);
    const schedule = await operator.until(name, 'two are deleted', (one) => deleted(one) === 2);
    expect(await madeBy(name)).toEqual(before.slice(2));
    expect(await namesOf()).toEqual(expect.arrayContaining([foreign, ...(await madeBy(other))]));
    expect(await madeBy(other)).toHaveLength(1);
    expect(schedule.status?.retention).toMatchObject({
      kept: [
        { reason: 'Foreign', count: expect.any(Number) },
        { reason: 'NewestSuccess', count: 1 },
      ],
    });
    await Promise.all([operator.close(), peer.operator.close()]);
  });

  it('writes the plan before the first deletion, and deletes exactly that', async () => {
    const name = bed.name();
    const { operator } = await withSuccesses(name, 3);
    const uuids = new Map((await snapshotsOf(bed)).map((snapshot) => [snapshot.name, snapshot.uuid]));
    const [first, second] = await madeBy(name);
    await editSchedule(bed, name, retain(1, { maxDeletesPerRun: 1 }));
    operator.clock.skip(3_700_000);
    const planned = await operator.until(
      name,
      'it is planned',
      ({ status }) => status?.retention?.batch !== undefined,
    );
    expect(planned.status?.retention).toMatchObject({
      batch: [{ name: first, uuid: uuids.get(first ?? ''), reason: 'MaxCount' }],
      nextDeletions: [{ name: first }],
    });
    expect(await madeBy(name)).toHaveLength(3);
    await operator.until(name, 'one is deleted', (one) => deleted(one) === 1);
    expect((await madeBy(name))[0]).toBe(second);
    await operator.close();
  });

  it('keeps the snapshots of a cluster that was lost, and makes one of this cluster', async () => {
    const name = bed.name();
    const schedule = await createSchedule(bed, name, { indices: [bed.index], retention: { maxCount: 1 } });
    const left = await takeOwnSnapshots(bed, schedule, 3, 'uuid-of-the-lost-one');
    const operator = startSnapshotProcess(bed);
    const empty = await operator.until(
      name,
      'retention has looked',
      ({ status }) => status?.retention?.halted === 'NoSuccess',
    );
    expect(empty.status?.retained).toEqual({ count: 0 });
    await runNow(bed, name, 'one');
    const after = await operator.until(
      name,
      'retention has looked after the success',
      ({ status }) => status?.retention?.handledSnapshot !== undefined,
    );
    expect(after.status?.retention?.kept).toContainEqual({ reason: 'OtherCluster', count: 3 });
    expect(await madeBy(name)).toEqual([...left, after.status?.retention?.handledSnapshot]);
    await operator.close();
  });

  it('shows and does not delete in a dry run', async () => {
    const name = bed.name();
    const { operator } = await withSuccesses(name, 2);
    await editSchedule(bed, name, retain(1, { dryRun: true }));
    operator.clock.skip(3_700_000);
    const shown = await operator.until(
      name,
      'it is shown',
      ({ status }) => status?.retention?.halted !== undefined,
    );
    expect(shown.status?.retention).toMatchObject({
      halted: 'DryRun',
      nextDeletions: [{ reason: 'MaxCount' }],
    });
    for (let count = 0; count < 3; count += 1) await operator.pass(name);
    expect(await madeBy(name)).toHaveLength(2);
    await operator.close();
  });

  it.each([
    ['404', answeringOnce(DELETE, elasticsearchError({ errorClass: 'notFound', status: 404 }))],
    [
      '503',
      answeringOnce(
        DELETE,
        elasticsearchError({ errorClass: 'unavailable', status: 503, outcomeUnknown: true }),
      ),
    ],
    ['nothing: the answer is lost', losingAnswerOf(DELETE)],
  ])('goes on when a deletion is answered by %s (H57)', async (_answer, around) => {
    const name = bed.name();
    const { operator } = await withSuccesses(name, 2, {}, { around });
    const [, newest] = await madeBy(name);
    await editSchedule(bed, name, retain(1));
    operator.clock.skip(3_700_000);
    const schedule = await operator.until(name, 'one is deleted', (one) => deleted(one) === 1);
    expect(await madeBy(name)).toEqual([newest]);
    expect(schedule.status?.retention?.batch).toBeUndefined();
    await operator.close();
  });

  it('halts while the newest success is too old', async () => {
    const name = bed.name();
    const { operator } = await withSuccesses(name, 2, { staleAfter: '1h' });
    await editSchedule(bed, name, retain(1));
    operator.clock.skip(3_700_000);
    const schedule = await operator.until(
      name,
      'it halts',
      ({ status }) => status?.retention?.halted !== undefined,
    );
    expect(schedule.status?.retention?.halted).toBe('Stale');
    expect(await madeBy(name)).toHaveLength(2);
    await operator.close();
  });

  it('halts while the clock of a node differs from ours', async () => {
    const name = bed.name();
    const { operator } = await withSuccesses(name, 2, {}, { skew: 61_000 });
    await editSchedule(bed, name, retain(1));
    operator.clock.skip(3_700_000);
    const isHalted = ({ status }: SnapshotSchedule) => status?.retention?.halted !== undefined;
    const schedule = await operator.until(name, 'it halts', isHalted);
    expect(schedule.status?.retention?.halted).toBe('ClockSkew');
    expect(await madeBy(name)).toHaveLength(2);
    await operator.close();
  });

  it('leaves everything when the schedule is deleted, and lets a new one adopt it', async () => {
    const name = bed.name();
    const { schedule: old, operator } = await withSuccesses(name, 2);
    await operator.close();
    const { metadata } = await operator.read(name);
    await bed.api.remove(
      {
        kind: { group: 'es-steward.dev', version: 'v1alpha1', plural: 'snapshotschedules' },
        namespace: bed.namespace,
        name,
      },
      { uid: metadata.uid },
    );
    const left = await madeBy(name);
    expect(left).toHaveLength(2);
    const next = await withSuccesses(name, 0, retain(1).spec);
    await runNow(bed, name, 'one');
    await next.operator.until(name, 'the new one has ended', isRetained);
    expect(await madeBy(name)).toEqual(expect.arrayContaining(left));
    await editSchedule(bed, name, {
      metadata: { annotations: { 'es-steward.dev/adopt-uid': old.metadata.uid } },
    });
    next.operator.clock.skip(3_700_000);
    await next.operator.until(name, 'the old ones are deleted', (one) => deleted(one) === 2);
    expect(await madeBy(name)).toHaveLength(1);
    await next.operator.close();
  });
});
