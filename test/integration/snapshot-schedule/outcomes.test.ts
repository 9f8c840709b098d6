import { describe, expect, it } from 'vitest';
import { createSchedule, runNow, snapshotsOf, useSnapshotBed } from '../../support/snapshot-bed.ts';
import { hasEnded, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();

describe('a snapshot', () => {
  it('is made on run-now, and what became of it is told', async () => {
    const name = bed.name();
    const { metadata } = await createSchedule(bed, name, { metadata: { team: 'search' } });
    const operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'please');
    const schedule = await operator.until(name, 'it has ended', hasEnded);
    expect(reasonOf(schedule)).toBe('Succeeded');
    expect(reasonOf(schedule, 'Healthy')).toBe('Fresh');
    expect(schedule.status).toMatchObject({
      lastHandledRunNow: 'please',
      lastSnapshot: { state: 'SUCCESS' },
      retained: { count: 1 },
      consecutiveFailures: 0,
    });
    const [snapshot, ...others] = await snapshotsOf(bed);
    expect(others).toEqual([]);
    expect(snapshot?.indices).toContain(bed.index);
    expect(snapshot?.metadata).toEqual({
      team: 'search',
      'es-steward': {
        uid: metadata.uid,
        slot: schedule.status?.lastScheduleTime,
        schedule: `${bed.namespace}/${name}`,
      },
    });
    await operator.close();
  });
});
