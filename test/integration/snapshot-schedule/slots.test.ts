import { describe, expect, it } from 'vitest';
import { createSchedule, editSchedule, snapshotsOf, useSnapshotBed } from '../../support/snapshot-bed.ts';
import { reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();
const MINUTE = 60_000;

const madeBy = async (name: string) =>
  (await snapshotsOf(bed)).filter((snapshot) => snapshot.name.startsWith(`${name}-`));

/** Every slot until now has run or was missed. */
const handled = (clock: { now(): number }, every: number) => {
  const last = Math.floor(clock.now() / every) * every;
  return ({ status }: Awaited<ReturnType<typeof createSchedule>>) =>
    status?.active === undefined && Date.parse(status?.slotsHandledUntil ?? '') >= last;
};

describe('slots', () => {
  it('run when they are due', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { schedule: '*/5 * * * *', indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    expect([reasonOf(await operator.read(name)), await madeBy(name)]).toEqual(['Waiting', []]);
    clock.skip(5 * MINUTE - (clock.now() % (5 * MINUTE)));
    const schedule = await operator.until(name, 'the slot has run', handled(clock, 5 * MINUTE));
    const slot = schedule.status?.lastScheduleTime ?? '';
    expect(Date.parse(slot) % (5 * MINUTE)).toBe(0);
    expect((await madeBy(name)).map(({ name: made }) => made)).toEqual([
      expect.stringContaining(slot.slice(0, 10).replaceAll('-', '.')),
    ]);
    expect(Date.parse(schedule.status?.nextScheduleTime ?? '')).toBe(Date.parse(slot) + 5 * MINUTE);
  });

  it.each([
    ['RunOnce', 1],
    ['Skip', 0],
  ])(
    'that were missed, a thousand of them, with catchUp %s cause %i snapshots (H55)',
    async (catchUp, count) => {
      const name = bed.name();
      await createSchedule(bed, name, { schedule: '* * * * *', catchUp, indices: [bed.index] });
      await using operator = startSnapshotProcess(bed);
      const { clock } = operator;
      await operator.pass(name);
      clock.skip(1_000 * MINUTE - (clock.now() % MINUTE) + 40_000);
      const schedule = await operator.until(name, 'nothing is due', handled(clock, MINUTE));
      expect(await madeBy(name)).toHaveLength(count);
      expect(schedule.status?.missedSlots).toBeGreaterThanOrEqual(999 - count);
    },
  );

  it('that are later than the starting deadline never run', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { schedule: '@hourly', startingDeadline: '10m', indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    clock.skip(60 * MINUTE - (clock.now() % (60 * MINUTE)) + 11 * MINUTE);
    const schedule = await operator.until(name, 'nothing is due', handled(clock, 60 * MINUTE));
    expect([await madeBy(name), schedule.status?.missedSlots]).toEqual([[], 1]);
  });

  it('never run when they came while the schedule was suspended (H55)', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { schedule: '@hourly', startingDeadline: '2h', indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await editSchedule(bed, name, { spec: { suspend: true } });
    await operator.pass(name);
    expect(reasonOf(await operator.read(name))).toBe('Suspended');
    clock.skip(65 * MINUTE);
    await operator.pass(name);
    await editSchedule(bed, name, { spec: { suspend: false } });
    await operator.pass(name);
    const resumed = await operator.read(name);
    expect([resumed.status?.active, await madeBy(name)]).toEqual([undefined, []]);
    clock.skip(60 * MINUTE - (clock.now() % (60 * MINUTE)));
    await operator.until(name, 'the next slot has run', handled(clock, 60 * MINUTE));
    expect(await madeBy(name)).toHaveLength(1);
    expect((await operator.read(name)).status?.missedSlots ?? 0).toBe(0);
  });

  it('of another schedule count from when it was written', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { schedule: '0 0 1 1 *', indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    clock.skip(90 * MINUTE - (clock.now() % (60 * MINUTE)));
    await editSchedule(bed, name, { spec: { schedule: '@hourly' } });
    await operator.pass(name);
    await operator.pass(name);
    expect([await madeBy(name), (await operator.read(name)).status?.missedSlots ?? 0]).toEqual([[], 0]);
  });
});
