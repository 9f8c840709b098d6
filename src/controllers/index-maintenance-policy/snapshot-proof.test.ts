import { describe, expect, it } from 'vitest';
import { indexOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { ListedIndex, Snapshot } from './observed.ts';
import { isGood, isProven, unclearProof } from './snapshot-proof.ts';

const NOW = Date.parse('2016-03-01T12:00:00Z');
const HOUR = 3_600_000;

const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  name: 's',
  uuid: 's-1',
  state: 'SUCCESS',
  startTime: NOW - 2 * HOUR,
  endTime: NOW - HOUR,
  shards: { total: 1, failed: 0 },
  indices: ['logs'],
  failures: [],
  metadata: {},
  ...changes,
});
const quiet = (quietMs: number | undefined): Partial<ListedIndex> => ({
  figures: { documents: 1, bytes: 1, operations: 1, quietMs },
});

const START = NOW - 2 * HOUR;
const taken = { repository: 'backups', snapshot: 's', start: START };

/** Of an index with a snapshot that began two hours ago, of the schedule as well. */
function proofOf(index: Partial<ListedIndex>, required: object = {}) {
  const found = new Map([['logs', taken]]);
  const keys = ['["backups",null]', '["backups","nightly"]'];
  const facts = { backups: new Map(keys.map((key) => [key, found])), listedAt: NOW, now: NOW };
  const listed = indexOf('logs', { ...quiet(3 * HOUR), ...index });
  const wanted = { repository: 'backups', ...required };
  return {
    isProven: isProven(listed, wanted, facts),
    isProvenWhenSealed: isProven(listed, wanted, { ...facts, sealed: new Set([listed.uuid]) }),
    unclear: unclearProof(listed, wanted, facts),
  };
}

describe('a snapshot proves an index', () => {
  it.each<[string, Partial<ListedIndex>, object?]>([
    ['when it began after the last write', {}],
    ['when it is of the schedule', {}, { scheduleRef: { name: 'nightly' } }],
    ['when it is young enough', {}, { maxAge: '2h' }],
  ])('%s', (_, index, required) => {
    expect(proofOf(index, required)).toEqual({
      isProven: true,
      isProvenWhenSealed: true,
      unclear: undefined,
    });
  });

  it.each<[string, Partial<ListedIndex>, object?]>([
    ['without the index', { name: 'logs-2' }],
    ['that began before the index was made (anew)', { created: NOW - HOUR }],
    ['that began before the last write', quiet(HOUR)],
    ['while writes are not committed', quiet(undefined)],
    ['of an index without figures', { figures: undefined }],
    ['of another schedule', {}, { scheduleRef: { name: 'weekly' } }],
    ['that is too old', {}, { maxAge: '1h' }],
    ['in another repository', {}, { repository: 'others' }],
  ])('not one %s', (_, index, required) => {
    expect(proofOf(index, required)).toMatchObject({ isProven: false, unclear: undefined });
  });

  it('if it may have committed the last write itself only where its shards say so', () => {
    const at = (ms: number) => proofOf(quiet(NOW - START - ms));
    const unclear = { isProven: false, isProvenWhenSealed: true, unclear: taken };
    expect([at(1), at(10_000)]).toEqual([unclear, unclear]);
    expect(at(0)).toMatchObject({ isProven: true, unclear: undefined });
    expect(at(10_001)).toMatchObject({ isProven: false, unclear: undefined });
  });

  it('unless none is wanted', () => {
    const facts = { backups: new Map(), listedAt: NOW, now: NOW };
    expect(isProven(indexOf('logs'), undefined, facts)).toBe(true);
  });
});

describe('a good snapshot', () => {
  it.each<[boolean, Partial<Snapshot>]>([
    [true, {}],
    [false, { state: 'PARTIAL' }],
    [false, { state: 'IN_PROGRESS' }],
    [false, { shards: { total: 0, failed: 0 } }],
    [false, { shards: { total: 2, failed: 1 } }],
    [false, { failures: [{ index: 'logs', shard: 0 }] }],
  ])('is %s for %j', (good, changes) => {
    expect(isGood(snapshot(changes))).toBe(good);
  });
});

describe('a closed index of a target that wants a snapshot', () => {
  const beforeDelete = { requireSnapshot: { repository: 'backups' } };
  const target = { name: 'a', pattern: 'logs-*', retention: { maxAge: '1d' }, beforeDelete };
  const closed = indexOf('logs-1', { closed: true, figures: undefined });
  const planned = (targets: readonly object[], indices: readonly ListedIndex[]) => {
    const policy = new PolicyLife(targets as readonly SpecPart[], {});
    const backups = new Map([['["backups",null]', new Map([['logs-1', { ...taken, start: NOW - HOUR }]])]]);
    for (const at of [NOW, NOW + HOUR]) policy.pass(seenOf(indices, { backups, listedAt: at }), at);
    return policy;
  };

  it('stays because it is closed, which no snapshot changes', () => {
    const { status, last } = planned([target], [closed]);
    expect(status.plan).toMatchObject({
      kept: [{ reason: 'Closed', count: 1 }],
      held: [{ index: 'logs-1', reason: 'Closed' }],
    });
    expect(last?.ready.reason).toBe('Maintained');
  });

  it('does not hide another one that does wait for a snapshot', () => {
    const { status, last } = planned([target], [closed, indexOf('logs-2')]);
    expect(status.plan?.kept.map(({ reason }) => reason)).toEqual(['Closed', 'NotSnapshotted']);
    expect(last?.ready.reason).toBe('SnapshotMissing');
  });

  it('goes where no snapshot is wanted', () => {
    const { beforeDelete: _beforeDelete, ...bare } = target;
    expect(planned([bare], [closed]).status.plan?.batch).toHaveLength(1);
  });
});
