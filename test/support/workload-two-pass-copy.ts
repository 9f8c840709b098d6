import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { refresh } from '../../src/elasticsearch/refresh.ts';
import { startReindex } from '../../src/elasticsearch/reindex.ts';
import { getTask } from '../../src/elasticsearch/tasks.ts';
import { eventually } from './eventually.ts';
import { workloadMappings } from './workload-documents.ts';

export interface TwoPassCopy {
  readonly es: Elasticsearch;
  readonly from: string;
  readonly to: string;
  readonly alias: string;
}

/** Taken off the own clock, for whatever is under way at that moment. */
const SLACK_MS = 1_000;

/**
 * The way that libraries copy a live index: everything, then the alias, then once more what has a newer timestamp.
 * It blocks nobody, and is here to show what that costs.
 */
export async function copyInTwoPasses({ es, from, to, alias }: TwoPassCopy): Promise<void> {
  const started = new Date(Date.now() - SLACK_MS).toISOString();
  await es.request({ method: 'PUT', path: `/${to}`, body: { mappings: workloadMappings } });
  await pass(es, { index: from }, to);
  const actions = [{ remove: { index: from, alias } }, { add: { index: to, alias } }];
  await es.request({ method: 'POST', path: '/_aliases', body: { actions } });
  await Promise.all([refresh(es, from), refresh(es, to)]);
  await pass(es, { index: from, query: { range: { updated: { gte: started } } } }, to);
}

async function pass(es: Elasticsearch, source: object, to: string): Promise<void> {
  const body = { conflicts: 'proceed', source, dest: { index: to } };
  const task = await startReindex(es, body, { opaqueId: `two-pass-copy/${to}` });
  const { error, response } = await eventually(
    `the copy to ${to} ends`,
    async () => {
      const state = await getTask(es, task);
      return state.state === 'done' ? state : undefined;
    },
    120_000,
  );
  if (error || response?.failures.length !== 0)
    throw new Error(`the copy to ${to} failed`, { cause: error ?? response?.failures });
}
