import { afterAll, describe, expect, it } from 'vitest';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import { undefinedWhen } from '../../../src/elasticsearch/errors.ts';
import { createIndex, putSettings } from '../../../src/elasticsearch/indices.ts';
import { primariesWithTerms } from '../../../src/elasticsearch/primary-terms.ts';
import { eventually } from '../../support/eventually.ts';
import { createRequest, editRequest, type RequestSpec, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  type Document,
  documentsOf,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  write,
} from '../../support/reindex-indices.ts';
import { passes, type ProcessOptions, startProcess } from '../../support/reindex-process.ts';
import { hasTask, once } from '../../support/reindex-run.ts';
import { skippingClock } from '../../support/skipping-clock.ts';

// What becomes of a copy when its cluster is in trouble: full disks and lost nodes. A cluster of the file's own.

const cluster = await startPrivateElasticsearch({ nodes: 2 });
afterAll(() => cluster.stop());
/** Which of the two is no master, as long as nobody kills the one that is. */
const plain = await placeOfPlainNode();
const bed = await useReindexBed({}, { ...cluster.info, url: cluster.urls[plain] ?? '' });

async function placeOfPlainNode(): Promise<number> {
  const answer = await fetch(`${cluster.info.url}/_cat/master?h=node`);
  return (await answer.text()).trim() === 'elasticsearch-1' ? 1 : 0;
}

/** Runs a request to its end; `look` sees it after each pass. */
async function run(
  spec: { readonly from: string; readonly to: string } & RequestSpec,
  look: (request: ReindexRequest) => Promise<void>,
  options: Partial<ProcessOptions> = {},
) {
  const name = bed.name();
  const clock = skippingClock();
  await createRequest(bed, name, spec);
  const process = startProcess(bed, { clock, ...options });
  let last: ReindexRequest | undefined;
  for await (const { request } of passes(process, bed, name, clock)) {
    if (request) await look(request);
    last = request;
  }
  await process.close();
  return { status: last?.status ?? {}, uid: last?.metadata.uid ?? '' };
}

const readyOf = ({ status }: ReindexRequest) => status?.conditions?.find(({ type }) => type === 'Ready');

it('says what keeps the destination from every node, leaves no trial behind, and goes on once there is one', async () => {
  const { from, to } = await createSource(bed, { documents: numbered(20) });
  const box = 'index.routing.allocation.require.box';
  await putSettings(bed.es, from, { [box]: 'nowhere' });
  const told: (string | undefined)[] = [];
  const correct = once(
    (request) => readyOf(request)?.reason === 'PreflightFailed',
    async (request) => {
      told.push(readyOf(request)?.message);
      expect(await leftovers(bed.es, request.metadata.uid)).toEqual([]);
      await putSettings(bed.es, from, { [box]: null });
    },
  );
  const { status } = await run({ from, to }, correct);
  expect(told).toEqual([expect.stringContaining('may be on no node (filter): index.routing.allocation.*')]);
  expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 20 } });
});

describe('a disk without space', () => {
  const DISK = 'cluster.routing.allocation.disk';
  /** What must stay free; absent: the cluster is as it was. */
  async function mustStayFree(
    free: { readonly high: string; readonly floodStage: string } | undefined,
  ): Promise<void> {
    const persistent = {
      'cluster.info.update.interval': free && '10s',
      [`${DISK}.threshold_enabled`]: free && true,
      [`${DISK}.watermark.low`]: free?.high,
      [`${DISK}.watermark.high`]: free?.high,
      [`${DISK}.watermark.flood_stage`]: free?.floodStage,
    };
    const all = Object.fromEntries(Object.entries(persistent).map(([key, value]) => [key, value ?? null]));
    await bed.es.request({ method: 'PUT', path: '/_cluster/settings', body: { persistent: all } });
  }
  afterAll(() => mustStayFree(undefined));

  const NEVER = '900tb';

  it('is waited for before anything is made, and named with what is needed', async () => {
    const { from, to } = await createSource(bed);
    await mustStayFree({ high: NEVER, floodStage: '1b' });
    const messages: string[] = [];
    const free = once(
      (request) => readyOf(request)?.reason === 'DiskFull',
      async (request) => {
        messages.push(readyOf(request)?.message ?? '');
        expect(await indexOf(bed.es, to)).toBeUndefined();
        expect(await leftovers(bed.es, request.metadata.uid)).toEqual([]);
        await mustStayFree(undefined);
      },
    );
    const { status } = await run({ from, to, writeMode: 'Online' }, free);
    expect(messages).toEqual([expect.stringMatching(/needs .+ KiB of disk .+ room for 0 B of that/)]);
    expect(status.phase).toBe('Completed');
  });

  it('stops a copy at the flood stage, which goes on when there is space again (H41)', {
    timeout: 180_000,
  }, async () => {
    const { from, to } = await createSource(bed, { documents: numbered(200) });
    const isFlooded = async (wanted: boolean) =>
      eventually(
        `the block of the flood stage is ${wanted ? 'set' : 'lifted'}`,
        async () => {
          const blocks = (await indexOf(bed.es, to))?.settings['blocks'] as object | undefined;
          return (blocks !== undefined && 'read_only_allow_delete' in blocks) === wanted || undefined;
        },
        60_000,
      );
    const fill = once(hasTask, async ({ metadata }) => {
      await mustStayFree({ high: NEVER, floodStage: NEVER });
      await isFlooded(true);
      await editRequest(bed, metadata.name, { spec: { throttle: null } });
    });
    let waits = 0;
    const written = new Set<string>();
    const free = async (request: ReindexRequest) => {
      if (readyOf(request)?.reason !== 'DiskFull') return;
      waits += 1;
      written.add(request.metadata.resourceVersion);
      // Many more passes than a part of the copy has tries.
      if (waits !== 40) return;
      await mustStayFree({ high: '1b', floodStage: '1b' });
      await isFlooded(false);
    };
    const throttle = { requestsPerSecond: 2, batchSize: 10 };
    const { status, uid } = await run({ from, to, writeMode: 'Online', throttle }, async (request) => {
      await fill(request);
      await free(request);
    });
    expect(waits).toBeGreaterThanOrEqual(40);
    expect(written.size, 'status was written in most of the passes').toBeLessThan(20);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    const source = await indexOf(bed.es, from);
    expect(source && isBlocked(source)).toBe(false);
    expect(await leftovers(bed.es, uid)).toEqual([]);
  });
});

