import { expect, it } from 'vitest';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { verdictOf } from './verdict.ts';

const partial = (failed: number, total: number): Snapshot => ({
  name: 's',
  uuid: 'u',
  state: 'PARTIAL',
  startTime: 0,
  endTime: 1,
  shards: { total, failed },
  indices: ['a'],
  failures: [{ index: 'a', shard: 0 }],
  metadata: {},
});

it.each([
  [1, 1, '1 of 1 shard is missing, of a'],
  [1, 89, '1 of 89 shards is missing, of a'],
  [2, 89, '2 of 89 shards are missing, of a'],
])('a snapshot without %d of %d shards is told as such', (failed, total, message) => {
  expect(verdictOf(partial(failed, total), [])).toEqual({ state: 'PARTIAL', message });
});
