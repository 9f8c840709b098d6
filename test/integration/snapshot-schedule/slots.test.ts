import { describe, expect, it } from 'vitest';
import { type DistantSlots, distantSlots } from '../../support/distant-slots.ts';
import { createSchedule, editSchedule, snapshotsOf, useSnapshotBed } from '../../support/snapshot-bed.ts';
import { reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hourly = distantSlots(60);

const madeBy = async (name: string) =>
  (await snapshotsOf(bed)).filter((snapshot) => snapshot.name.startsWith(`${name}-`));

/** Every slot until now has run or was missed. */
const handled = (clock: { now(): number }, slots: Pick<DistantSlots, 'last'>) => {
  const last = slots.last(clock.now());
  return ({ status }: Awaited<ReturnType<typeof createSchedule>>) =>
    status?.active === undefined && Date.parse(status?.slotsHandledUntil ?? '') >= last;
};

/** A slot each minute from the hour after the next on, for 17 hours, and none for hours afterwards. */
function minutesOfSeventeenHours(): { readonly schedule: string; readonly end: number } {
  const first = Math.floor(Date.now() / HOUR) + 2;
  const hours = Array.from({ length: 17 }, (_, at) => (first + at) % 24);
  return { schedule: `* ${hours.join(',')} * * *`, end: (first + 17) * HOUR };
}

describe('slots', () => {
  it('run when they are due', async () => {
    const name = bed.name();
    const slots = distantSlots(5);
    await createSchedule(bed, name, { schedule: slots.schedule, indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    expect([reasonOf(await operator.read(name)), await madeBy(name)]).toEqual(['Waiting', []]);
    const due = slots.next(clock.now());
    clock.skip(due - clock.now());
    const schedule = await operator.until(name, 'the slot has run', handled(clock, slots));
    const slot = schedule.status?.lastScheduleTime ?? '';
    expect(Date.parse(slot)).toBe(due);
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
      const { schedule: everyMinute, end } = minutesOfSeventeenHours();
      await createSchedule(bed, name, { schedule: everyMinute, catchUp, indices: [bed.index] });
      await using operator = startSnapshotProcess(bed);
      const { clock } = operator;
      await operator.pass(name);
      clock.skip(end - clock.now() + 40_000);
      const last = () => end - MINUTE;
      const schedule = await operator.until(name, 'nothing is due', handled(clock, { last }));
      expect(await madeBy(name)).toHaveLength(count);
      expect(schedule.status?.missedSlots).toBe(17 * 60 - count);
    },
  );

  it('that are later than the starting deadline never run', async () => {
    const name = bed.name();
    await createSchedule(bed, name, {
      schedule: hourly.schedule,
      startingDeadline: '10m',
      indices: [bed.index],
    });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    clock.skip(hourly.next(clock.now()) - clock.now() + 11 * MINUTE);
    const schedule = await operator.until(name, 'nothing is due', handled(clock, hourly));
    expect([await madeBy(name), schedule.status?.missedSlots]).toEqual([[], 1]);
  });

  it('never run when they came while the schedule was suspended (H55)', async () => {
    const name = bed.name();
    await createSchedule(bed, name, {
      schedule: hourly.schedule,
      startingDeadline: '2h',
      indices: [bed.index],
    });
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
    clock.skip(hourly.next(clock.now()) - clock.now());
    await operator.until(name, 'the next slot has run', handled(clock, hourly));
    expect(await madeBy(name)).toHaveLength(1);
    expect((await operator.read(name)).status?.missedSlots ?? 0).toBe(0);
  });

  it('of another schedule count from when it was written', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { schedule: '0 0 1 1 *', indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    const { clock } = operator;
    await operator.pass(name);
    clock.skip(hourly.next(clock.now()) - clock.now() + 20 * MINUTE);
    await editSchedule(bed, name, { spec: { schedule: hourly.schedule } });
    await operator.pass(name);
    await operator.pass(name);
    expect([await madeBy(name), (await operator.read(name)).status?.missedSlots ?? 0]).toEqual([[], 0]);
  });
});
