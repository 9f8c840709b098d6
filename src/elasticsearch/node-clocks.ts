import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

const schema = z.object({ nodes: z.record(z.string(), z.object({ timestamp: z.number() })) });

/** By how many seconds the clock of a node differs from ours at the most. */
export async function nodeSkewSeconds(es: Elasticsearch, now: number, signal?: AbortSignal): Promise<number> {
  const clocks = [...(await nodeClocks(es, signal)).values()];
  return Math.max(0, ...clocks.map((clock) => Math.abs(clock - now) / 1000));
}

/** What the clock of each node says, by its id, in milliseconds since the epoch; as old as the answer took. */
export async function nodeClocks(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const query = { filter_path: 'nodes.*.timestamp' };
  const request = { method: 'GET', path: '/_nodes/stats/os', query, timeoutMs: 10_000 } as const;
  const { nodes } = await ask(es, request, schema, signal);
  return new Map(Object.entries(nodes).map(([id, { timestamp }]) => [id, timestamp]));
}
