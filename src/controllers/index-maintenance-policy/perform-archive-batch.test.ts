import { describe, expect, it } from 'vitest';
import { archiveBatch, indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import type { ArchiveBatch } from './actions.ts';
import { archiveOpaqueId } from './copies.ts';
import { documentFingerprint } from './fingerprints.ts';
import { createListings, type Listings } from './observe-listings.ts';
import { moveBatch } from './perform-archive-batch.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const warned: object[] = [];
/** What the listing says of documents and of the time without writes, by index; undefined once it was forgotten. */
let listed: Readonly<Record<string, readonly unknown[]>> | undefined;
const LISTED = ['docs-1', 'docs-2'].map((name) => indexOf(name));
const listings: Listings = {
  ...createListings(),
  forget: () => void (listed = undefined),
  learn: async (_, change) => {
    const told = change(LISTED).map(({ name, figures }) => [name, [figures?.documents, figures?.quietMs]]);
    listed = Object.fromEntries(told);
  },
};
const log = { info: () => undefined, warn: (facts: object) => void warned.push(facts) };
const pass = { now: NOW, signal: new AbortController().signal, log };
const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const document = { id: 'x', routing: undefined, source: { date: '2016-02-29' } };
const batch = { ...archiveBatch, documents: documentFingerprint(document) };
const policy = (rest: Partial<Pick<IndexMaintenancePolicy, 'status'>> = {}, deletionTimestamp?: string) => {
  const made = policyOf(
    [{ name: 'a', pattern: 'docs-*', archive }],
    { deletion: { minHealth: 'red' } },
    rest,
  );
  return { ...made, metadata: { ...made.metadata, ...(deletionTimestamp && { deletionTimestamp }) } };
};

const shards = { failed: 0, successful: 1, total: 1 };
const index = (name: string, uuid: string, mappings = {}) => ({
  [name]: {
    aliases: {},
    mappings,
    settings: { index: { uuid, creation_date: '1', number_of_shards: '1', number_of_replicas: '0' } },
  },
});
const health = {
  status: 'red',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 1,
  number_of_pending_tasks: 0,
};
const copy = { _id: 'x', _source: document.source, _seq_no: 4, _primary_term: 1, sort: [4] };
const pageOf = (...hits: readonly object[]) => ({ timed_out: false, _shards: shards, hits: { hits } });

/** Documents are in both, and a shard of one of the indexes is missing. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/docs-1': index('docs-1', 'u'),
  '/docs-1/_stats/docs,store,translog': { _shards: shards },
  '/archive-2016': index('archive-2016', 'd', { _meta: { 'es-steward': { archive: 'search/logs' } } }),
  '/_cluster/health': health,
  '/_cluster/health/docs-1%2Carchive-2016': health,
  '/_tasks': { tasks: [] },
  '/_snapshot/_status': {},
  '/_cluster/state/customs': { cluster_uuid: 'cluster' },
  '/_nodes/stats/os': { nodes: { a: { timestamp: NOW } } },
  '/archive-2016/_refresh': { _shards: shards },
  '/archive-2016/_search': pageOf(copy),
  '/docs-1/_mget': { docs: [{ found: true, _id: 'x', _seq_no: 0, _primary_term: 1 }] },
  '/docs-1,archive-2016': { ...index('docs-1', 'u'), ...index('archive-2016', 'd') },
  '/docs-1,archive-2016/_stats/docs,store,translog': { _shards: shards },
};

const failing = (errorClass: ErrorClass) =>
  new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: errorClass });

async function changeOf(
  answers: Readonly<Record<string, unknown>> = {},
  of = policy(),
  requests: ElasticsearchRequest[] = [],
  given: ArchiveBatch = batch,
) {
  const all = { ...ANSWERS, ...answers };
  const pages = new Map<string, number>();
  const es: Elasticsearch = {
    request: (request) => {
      const { path } = request;
      requests.push(request);
      const page = (pages.get(path) ?? 0) + 1;
      pages.set(path, page);
      // A search goes on until a page has nothing.
      const isAfterLast = path.endsWith('/_search') && page > 1;
      const answer = isAfterLast ? pageOf() : (all[path] ?? failing('serverError'));
      return answer instanceof ElasticsearchError ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const connection = { namespace: 'search', name: 'main', uid: 'c' };
  // A cast: nothing else of it is used.
  const cluster = { es, connection, clusterUuid: 'c', protects: () => false, maxConcurrentOperations: 1 };
  const dependencies = {
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings,
    policies: () => [],
    requests: () => [],
    clusterUuidOf: () => 'c',
    snapshotOwners: () => () => false,
  };
  return moveBatch(given, { policy: of, pass, dependencies });
}

async function moved(...args: Parameters<typeof changeOf>) {
  const [, , , given = batch] = args;
  const change = await changeOf(...args);
  return change({ archive: { documents: 0, held: [], batch: given } }).archive;
}

const hindered = (count: number) =>
  policy({
    status: {
      archive: {
        documents: 0,
        held: [],
        hindered: Array.from({ length: count }, (_, at) => ({
          ...batch,
          id: `${at + 1}`,
          reason: 'Closed',
          triedTime: '2026-03-01T00:00:00Z',
        })),
      },
    },
  });

describe('a batch whose index is not whole', () => {
  it.each([
    ['are in both', {}],
    ['cannot be read in their index', { '/docs-1/_mget': failing('unavailable') }],
    ['cannot be read in the archive', { '/archive-2016/_refresh': failing('incomplete') }],
  ])('waits aside where its documents %s', async (_, answers) => {
    const after = await moved(answers);
    expect(after).toMatchObject({ hindered: [{ id: '1', reason: 'IndexUnhealthy' }], held: [] });
    expect(after?.batch).toBeUndefined();
  });

  it.each([
    ['all that its index had to move', 140, 140],
    ['at least what is in it', undefined, 1],
  ])('is given up where nothing has been copied yet, and counts %s', async (_, due, documents) => {
    const given = { ...batch, ...(due && { due }) };
    expect(await moved({ '/archive-2016/_search': pageOf() }, policy(), [], given)).toEqual({
      documents: 0,
      held: [{ index: 'docs-1', reason: 'IndexUnhealthy', documents }],
    });
  });

  it('keeps a policy waiting that is deleted, or that has too many of them', async () => {
    const leaving = policy({}, '2026-03-01T00:29:00Z');
    await expect(moved({}, leaving)).rejects.toMatchObject({ reason: 'ArchivalHindered' });
    const other = hindered(5).status?.archive?.hindered?.slice(1);
    const full = policy({ status: { archive: { documents: 0, held: [], hindered: other } } });
    await expect(moved({}, full)).rejects.toMatchObject({ reason: 'ArchivalHindered' });
  });
});

describe('a batch that ends after its run', () => {
  const healthy = { '/_cluster/health': { ...health, status: 'green' } };
  const sides = (source: object, archived: object) => ({
    ...healthy,
    '/docs-1/_refresh': { _shards: shards },
    '/docs-1/_search': pageOf(),
    '/docs-1/_mget': { docs: [source] },
    '/archive-2016/_mget': { docs: [archived] },
  });
  const run = {
    time: '2026-03-01T00:20:00Z',
    deleted: 0,
    failed: 0,
    dropped: 0,
    aliasesAdded: 0,
    aliasesRemoved: 0,
    notArchived: 3,
  };
  const held = [{ index: 'docs-1', reason: 'WriteBlocked', documents: 3 }];
  const left = { lastRun: run, archive: { documents: 0, held, batch } };
  const [absent, there] = [{ found: false }, { found: true, ...copy }];
  const other = { ...there, _source: { date: '2016-03-01' } };

  it.each([
    ['in the archive', sides(absent, there), 1, 2],
    ['in neither', sides(absent, absent), 0, 3],
    ['in both, another one', sides(there, other), 0, 3],
  ])('counts its document for that run where it is %s', async (_, answers, archived, notArchived) => {
    const after = (await changeOf(answers))(left);
    expect(after.archive).toMatchObject({ documents: archived, held: [{ documents: notArchived }] });
    expect(after.lastRun?.notArchived).toBe(notArchived);
    expect([after.archive?.batch, after.lastRun?.archived ?? 0]).toEqual([undefined, archived]);
  });
});

describe('the listing after a batch', () => {
  const statistics = (uuid: string, documents: number) => ({
    uuid,
    primaries: {
      docs: { count: documents },
      store: { size_in_bytes: 1 },
      translog: { uncommitted_operations: 0, earliest_last_modified_age: 5 },
    },
  });
  const absent = {
    '/_cluster/health': { ...health, status: 'green' },
    '/docs-1/_refresh': { _shards: shards },
    '/docs-1/_search': pageOf(),
    '/docs-1/_mget': { docs: [{ found: false }] },
    '/archive-2016/_mget': { docs: [{ found: true, ...copy }] },
    '/docs-1,archive-2016/_stats/docs,store,translog': {
      _shards: shards,
      indices: { 'docs-1': statistics('u', 0), 'archive-2016': statistics('d', 10) },
    },
  };

  it('tells what is left in the index and what is in the archive now, once both are refreshed', async () => {
    const requests: ElasticsearchRequest[] = [];
    await changeOf(absent, policy(), requests);
    expect(listed).toEqual({
      'docs-1': [0, undefined],
      'docs-2': [10, 3_600_000],
      'archive-2016': [10, undefined],
    });
    const paths = requests.map(({ path }) => path);
    expect(paths.slice(-4, -2)).toEqual(['/docs-1/_refresh', '/archive-2016/_refresh']);
  });

  it('is not used again when the batch has met a fault half-way', async () => {
    listed = {};
    const moving = changeOf({ ...absent, '/docs-1/_mget': failing('unavailable') });
    await expect(moving).rejects.toMatchObject({ errorClass: 'unavailable' });
    expect(listed).toBeUndefined();
  });
});

describe('a batch whose copy is still under way', () => {
  const copyCalled = (opaqueId: string) => ({
    node: 'n',
    id: 1,
    action: 'indices:data/write/reindex',
    description: 'reindex from [docs-1] to [archive-2016]',
    cancellable: true,
    headers: { 'X-Opaque-Id': opaqueId },
  });

  it.each([
    ['by this release', { tasks: [copyCalled(archiveOpaqueId(policy().metadata.uid, batch.id))] }],
    ['by an older one', { tasks: [copyCalled(`es-steward-archive-${batch.id}`)] }],
    ['as far as anybody can tell', { tasks: [], node_failures: [{}] }],
  ])('waits for it, begun %s', async (_, tasks) => {
    await expect(moved({ '/_tasks': tasks })).rejects.toMatchObject({ reason: 'WaitingForTurn' });
  });

  it('does not wait for the copy of another batch', async () => {
    const other = { tasks: [copyCalled(archiveOpaqueId(policy().metadata.uid, '2'))] };
    expect(await moved({ '/_tasks': other })).toMatchObject({ hindered: [{ reason: 'IndexUnhealthy' }] });
  });
});

describe('a batch that is to be copied', () => {
  const chosen = { _id: 'x', _source: document.source, _seq_no: 7, _primary_term: 1, sort: [1, 7] };
  const absent = { docs: [{ found: false }] };
  const counts = { total: 1, created: 0, updated: 0, noops: 0, deleted: 0, version_conflicts: 0, batches: 1 };
  const copying = (result: object, requests?: ElasticsearchRequest[], of = policy()) =>
    moved(
      {
        '/_cluster/health': { ...health, status: 'green' },
        '/docs-1/_refresh': { _shards: shards },
        '/docs-1/_search': pageOf(chosen),
        '/docs-1/_mget': { docs: [{ found: true, ...chosen }] },
        '/archive-2016/_mget': absent,
        '/archive-2016/_search': pageOf(),
        '/_reindex': { ...counts, timed_out: false, failures: [], ...result },
      },
      of,
      requests,
    );

  it('names the versions that were read, and asks for no new one that belongs elsewhere', async () => {
    const requests: ElasticsearchRequest[] = [];
    await copying({}, requests);
    const copy = requests.find(({ path }) => path === '/_reindex');
    const moment = { format: 'strict_date_optional_time' };
    const [start, end] = ['2016-01-01T00:00:00.000Z', '2017-01-01T00:00:00.000Z'];
    expect(copy?.body).toMatchObject({
      source: {
        query: {
          bool: {
            filter: [
              { ids: { values: ['x'] } },
              { terms: { _seq_no: [7] } },
              {
                bool: {
                  filter: [{ range: { date: { ...moment, gte: start, lt: end } } }],
                  must_not: [{ range: { date: { ...moment, gte: end } } }],
                },
              },
            ],
          },
        },
      },
    });
  });

  it.each([
    [{}, 1],
    [{ suspend: true }, 0],
    [{ mode: 'DryRun' } as const, 0],
  ])('is copied for a policy that goes with %j: %i times', async (spec, times) => {
    const requests: ElasticsearchRequest[] = [];
    const given = policy({}, '2026-03-01T00:29:00Z');
    const after = await copying({}, requests, { ...given, spec: { ...given.spec, ...spec } });
    expect(requests.filter(({ path }) => path === '/_reindex')).toHaveLength(times);
    expect(after?.batch).toBeUndefined();
  });

  const cause = { type: 'x', reason: 'y' };

  it('tells documents as refused that the mapping does not take', async () => {
    const failures = [{ index: 'archive-2016', id: 'x', status: 400, cause }];
    expect(await copying({ failures })).toMatchObject({ held: [{ reason: 'DocumentsRefused' }] });
  });

  it('tells the archive as refused, not documents, where the login may not write to it', async () => {
    const reason =
      'action [indices:data/write/bulk[s]] is unauthorized for user [x], this action is granted by the index privileges [index]';
    const denied = { type: 'security_exception', reason };
    const after = await copying({
      failures: [{ index: 'archive-2016', id: 'x', status: 403, cause: denied }],
    });
    expect(after).toMatchObject({ held: [{ reason: 'ArchivalRefused', documents: 1 }] });
    expect(after?.batch).toBeUndefined();
    const why = expect.stringContaining('granted by the index privileges index');
    expect(warned.at(-1)).toMatchObject({ why });
  });

  it.each([
    ['was cancelled', { canceled: 'by user request' }],
    ['was too slow', { timed_out: true }],
    ['could not read a shard', { failures: [{ index: 'docs-1', shard: 0, reason: cause }] }],
    ['found the cluster too busy', { failures: [{ id: 'x', status: 429, cause }] }],
  ])('is tried again where the copy %s: nothing was refused', async (_, result) => {
    await expect(copying(result)).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});

describe('a batch that meets a fault', () => {
  const fault = (errorClass: ErrorClass) => ({ '/docs-1': failing(errorClass) });

  it('is tried again by the next pass, when that may not meet it', async () => {
    await expect(moved(fault('unavailable'))).rejects.toMatchObject({ errorClass: 'unavailable' });
  });

  it.each([
    ['the login may not delete documents of its index', 'security_exception', 'ArchivalRefused'],
    ['somebody has blocked writes to it since it was looked at', 'cluster_block_exception', 'WriteBlocked'],
  ])('waits aside when %s', async (_, type, held) => {
    const error = { type, reason: 'index [docs-1] blocked by: [FORBIDDEN/8/index write (api)];' };
    const original = { found: true, _id: 'x', _source: document.source, _seq_no: 0, _primary_term: 1 };
    const healthy = { ...health, status: 'green' };
    const answers = {
      '/_cluster/health': healthy,
      '/docs-1/_refresh': { _shards: shards },
      '/docs-1/_search': pageOf(),
      '/docs-1/_mget': { docs: [original] },
      '/archive-2016/_mget': { docs: [original] },
      '/docs-1/_bulk': { items: [{ delete: { status: 403, error } }] },
    };
    expect(await moved(answers)).toMatchObject({ hindered: [{ id: '1', reason: held }] });
  });

  it('waits aside when the same request would be refused again, or when it did so before', async () => {
    expect(await moved(fault('forbidden'))).toMatchObject({ hindered: [{ reason: 'ArchivalRefused' }] });
    const before = await moved(fault('unavailable'), hindered(1));
    expect(before).toMatchObject({ hindered: [{ id: '1', reason: 'Closed' }] });
  });
});
