import { expect, it } from 'vitest';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { timeText } from '../../runtime/time.ts';
import type { Schedule } from './observed.ts';
import { withMark } from './names.ts';
import { deleteExpired } from './perform-deletions.ts';
import type { EffectContext } from './perform-effect.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');

/** What is deleted of successes made at 1 to 3, when all of them are to be. */
async function deletedOf(unverifiedUntil: number, newestBy = 'u', first = 'c'): Promise<string | undefined> {
  const names = [1, 2, 3];
  const snapshots = names.map((at) => ({
    snapshot: `s${at}`,
    uuid: `u${at}`,
    state: 'SUCCESS',
    start_time_in_millis: NOW + at,
    end_time_in_millis: NOW + at,
    shards: { total: 1, failed: 0 },
    metadata: withMark(
      {},
      {
        uid: at === 3 ? newestBy : 'u',
        slot: timeText(NOW + at * 1_000),
        schedule: 'team/nightly',
        cluster: at === 1 ? first : 'c',
      },
    ),
  }));
  let deleted: string | undefined;
  const es: Elasticsearch = {
    request: async ({ method, path }) => {
      if (method === 'DELETE') deleted = path;
      if (method === 'DELETE' || path.startsWith('/_cluster/state'))
        return method === 'DELETE' ? { acknowledged: true } : { cluster_uuid: 'c' };
      return { snapshots, total: snapshots.length };
    },
  };
  const status = { unverifiedUntil: timeText(NOW + unverifiedUntil * 1_000) };
  const context = {
    es,
    resource: { metadata: { uid: 'u', namespace: 'team' }, status } as unknown as Schedule,
    owner: { uid: 'u', namespace: 'team', adopted: 'before', cluster: 'c' },
    pass: { signal: new AbortController().signal, now: NOW, log: { info: () => {}, warn: () => {} } },
  } as unknown as EffectContext;
  const targets = names.map((at) => ({ name: `s${at}`, uuid: `u${at}` }));
  await deleteExpired({ type: 'DeleteSnapshots', repository: 'backups', targets }, context);
  return deleted;
}

it('rests on a success that is known to be whole when it deletes', async () => {
  expect(await deletedOf(1)).toMatch(/\/s1%2Cs2$/);
  expect(await deletedOf(0, 'before')).toMatch(/\/s1$/);
  await expect(deletedOf(3)).rejects.toThrow(FencedError);
});

it('deletes nothing of another cluster than the one that is connected by then', async () => {
  expect(await deletedOf(1, 'u', 'lost')).toMatch(/\/s2$/);
});