/** Operations, whether they have found a document or not. */
async function deletionsIn(index: string): Promise<number> {
  const answer = await bed.es.request({ method: 'GET', path: `/${index}/_stats/indexing` });
  return (answer as { _all: { primaries: { indexing: { delete_total: number } } } })._all.primaries.indexing
    .delete_total;
}

describe('a node', () => {
  const again = async (place: number) => {
    await cluster.restart(place);
    const query = { wait_for_nodes: '2', wait_for_no_initializing_shards: true, timeout: '30s' };
    await eventually(
      'both nodes are there',
      async () => (await bed.es.request({ method: 'GET', path: '/_cluster/health', query })) !== undefined,
      90_000,
    );
  };
  const overBoth = {
    settings: {
      number_of_shards: 2,
      number_of_replicas: 0,
      'index.routing.allocation.total_shards_per_node': 1,
    },
  };

  it('that dies with a task, with a shard of the destination and with one of the point in time costs no document (H23, H27, H45)', {
    timeout: 480_000,
  }, async () => {
    const { from, to } = await createSource(bed, { documents: numbered(300), index: overBoth });
    const gone: string[] = [];
    /** From both indexes they are to go: they are copied already. */
    const leave = async (documents: readonly Document[]) => {
      for (const { id } of documents.slice(0, 10)) {
        await bed.es.request({ method: 'DELETE', path: `/${from}/_doc/${id}` });
        gone.push(id);
      }
    };
    const die = once(
      ({ status }) => status?.copy?.running.some(({ completed = 0 }) => completed > 0) ?? false,
      async ({ metadata }) => {
        await leave(await documentsOf(bed.es, to));
        await cluster.kill(plain);
        await again(plain);
        await editRequest(bed, metadata.name, { spec: { throttle: null } });
      },
    );
    const throttle = { requestsPerSecond: 5, batchSize: 10 };
    let retries = 0;
    let lost = false;
    const { status, uid } = await run({ from, to, writeMode: 'Online', throttle }, async (request) => {
      await die(request);
      retries = Math.max(retries, request.status?.copy?.retries ?? 0);
      lost ||= request.status?.copy?.sweep === true;
    });
    expect(gone).toHaveLength(10);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 290 } });
    // What has left is deleted, and nothing besides it.
    expect(await deletionsIn(to)).toBe(10);
    expect(retries).toBeGreaterThan(0);
    expect(lost).toBe(true);
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await leftovers(bed.es, uid)).toEqual([]);
  });

  it('that dies with a primary gives way to a replica, whose first answer tells of its term (H47)', {
    timeout: 480_000,
  }, async () => {
    const index = bed.name();
    const require = { 'index.routing.allocation.require._name': `elasticsearch-${plain + 1}` };
    const one = { number_of_shards: 1, number_of_replicas: 0, ...require };
    await createIndex(bed.es, index, { settings: one });
    await write(bed.es, index, numbered(20));
    await putSettings(bed.es, index, {
      'index.number_of_replicas': 1,
      'index.routing.allocation.require._name': null,
    });
    const green = { wait_for_status: 'green', timeout: '30s' };
    await bed.es.request({ method: 'GET', path: `/_cluster/health/${index}`, query: green });
    const other = createElasticsearch({
      endpoints: [cluster.urls[1 - plain] ?? ''],
      auth: { type: 'none' },
      requestTimeoutMs: 30_000,
      maxResponseBytes: 10_000_000,
    });
    const terms = async () => {
      const shards = await undefinedWhen(['incomplete'], primariesWithTerms(other, index, 1));
      return shards?.map(({ primaryTerm }) => primaryTerm);
    };
    const [before = 0] = (await terms()) ?? [];
    await cluster.kill(plain);
    const [after] = await eventually('the replica is the primary', terms, 60_000);
    await again(plain);
    await other.close();
    expect(after).toBeGreaterThan(before);
  });

  it('that was the master is missed while the aliases move, which happens once it is back (H28)', {
    timeout: 480_000,
  }, async () => {
    const { from, to, name } = await createSource(bed, { documents: numbered(50) });
    await addAliases(bed.es, from, { [name]: {} });
    const master = 1 - plain;
    const answers: string[] = [];
    const { status } = await run({ from, to }, async () => undefined, {
      around: async (call, send) => {
        if (call.shape !== 'POST /_aliases remove remove remove add' || answers.length > 0) return send();
        await cluster.kill(master);
        const answer = send();
        answers.push(
          await answer.then(
            () => 'moved',
            () => 'no answer',
          ),
        );
        await again(master);
        return answer;
      },
    });
    expect(answers).toEqual(['no answer']);
    expect(status).toMatchObject({ phase: 'Completed', aliasesMoved: [name] });
    expect((await indexOf(bed.es, to))?.aliases).toHaveProperty(name);
    expect((await indexOf(bed.es, from))?.aliases).toEqual({});
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });
});
