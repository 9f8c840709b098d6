import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

const schema = z.object({ nodes: z.record(z.string(), z.object({ timestamp: z.number() })) });

/** By how many seconds the clock of a node differs from ours at the most. */
export async function nodeSkewSeconds(es: Elasticsearch, now: number, signal?: AbortSignal): Promise<number> {
  const skews = (await nodeClocks(es, signal)).map((clock) => Math.abs(clock - now) / 1000);
  return Math.max(0, ...skews);
}

/** What the clocks of the nodes say, in milliseconds since the epoch; as old as the answer took. */
export async function nodeClocks(es: Elasticsearch, signal?: AbortSignal): Promise<readonly number[]> {
  const query = { filter_path: 'nodes.*.timestamp' };
  const request = { method: 'GET', path: '/_nodes/stats/os', query, timeoutMs: 10_000 } as const;
  return Object.values((await ask(es, request, schema, signal)).nodes).map(({ timestamp }) => timestamp);
}
