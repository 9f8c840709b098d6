import { expect, it } from 'vitest';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { LockWatch } from './lock-watch.ts';
import { readClaims } from './observe-claims.ts';

const doc = { _id: 'orders-v1', found: true, _seq_no: 1, _primary_term: 1, _source: {} };
const es: Elasticsearch = { request: async () => ({ docs: [doc] }) };
const { signal } = new AbortController();

it('tells of a holder first that it is silent, then that it is gone', async () => {
  let now = 0;
  const watch = new LockWatch({ monotonic: () => now, cluster: async () => 'c' });
  const seen: string[] = [];
  for (; now <= 600_000; now += 60_000) {
    const [claim] = await readClaims(['orders-v1'], { es, uid: 'me', watch }, signal);
    if (claim?.by === 'other') seen.push(claim.abandoned ? 'gone' : claim.silent ? 'silent' : 'at work');
  }
  // Once a minute.
  const times = (of: string) => seen.filter((what) => what === of).length;
  expect([seen[0], times('at work'), times('silent'), seen.at(-1)]).toEqual(['at work', 3, 7, 'gone']);
});
