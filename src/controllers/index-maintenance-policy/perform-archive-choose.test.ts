import { expect, it } from 'vitest';
import { archiveBatch, calmAnswers, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { createListings } from './observe-listings.ts';
import { chooseDocuments } from './perform-archive-choose.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const log = { info: () => undefined, warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };
const shards = { failed: 0, successful: 1, total: 1 };
const hit = { _id: 'x', _source: { date: '2016-02-29' }, _seq_no: 7, _primary_term: 1 };
const index = (name: string, uuid: string, mappings = {}) => ({
  [name]: {
    aliases: {},
    mappings,
    settings: { index: { uuid, creation_date: '1', number_of_shards: '1', number_of_replicas: '0' } },
  },
});

const PRIMARY = {
  routing: { primary: true, state: 'STARTED' },
  docs: { count: 4 },
  seq_no: { max_seq_no: 3, global_checkpoint: 3 },
  retention_leases: { primary_term: 1 },
};

const ANSWERS: Readonly<Record<string, unknown>> = {
  ...calmAnswers(NOW),
  '/docs-1': index('docs-1', 'u'),
  '/docs-1/_refresh': { _shards: shards },
  '/docs-1/_search': {
    timed_out: false,
    _shards: shards,
    hits: { hits: [{ ...hit, sort: [Date.parse('2016-02-29'), 7] }] },
  },
  '/archive-2016': index('archive-2016', 'd', { _meta: { 'es-steward': { archive: 'search/logs' } } }),
  '/_cluster/health/archive-2016': calmAnswers(NOW)['/_cluster/health'],
  '/archive-2016/_stats/docs': { _shards: shards, indices: { 'archive-2016': { shards: { 0: [PRIMARY] } } } },
};

const action = {
  type: 'ChooseDocuments',
  target: 'a',
  index: 'docs-1',
  cutoff: Date.parse('2021-01-01'),
  size: 20,
  documents: 140,
  after: undefined,
} as const;

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const policy = policyOf([{ name: 'a', pattern: 'docs-*', archive }]);

async function chosen(
  uuid: string,
  others: readonly IndexMaintenancePolicy[] = [],
  answers: Readonly<Record<string, unknown>> = ANSWERS,
) {
  const es: Elasticsearch = {
    request: ({ path }) =>
      path in answers ? Promise.resolve(answers[path]) : Promise.reject(new Error(path)),
  };
  const cluster = { es, protects: () => false, maxConcurrentOperations: 1 };
  const dependencies = {
    // A cast: nothing else of it is used.
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings: createListings(),
    policies: () => others,
    requests: () => [],
    clusterUuidOf: () => 'c',
    snapshotOwners: () => () => false,
  };
  const change = await chooseDocuments({ ...action, uuid }, { policy, pass, dependencies });
  return change({}).archive;
}

it('writes down how many documents of the index are to move, for a batch that is given up with them', async () => {
  expect(await chosen('u')).toMatchObject({ batch: { destination: 'archive-2016', marks: [3], due: 140 } });
});

it('counts nothing of an index that was made anew: it waits for the next run', async () => {
  expect(await chosen('before')).toMatchObject({ held: [{ reason: 'DocumentsChanged', documents: 0 }] });
});

it('moves nothing into an archive that a template makes up the content of, but from an index that does so too', async () => {
  const _source = { mode: 'synthetic' };
  const _meta = { 'es-steward': { archive: 'search/logs' } };
  const made = { ...ANSWERS, '/archive-2016': index('archive-2016', 'd', { _meta, _source }) };
  expect(await chosen('u', [], made)).toMatchObject({ held: [{ reason: 'ArchiveUnsuitable' }] });
  const alike = { ...made, '/docs-1': index('docs-1', 'u', { _source }) };
  expect(await chosen('u', [], alike)).toMatchObject({ batch: { destination: 'archive-2016' } });
});

it('waits for its turn behind a suspended policy only where that one goes, and ends its batch', async () => {
  const spec = { ...policy.spec, suspend: true };
  const status = { archive: { documents: 0, held: [], batch: archiveBatch } };
  const resting = { ...policy, metadata: { ...policy.metadata, uid: 'other' }, spec, status };
  const leaving = { ...resting.metadata, deletionTimestamp: '2026-03-01T00:29:00Z' };
  expect((await chosen('u', [resting]))?.batch).toBeDefined();
  const behind = chosen('u', [{ ...resting, metadata: leaving }]);
  await expect(behind).rejects.toMatchObject({ reason: 'WaitingForTurn' });
});
