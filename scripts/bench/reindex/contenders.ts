import type { Elasticsearch } from '../../../src/elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../../src/elasticsearch/errors.ts';
import { type ReindexResult, reindexResult } from '../../../src/elasticsearch/reindex-result.ts';
import { workloadMappings } from '../../../test/support/workload-documents.ts';
import { applyRequest, type Followed, readyMessage, removeRequest, type Timeline } from './requests.ts';
import { untilServing } from './servers.ts';
import type { Stage } from './stage.ts';

/** One copy to make; the source has the alias. */
export interface CopyJob {
  readonly from: string;
  readonly to: string;
  readonly alias: string;
  readonly shards: number;
}

export interface Copied {
  /** The copy alone. */
  readonly copyMilliseconds: number;
  /** From the wish to its fulfilment: with preparation, proof and move of the alias, where there are such. */
  readonly totalMilliseconds: number;
  /** Documents that were written a second time. */
  readonly writtenAgain: number;
}

/** A way to copy an index. It goes on by itself when Elasticsearch was killed and is back. */
export interface Contender {
  readonly name: string;
  copy(stage: Stage, job: CopyJob): Promise<Copied>;
  /** Makes the source what it was, and lets go of everything but it. */
  tidy(stage: Stage, job: CopyJob): Promise<void>;
}

const TUNED = { refresh_interval: '-1' };

export const contenders: readonly Contender[] = [
  oneRequest({ name: 'as libraries do', size: 1_000 }),
  oneRequest({ name: 'slices=auto', size: 1_000, settings: TUNED, slices: 'auto' }),
  oneRequest({ name: 'tuned by hand', size: 5_000, settings: TUNED }),
  { name: 'es-steward', copy: copyByOperator, tidy: tidyRequest },
];

interface OneRequest {
  readonly name: string;
  /** Documents per batch. */
  readonly size: number;
  readonly slices?: 'auto';
  /** Of the destination, over those of the source. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** `_reindex` as it is; after a death of Elasticsearch nobody knows how far it was, and it begins anew. */
function oneRequest({ name, size, slices, settings }: OneRequest): Contender {
  return {
    name,
    async copy({ es }, { from, to, shards }) {
      const start = performance.now();
      await createDestination(es, to, { number_of_shards: shards, number_of_replicas: 0, ...settings });
      const body = { conflicts: 'proceed', source: { index: from, size }, dest: { index: to } };
      const { updated } = await reindexDespiteDeaths(es, body, slices, [from, to]);
      const milliseconds = performance.now() - start;
      return { copyMilliseconds: milliseconds, totalMilliseconds: milliseconds, writtenAgain: updated };
    },
    tidy: ({ es }, { to }) => deleteIndex(es, to),
  };
}

async function createDestination(es: Elasticsearch, to: string, settings: object): Promise<void> {
  await es.request({ method: 'PUT', path: `/${to}`, body: { settings, mappings: workloadMappings } });
}

async function reindexDespiteDeaths(
  es: Elasticsearch,
  body: object,
  slices: 'auto' | undefined,
  indices: readonly string[],
): Promise<ReindexResult> {
  const request = { method: 'POST', path: '/_reindex', query: slices ? { slices } : {}, body } as const;
  try {
    const result = reindexResult.parse(await es.request(request));
    if (result.failures.length > 0) throw new Error('documents failed', { cause: result.failures[0] });
    return result;
  } catch (error) {
    if (!isElasticsearchError(error, 'unknownOutcome', 'unreachable', 'unavailable')) throw error;
    await untilServing(es, indices);
    return reindexDespiteDeaths(es, body, slices, indices);
  }
}

async function copyByOperator(stage: Stage, { from, to }: CopyJob): Promise<Copied> {
  const start = performance.now();
  const followed = await (await applyRequest(stage, to, { from, to })).ended;
  if (followed.request.status?.phase !== 'Completed')
    throw new Error(`the copy to ${to} was not completed: ${readyMessage(followed.request)}`);
  return {
    copyMilliseconds: timeIn(followed.timeline, 'Copying'),
    totalMilliseconds: performance.now() - start,
    writtenAgain: writtenAgain(followed),
  };
}

function timeIn(timeline: Timeline, phase: 'Copying'): number {
  const seen = [...timeline];
  const place = seen.findIndex(([other]) => other === phase);
  const [begin, end] = [seen[place]?.[1], seen[place + 1]?.[1]];
  return begin === undefined || end === undefined ? Number.NaN : end - begin;
}

function writtenAgain({ request }: Followed): number {
  return request.status?.copy?.sums.updated ?? request.status?.progress?.updated ?? 0;
}

async function tidyRequest(stage: Stage, { from, to, alias }: CopyJob): Promise<void> {
  const { es } = stage;
  await removeRequest(stage, to);
  const settings = { 'index.blocks.write': null, 'index.hidden': null };
  await es.request({ method: 'PUT', path: `/${from}/_settings`, body: settings });
  const actions = [{ add: { index: from, alias } }];
  await es.request({ method: 'POST', path: '/_aliases', body: { actions } });
  await deleteIndex(es, to);
}

async function deleteIndex(es: Elasticsearch, index: string): Promise<void> {
  await es.request({ method: 'DELETE', path: `/${index}`, query: { ignore_unavailable: true } });
}
