import { expect, it } from 'vitest';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { withMark } from './names.ts';
import type { Schedule } from './observed.ts';
import { ownerOf, owns } from './owner.ts';
import { vainAdoption } from './vain-adoption.ts';

const scheduleOf = (uid: string, annotations: Record<string, string> = {}, namespace = 'team') =>
  ({ metadata: { uid, name: `of-${uid}`, namespace, annotations } }) as unknown as Schedule;

const snapshotOf = (uid: string, schedule: string, cluster?: string): Snapshot => ({
  name: 'one',
  uuid: 'u1',
  state: 'SUCCESS',
  startTime: 0,
  endTime: 1,
  shards: { total: 1, failed: 0 },
  indices: [],
  failures: [],
  metadata: withMark({}, { uid, slot: '2026-06-15T12:00:00Z', schedule, cluster }),
});

const adopting = scheduleOf('new', { 'es-steward.dev/adopt-uid': 'old' });

it.each([
  ['its own', 'new', 'team/nightly', true],
  ['those of the schedule that it adopts', 'old', 'team/before', true],
  ['those of a stranger', 'other', 'team/nightly', false],
  ['those of another namespace, also when their uid is adopted', 'old', 'other/before', false],
])('a schedule looks after %s: %#', (_, uid, schedule, expected) => {
  expect(owns(ownerOf(adopting, [adopting]), snapshotOf(uid, schedule))).toBe(expected);
});

it('adopts nothing of a schedule that lives', () => {
  const owner = ownerOf(adopting, [adopting, scheduleOf('old')]);
  expect(owns(owner, snapshotOf('old', 'team/before'))).toBe(false);
});

it('adopts nothing that another schedule of its namespace adopts as well, and says so', () => {
  const old = snapshotOf('old', 'team/before');
  const rivals = ['b', 'a'].map((uid) => scheduleOf(uid, { 'es-steward.dev/adopt-uid': 'old' }));
  for (const one of [adopting, ...rivals]) expect(owns(ownerOf(one, [adopting, ...rivals]), old)).toBe(false);
  expect(vainAdoption(ownerOf(adopting, [adopting, ...rivals]), undefined)).toContain('of-a');
  const elsewhere = scheduleOf('c', { 'es-steward.dev/adopt-uid': 'old' }, 'other');
  const another = scheduleOf('d', { 'es-steward.dev/adopt-uid': 'older' });
  expect(owns(ownerOf(adopting, [adopting, elsewhere, another]), old)).toBe(true);
});

it('says why an adoption that was asked for comes to nothing', () => {
  const told = (living: readonly Schedule[], ...made: readonly Snapshot[]) =>
    vainAdoption(ownerOf(adopting, living), made);
  expect(told([adopting, scheduleOf('old')])).toContain('a schedule that exists');
  expect(told([adopting], snapshotOf('new', 'team/nightly'))).toContain('no snapshot in the repository');
  expect(told([adopting], snapshotOf('old', 'other/before'))).toContain('no snapshot in the repository');
  // Retention may have deleted the last of them: then nothing is wrong.
  expect(told([adopting])).toContain('If all of them have been deleted, remove the annotation');
  expect(told([adopting], snapshotOf('old', 'team/before'))).toBeUndefined();
  expect(told([adopting], snapshotOf('old', 'team/before', 'lost'))).toContain('of another cluster');
  expect(vainAdoption(ownerOf(adopting, [adopting]), undefined)).toBeUndefined();
  expect(vainAdoption(ownerOf(scheduleOf('new'), []), [])).toBeUndefined();
});
