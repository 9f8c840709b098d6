import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ask } from '../../../src/elasticsearch/ask.ts';
import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../../src/elasticsearch/errors.ts';

const LOOK_EVERY_MS = 100;
const LONGEST_MS = 10 * 60_000;
/** Elasticsearch reads its own processor time once a second. */
const FIGURES_AGE_MS = 1_100;

const cpuSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({ process: z.object({ cpu: z.object({ total_in_millis: z.number() }) }) }),
  ),
});
const mergesSchema = z.object({
  _all: z.object({ total: z.object({ merges: z.object({ current: z.number() }) }) }),
});
const indexedSchema = z.object({
  _all: z.object({ primaries: z.object({ indexing: z.object({ index_total: z.number() }) }) }),
});

/** Processor seconds that Elasticsearch has used, once it merges nothing any more. */
export async function cpuSecondsAtRest(es: Elasticsearch): Promise<number> {
  await until('nothing is merged', async () => {
    const request = { method: 'GET', path: '/_stats/merge' } as const;
    return (await ask(es, request, mergesSchema))._all.total.merges.current === 0;
  });
  await pause(FIGURES_AGE_MS);
  const { nodes } = await ask(es, { method: 'GET', path: '/_nodes/stats/process' }, cpuSchema);
  return Object.values(nodes).reduce((sum, node) => sum + node.process.cpu.total_in_millis / 1000, 0);
}

/** Waits until so many writes have reached an index, which may not be there yet. */
export async function untilIndexed(es: Elasticsearch, index: string, writes: number): Promise<void> {
  await until(`${writes} documents are in ${index}`, async () => {
    const request = { method: 'GET', path: `/${index}/_stats/indexing` } as const;
    try {
      return (await ask(es, request, indexedSchema))._all.primaries.indexing.index_total >= writes;
    } catch (error) {
      // Not created yet, or none of its shards has started.
      if (isElasticsearchError(error, 'indexNotFound', 'incomplete')) return false;
      throw error;
    }
  });
}

/** Waits until Elasticsearch is back and every shard of the indexes with it. */
export async function untilServing(es: Elasticsearch, indices: readonly string[]): Promise<void> {
  await until('Elasticsearch serves', async () => {
    const query = { wait_for_status: 'yellow', timeout: '1s' };
    const request = { method: 'GET', path: `/_cluster/health/${indices.join(',')}`, query } as const;
    try {
      await es.request(request);
      return true;
    } catch (error) {
      if (isElasticsearchError(error)) return false;
      throw error;
    }
  });
}

async function until(fact: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${LONGEST_MS / 60_000} min: ${fact}`);
    await pause(LOOK_EVERY_MS);
  }
}
