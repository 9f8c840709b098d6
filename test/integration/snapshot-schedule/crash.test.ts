import { expect, it } from 'vitest';
import {
  type CrashScenario,
  crashScheduleEverywhere,
  withTwoProcesses,
} from '../../support/snapshot-crash.ts';
import {
  runNow,
  type SnapshotBed,
  snapshotsOf,
  takeOwnSnapshots,
  useSnapshotBed,
} from '../../support/snapshot-bed.ts';
import { isRetained } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();
const timeout = 600_000;

const madeBy = async (of: SnapshotBed, name: string) =>
  (await snapshotsOf(of)).filter((snapshot) => snapshot.name.startsWith(`${name}-`));

const making: CrashScenario = {
  spec: {},
  prepare: (of, name) => runNow(of, name, 'one'),
  hasEnded: isRetained,
  expect: async (of, name, { metadata, status }) => {
    const snapshots = await madeBy(of, name);
    expect(snapshots.map(({ state }) => state)).toEqual(['SUCCESS']);
    expect(snapshots[0]?.metadata).toMatchObject({ 'es-steward': { uid: metadata.uid } });
    expect(status).toMatchObject({
      lastHandledRunNow: 'one',
      retained: { count: 1 },
      consecutiveFailures: 0,
    });
  },
};

const deleting: CrashScenario = {
  spec: { retention: { maxCount: 1 } },
  prepare: async (of, name, operator) => void (await takeOwnSnapshots(of, await operator.read(name), 2)),
  hasEnded: ({ status }) => status?.retention?.deleted === 1 && status.retention.batch === undefined,
  expect: async (of, name, { status }) => {
    const [left, ...others] = await madeBy(of, name);
    expect([left?.name, others]).toEqual([status?.lastSuccessfulSnapshot, []]);
  },
};

it('makes one snapshot per slot, wherever its process dies', { timeout }, async ({ annotate }) => {
  const points = await crashScheduleEverywhere(bed, making);
  await annotate(`${points} crash points`);
  expect(points).toBeGreaterThan(15);
});

it('deletes exactly what was planned, wherever its process dies', { timeout }, async ({ annotate }) => {
  const points = await crashScheduleEverywhere(bed, deleting);
  await annotate(`${points} crash points`);
  expect(points).toBeGreaterThan(10);
});

it('makes one snapshot when two processes lead', { timeout }, async () => {
  expect(await withTwoProcesses(bed, making)).toHaveLength(2);
});
