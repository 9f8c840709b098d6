import { describe, expect, it } from 'vitest';
import { someSchedule } from '../../../test/support/snapshot-schedule.ts';
import { scheduleOf } from '../../schedule/cron.ts';
import { latestSlot } from '../../schedule/slots.ts';
import { timeText } from '../../runtime/time.ts';
import { healthy } from './health.ts';
import type { Schedule, Status } from './observed.ts';
import { METADATA_BYTES, metadataBytes, withMark } from './names.ts';
import { planOf } from './plan.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday. */
const START = Date.parse('2026-06-15T00:00:00Z');

const resourceOf = (schedule: string, status: Status): Schedule =>
  someSchedule({ spec: { schedule }, status, metadata: { creationTimestamp: timeText(START - 365 * DAY) } });

function staleAfterOf(schedule: Schedule, now: number): number {
  const read = planOf(schedule, now);
  if (!read.ok) throw new Error(read.message);
  return read.plan.staleAfterMs;
}

function reasonAt(written: string, last: number, now: number): string {
  const status = { lastSuccessfulTime: timeText(last), lastSuccessfulSnapshot: 'last' };
  const resource = resourceOf(written, status);
  return healthy({ resource, staleAfterMs: staleAfterOf(resource, now), now }, status).reason;
}

/** The end of the last of its snapshots, each of which takes a while. */
function lastSuccess(written: string, now: number, takes: number): number {
  const slot = latestSlot(scheduleOf(written), 'Etc/UTC', now - 400 * DAY, now - takes);
  return (slot ?? Number.NaN) + takes;
}

describe('a schedule that meets every slot', () => {
  it.each([
    ['*/15 8-18 * * 1-5', 0],
    ['*/15 8-18 * * 1-5', 10 * MINUTE],
    ['*/5 8-17 * * *', 0],
    ['*/5 8-17 * * *', 4 * MINUTE],
    ['*/5 8-17 1-3 * *', 0],
    ['@daily', HOUR],
  ])('is never stale: %s, when each takes %d ms', (written, takes) => {
    const reasons = new Set<string>();
    for (let now = START; now < START + 8 * DAY; now += 23 * MINUTE)
      reasons.add(reasonAt(written, lastSuccess(written, now, takes), now));
    expect([...reasons]).toEqual(['Fresh']);
  });
});

it('that meets every slot is not stale while its first snapshot after a long wait is made', () => {
  const [last, now] = ['2026-06-12T17:55:00Z', '2026-07-01T08:02:00Z'].map(Date.parse);
  expect(reasonAt('*/5 8-17 1-12 * *', last ?? 0, now ?? 0)).toBe('Fresh');
});

describe('the age at which backups are stale by default', () => {
  it.each([
    ['during the day', '2026-06-16T09:00:00Z'],
    ['at the end of the day', '2026-06-16T18:45:00Z'],
    ['at the end of the week', '2026-06-19T18:45:00Z'],
  ])('is the same %s: twice the weekend', (_when, last) => {
    const schedule = resourceOf('*/15 8-18 * * 1-5', { lastSuccessfulTime: last });
    expect(staleAfterOf(schedule, Date.parse(last) + MINUTE)).toBe(2 * (61 * HOUR + 15 * MINUTE));
  });

  it('is that of now where a clock that was ahead has written the last success', () => {
    const schedule = resourceOf('*/5 8-17 1-3 * *', { lastSuccessfulTime: '2036-06-19T18:45:00Z' });
    expect(staleAfterOf(schedule, START)).toBe(2 * (27 * DAY + 14 * HOUR + 5 * MINUTE));
  });

  it('still tells of slots that were not met', () => {
    expect(reasonAt('@hourly', START, START + 2 * HOUR)).toBe('Fresh');
    expect(reasonAt('@hourly', START, START + 2 * HOUR + 1)).toBe('Stale');
  });
});

it('leaves room in the metadata for the uuid of a cluster', () => {
  const fits = (letters: number) =>
    planOf(someSchedule({ spec: { metadata: { note: 'x'.repeat(letters) } }, status: {} }), START).ok;
  const most = Array.from({ length: METADATA_BYTES }, (_, letters) => letters).findLast(fits) ?? 0;
  const mark = {
    uid: 'u',
    slot: timeText(START),
    schedule: 'team/nightly',
    cluster: 'bQf2xqXyT0aVb1Zl3Xc4Jw',
  };
  expect(metadataBytes(withMark({ note: 'x'.repeat(most) }, mark))).toBe(METADATA_BYTES - 1);
});
