import { describe, expect, it } from 'vitest';
import { seenRepository, someSchedule, successOf } from '../../../test/support/snapshot-schedule.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { timeText } from '../../runtime/time.ts';
import { decide } from './decide.ts';
import type { RunFacts, Seen, Status } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const HOUR = 3_600_000;

/** A success that began `hours` before NOW, and is named after that. */
const success = (hours: number, more: Partial<Snapshot> = {}, uid = 'u'): Snapshot => ({
  ...successOf(NOW, hours, { uid }),
  ...more,
});

interface World {
  readonly adopted?: string;
  readonly runs?: Seen['runs'];
}

const retention = { maxCount: 1 };

function decided(status: Status, snapshots: readonly Snapshot[] | undefined, world: World = {}) {
  const seen = seenRepository({ adopted: world.adopted }, snapshots, world.runs);
  const spec = { retention, staleAfter: '7d', schedule: '@yearly', backoffLimit: 0 };
  return decide(someSchedule({ spec, status }), seen, NOW);
}

const deletions = ({ status }: ReturnType<typeof decided>) =>
  status.retention?.nextDeletions?.map(({ name }) => name);
const seenEnd = (hours: number): Status => ({
  schedule: '@yearly Etc/UTC',
  slotsHandledUntil: timeText(NOW - 100 * HOUR),
  lastScheduleTime: timeText(NOW - hours * HOUR),
});

describe('a snapshot of which nobody knows whether it lacks an index', () => {
  it.each([
    ['a status that was lost', {}],
    ['one that was lost and is written anew in part', { consecutiveFailures: 0 }],
    ['one of before it was made', seenEnd(2)],
  ])('costs no older one: %s', (_, status) => {
    const first = decided(status, [success(2), success(1)]);
    expect(first.status.unverifiedUntil).toBe(timeText(NOW - HOUR));
    expect(first.status.retention).toMatchObject({ halted: 'Unverified', nextDeletions: [] });
    expect(decided(first.status, [success(2), success(1)]).status).toEqual(first.status);
  });

  it('costs no older one when it was adopted', () => {
    const adopted = [success(2, {}, 'before'), success(1, {}, 'before')];
    const { status } = decided(seenEnd(9), adopted, { adopted: 'before' });
    expect(status.retention).toMatchObject({ halted: 'Unverified', nextDeletions: [] });
  });

  it('goes as the others do once a newer one has been seen to be whole', () => {
    const { status } = decided({}, [success(2), success(1)]);
    const later = { ...status, lastScheduleTime: timeText(NOW) };
    const after = decided(later, [success(2), success(1), success(0)]);
    expect([deletions(after), after.status.retention?.halted]).toEqual([['s2', 's1'], undefined]);
  });

  it('is none that status has seen end, whichever version of the operator wrote it', () => {
    const known = decided(seenEnd(1), [success(2), success(1)]);
    expect([deletions(known), known.status.unverifiedUntil]).toEqual([['s2'], undefined]);
  });

  it('is none that was asked for before an older slot came late', () => {
    const ended = { name: 's1', state: 'SUCCESS', slot: timeText(NOW - HOUR), attempts: 1 } as const;
    const late = decided({ ...seenEnd(2), history: [ended] }, [success(2), success(1)]);
    expect(late.status.unverifiedUntil).toBeUndefined();
  });

  it('is none for which a clock that was ahead has named the slot', () => {
    const ahead = success(1, { metadata: success(-48).metadata });
    const known = decided(seenEnd(0.5), [success(2), ahead]);
    expect([deletions(known), known.status.unverifiedUntil]).toEqual([['s2'], undefined]);
    expect(decided({}, [success(2), ahead]).status.retention?.halted).toBe('Unverified');
  });

  it('is told as such, and not as complete', () => {
    const { ready, status } = decided({}, [success(1)]);
    expect([ready.type, status.lastSnapshot?.state]).toEqual(['ready', 'SUCCESS']);
    expect(ready.message).toContain('nobody knows whether it lacks an index');
    expect(ready.message).not.toContain('complete');
  });
});

it('one that still runs when status is lost is judged at its end', () => {
  const running = success(1, { state: 'IN_PROGRESS', endTime: undefined });
  const found = decided({}, [success(2), running]);
  expect(found.status).toMatchObject({
    active: { snapshot: 's1' },
    unverifiedUntil: timeText(NOW - 2 * HOUR),
  });
  const facts: RunFacts = { snapshot: success(1), progress: undefined, indices: [] };
  const ended = decided(found.status, undefined, { runs: new Map([['s1', facts]]) });
  expect(deletions(decided(ended.status, [success(2), success(1)]))).toEqual(['s2']);
  const born = { name: 'p1-b', created: 0, isSystem: false, aliases: [] };
  const lacking = { ...facts, indices: [born] };
  const bad = decided(found.status, undefined, { runs: new Map([['s1', lacking]]) });
  expect(deletions(decided(bad.status, [success(2), success(1)]))).toEqual([]);
});

it('one that Elasticsearch has begun before its answer was written is judged at its end', () => {
  const slot = timeText(NOW - HOUR);
  const active = { snapshot: 's1', repository: 'backups', slot, attempt: 1, accepted: false };
  const facts: RunFacts = { snapshot: success(1), progress: undefined, indices: [] };
  const ended = decided({ ...seenEnd(1), active }, undefined, { runs: new Map([['s1', facts]]) });
  const after = decided(ended.status, [success(2), success(1)]);
  expect([deletions(after), after.status.unverifiedUntil]).toEqual([['s2'], undefined]);
});
