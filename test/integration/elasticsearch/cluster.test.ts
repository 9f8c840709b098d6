import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { clusterStatistics } from '../../../src/elasticsearch/cluster-statistics.ts';
import { clusterHealth, indexHealth } from '../../../src/elasticsearch/health.ts';
import { clusterInfo } from '../../../src/elasticsearch/info.ts';
import { getPipeline, simulatePipeline } from '../../../src/elasticsearch/ingest.ts';
import { clusterNodes } from '../../../src/elasticsearch/nodes.ts';
import { missingPrivileges } from '../../../src/elasticsearch/privileges.ts';
import { listRepositories, verifyRepository } from '../../../src/elasticsearch/repositories.ts';
import { deleteSnapshots } from '../../../src/elasticsearch/snapshot-changes.ts';
import { listSnapshots, surveySnapshots } from '../../../src/elasticsearch/snapshots.ts';
import { eventually } from '../../support/eventually.ts';
import { repositoryPath } from '../../support/snapshot-bed.ts';
import { connect, indexWithDocuments, uniqueName } from './server.ts';

const es = connect();
const narrow = connect(3_000);
let index: string;
beforeAll(async () => {
  index = await indexWithDocuments(es, 'cluster', 20);
});

describe('the cluster', () => {
  it('says who it is and how much machine it has', async () => {
    expect(await clusterInfo(es)).toMatchObject({
      clusterUuid: expect.stringMatching(/^[\w-]{22}$/),
      version: expect.stringMatching(/^[89]\.\d+\.\d+/),
      flavor: 'default',
    });
    const { nodes, dataNodes, processors } = await clusterNodes(es);
    expect(nodes).toBeGreaterThanOrEqual(dataNodes);
    expect(processors).toBeGreaterThanOrEqual(dataNodes);
  });

  it('tells its sizes', async () => {
    const statistics = await clusterStatistics(es);
    expect(statistics.indices).toBeGreaterThanOrEqual(1);
    expect(statistics.primaryDocuments).toBeGreaterThanOrEqual(20);
    expect(statistics.totalBytes).toBeGreaterThanOrEqual(statistics.primaryBytes);
    expect(statistics.diskUsedPercent).toBeGreaterThan(0);
    expect(statistics.diskUsedPercent).toBeLessThanOrEqual(100);
    expect(statistics.largest.length).toBeLessThanOrEqual(10);
  });

  it('needs no privileges while security is off', async () => {
    const required = { cluster: ['manage'], index: [{ names: [index], privileges: ['manage'] }] };
    expect(await missingPrivileges(es, required)).toEqual([]);
  });
});

describe('health', () => {
  it('is that of the cluster, of one index, and of the worst of several', async () => {
    expect(await clusterHealth(es)).toMatchObject({ nodes: expect.any(Number) });
    expect(await indexHealth(es, index)).toMatchObject({ status: 'green', activeShards: 1 });
    const both = await indexHealth(es, [index, uniqueName(es, 'none')], {
      waitForStatus: 'yellow',
      waitMs: 50,
    });
    expect(both).toMatchObject({ status: 'red' });
  });
});

describe('the snapshots of a repository', () => {
  it('are read in pages that the limit of answers allows', async () => {
    const repository = uniqueName(es, 'pages');
    const at = `/_snapshot/${repository}`;
    const body = { type: 'fs', settings: { location: join(repositoryPath(), repository) } };
    await es.request({ method: 'PUT', path: at, body });
    const names = ['one', 'two', 'three', 'four', 'five'];
    const metadata = { note: 'x'.repeat(900) };
    for (const name of names)
      await es.request({
        method: 'PUT',
        path: `${at}/${name}`,
        query: { wait_for_completion: true },
        body: { indices: [index], metadata },
      });
    const whole = { method: 'GET', path: `${at}/*` } as const;
    await expect(narrow.request(whole)).rejects.toMatchObject({ errorClass: 'tooLarge' });
    const listed = (await listSnapshots(narrow, repository)).map(({ name }) => name);
    // Those of one millisecond are sorted by their names.
    expect([listed.length, new Set(listed)]).toEqual([names.length, new Set(names)]);
    expect((await surveySnapshots(narrow, repository)).snapshots).toHaveLength(names.length);
    await deleteSnapshots(es, repository, names);
    await eventually('they are gone', async () => (await listSnapshots(es, repository)).length === 0);
    await es.request({ method: 'DELETE', path: at });
  });
});

describe('repositories', () => {
  it('are listed and verified', async () => {
    const repositories = await listRepositories(es);
    const writable = repositories.filter(({ readOnly }) => !readOnly);
    const nodes = await Promise.all(writable.map(({ name }) => verifyRepository(es, name)));
    expect(Math.min(1, ...nodes)).toBe(1);
    await expect(verifyRepository(es, uniqueName(es, 'none'))).rejects.toMatchObject({
      errorClass: 'notFound',
    });
  });
});

async function knowsProcessor(type: string): Promise<boolean> {
  const query = { filter_path: 'nodes.*.ingest.processors.type' };
  return JSON.stringify(await es.request({ method: 'GET', path: '/_nodes/ingest', query })).includes(
    `"${type}"`,
  );
}

describe('a pipeline', () => {
  it('is read and tried: kept, dropped and failed documents are told apart', async ({ skip }) => {
    skip(!(await knowsProcessor('fail')), 'this distribution comes without the module ingest-common');
    const id = uniqueName(es, 'pipeline');
    const processors = [
      { drop: { if: 'ctx.n == 1' } },
      { fail: { message: 'no', if: 'ctx.n == 2' } },
      { set: { field: 'seen', value: true } },
    ];
    expect(await getPipeline(es, id)).toBeUndefined();
    await es.request({ method: 'PUT', path: `/_ingest/pipeline/${id}`, body: { processors } });
    expect(await getPipeline(es, id)).toMatchObject({ processors });
    const documents = [0, 1, 2].map((n) => ({ index, id: `${n}`, routing: 'r', source: { n } }));
    expect(await simulatePipeline(es, id, documents)).toEqual([
      { type: 'document', document: { index, id: '0', routing: 'r', source: { n: 0, seen: true } } },
      { type: 'dropped' },
      { type: 'failed', errorType: 'fail_processor_exception' },
    ]);
    await es.request({ method: 'DELETE', path: `/_ingest/pipeline/${id}` });
  });
});
