import { describe, expect, it } from 'vitest';
import { seenRepository, someSchedule, successOf } from '../../../test/support/snapshot-schedule.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { timeText } from '../../runtime/time.ts';
import { decide } from './decide.ts';
import { markOf } from './names.ts';
import type { RunFacts, Seen, Status } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const HOUR = 3_600_000;

/** One of ours that began `hours` before NOW, and is named after that. */
const snapshot = (hours: number, cluster?: string, more: Partial<Snapshot> = {}): Snapshot => ({
  ...successOf(NOW, hours, { cluster }),
  ...more,
});

const known: Status = { schedule: '@yearly Etc/UTC', slotsHandledUntil: timeText(NOW) };
const retention = { maxCount: 1, failedExpireAfter: '1h' };

interface World {
  readonly status?: Status;
  readonly replaced?: string;
  readonly schedule?: string;
  readonly runs?: Seen['runs'];
}

/** What is decided of a repository while the cluster `now` is connected. */
function decided(snapshots: readonly Snapshot[] | undefined, world: World = {}) {
  const { status = known, replaced, schedule = '@yearly', runs } = world;
  const seen = seenRepository({ cluster: 'now', replaced }, snapshots, runs);
  return decide(someSchedule({ spec: { retention, staleAfter: '7d', schedule }, status }), seen, NOW);
}

const deletions = ({ status }: ReturnType<typeof decided>) =>
  status.retention?.nextDeletions?.map(({ name }) => name);

describe('a snapshot of a cluster that was lost', () => {
  it('is kept whatever the rules say, failed ones too', () => {
    const failed = snapshot(8, 'lost', { state: 'FAILED' });
    const left = [failed, snapshot(7, 'lost'), snapshot(6, 'lost')];
    const after = decided([...left, snapshot(3, 'now'), snapshot(2, 'now')]);
    expect(deletions(after)).toEqual(['s3']);
    expect(after.status.retention?.kept).toContainEqual({ reason: 'OtherCluster', count: 3 });
  });

  it('is no success of the cluster that has come in its place', () => {
    const lastSnapshot = { name: 's6', state: 'SUCCESS', slot: timeText(NOW - 6 * HOUR) } as const;
    const { status, conditions, ready } = decided([snapshot(6, 'lost')], {
      status: { ...known, lastSnapshot },
    });
    expect(status).toMatchObject({ retained: { count: 0 }, retention: { halted: 'NoSuccess' } });
    expect(status.lastSuccessfulTime).toBeUndefined();
    expect(conditions?.[0]).toMatchObject({ type: 'Healthy', status: 'False', reason: 'NeverSucceeded' });
    expect(ready.message).toContain('of another cluster');
  });

  it('is told of by no status that was lost', () => {
    expect(decided([snapshot(6, 'lost')], { status: {} }).status.lastSnapshot).toBeUndefined();
  });

  it('has not run the slot that comes due, which gets a name of its own', () => {
    const name = 'nightly-2026.06.15-120000-u';
    const retention = { lastRunTime: timeText(NOW) };
    const late = { schedule: '@hourly Etc/UTC', slotsHandledUntil: timeText(NOW - 1_000), retention };
    const made = snapshot(0, 'lost', { name });
    const before = decided([], { status: late, schedule: '@hourly' });
    expect(before.status.active?.snapshot).toBe(name);
    const after = decided([made], { status: late, schedule: '@hourly' });
    expect(after.status.active?.snapshot).toBe(`${name}-2`);
  });

  it('does not end the run that wishes for one of its name', () => {
    const active = { snapshot: 's0', repository: 'backups', slot: timeText(NOW), attempt: 1, accepted: true };
    const runs = (cluster: string) =>
      new Map<string, RunFacts>([
        ['s0', { snapshot: snapshot(0, cluster), progress: undefined, indices: [] }],
      ]);
    const told = (cluster: string) =>
      decided(undefined, { status: { ...known, active }, runs: runs(cluster) }).status.active?.accepted;
    expect([told('lost'), told('now')]).toEqual([false, undefined]);
  });
});

describe('a snapshot that names no cluster, since an earlier version has made it', () => {
  const old = [snapshot(8), snapshot(7)];

  it('goes as ever while nothing tells that the cluster is another one', () => {
    expect(deletions(decided([...old, snapshot(2, 'now')]))).toEqual(['s8', 's7']);
  });

  it('is kept once another cluster was accepted', () => {
    expect(deletions(decided([...old, snapshot(2, 'now')], { replaced: 'lost' }))).toEqual([]);
  });

  it('is kept where it is older than one that names another cluster', () => {
    const after = decided([...old, snapshot(6, 'lost'), snapshot(5), snapshot(2, 'now')]);
    expect(deletions(after)).toEqual(['s5']);
  });
});

it('a snapshot that is begun names the cluster', () => {
  const active = { snapshot: 's0', repository: 'backups', slot: timeText(NOW), attempt: 1, accepted: false };
  const runs = new Map([['s0', { snapshot: undefined, progress: undefined, indices: [] }]]);
  const [action] = decided(undefined, { status: { ...known, active }, runs }).actions ?? [];
  if (action?.type !== 'CreateSnapshot') throw new Error('nothing is begun');
  expect(markOf(action.metadata)?.cluster).toBe('now');
});
