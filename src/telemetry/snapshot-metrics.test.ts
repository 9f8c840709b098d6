import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { SnapshotSchedule, SnapshotScheduleStatus } from '../crds/snapshot-schedule.ts';
import { snapshotMetrics } from './snapshot-metrics.ts';

const scheduleOf = (name: string, status?: SnapshotScheduleStatus): SnapshotSchedule =>
  ({ metadata: { namespace: 'ns', name }, spec: { suspend: name === 'idle' }, status }) as SnapshotSchedule; // what is read of one

const told: SnapshotScheduleStatus = {
  lastSuccessfulTime: '2026-01-01T00:00:00Z',
  staleAfter: '12h',
  lastSnapshot: { name: 's', state: 'PARTIAL', slot: '2026-01-01T00:00:00Z', duration: '1.5s', bytes: 7 },
  consecutiveFailures: 2,
  missedSlots: 3,
  retained: { count: 4 },
  retention: { halted: 'Stale', deleted: 5 },
  lastRestoreCheck: { time: '2026-01-01T00:00:00Z', result: 'Failed', message: '' },
};

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('es_steward_'));
}

it('tells what the status of each schedule says, and forgets what is gone', async () => {
  const registry = new Registry();
  let schedules = [scheduleOf('nightly', told), scheduleOf('idle')];
  snapshotMetrics([registry]).watchSnapshotSchedules(() => schedules);
  const at = (suffix: string) => `{namespace="ns",name="nightly"${suffix}}`;
  const lines = await linesOf(registry);
  expect(lines).toEqual(
    expect.arrayContaining([
      `es_steward_snapshot_last_success_timestamp_seconds${at('')} 1767225600`,
      `es_steward_snapshot_stale_after_seconds${at('')} 43200`,
      `es_steward_snapshot_last_state${at(',state="PARTIAL"')} 1`,
      `es_steward_snapshot_last_duration_seconds${at('')} 1.5`,
      `es_steward_snapshot_last_bytes${at('')} 7`,
      `es_steward_snapshot_consecutive_failures${at('')} 2`,
      `es_steward_snapshot_missed_slots_total${at('')} 3`,
      `es_steward_snapshots_retained${at('')} 4`,
      `es_steward_snapshot_retention_halted${at(',reason="Stale"')} 1`,
      `es_steward_snapshot_deletions_total${at('')} 5`,
      `es_steward_snapshot_restore_check_passed${at('')} 0`,
      'es_steward_snapshot_schedule_suspended{namespace="ns",name="idle"} 1',
    ]),
  );
  expect(lines.filter((line) => line.includes('"idle"') && line.includes('last_'))).toEqual([]);
  schedules = [];
  expect(await linesOf(registry)).toEqual([]);
});
