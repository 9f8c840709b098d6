import { describe, expect, it } from 'vitest';
import { deletedOf, deletionEvents } from './deleted-snapshots.ts';

const deletions = (...names: readonly string[]) =>
  names.map((name) => ({ name, uuid: `uuid-of-${name}`, reason: 'Expired' as const }));

describe('the Event of retention', () => {
  it.each([
    [['a'], '1 expired snapshot is deleted: a'],
    [['a', 'b', 'c'], '3 expired snapshots are deleted: a, b, c'],
    [['a', 'b', 'c', 'd', 'e'], '5 expired snapshots are deleted: a, b, c and 2 more'],
  ])('names a few of what was deleted: %j', (names, note) => {
    expect(deletionEvents(deletions(...names))).toEqual([
      { type: 'Normal', reason: 'SnapshotsDeleted', action: 'Retain', note },
    ]);
  });

  it('is not told where nothing was deleted', () => {
    expect(deletionEvents([])).toEqual([]);
  });
});

describe('what has been deleted', () => {
  const batch = deletions('gone', 'there', 'unreadable');
  const [gone, there, unreadable] = batch;
  // Casts: nothing else of them is used.
  const seen = { snapshots: [there], unreadable: [unreadable] } as unknown as Parameters<typeof deletedOf>[2];

  it('is what of the batch is not there any more', () => {
    expect(deletedOf({ batch, repository: 'backups' }, 'backups', seen)).toEqual([gone]);
  });

  it('is not known of a repository that was not looked at', () => {
    expect(deletedOf({ batch, repository: 'backups' }, 'others', seen)).toEqual([]);
  });
});
