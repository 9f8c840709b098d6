import { describe, expect, it } from 'vitest';
import { archiveBatch, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { type Grant, missingGrant } from '../../elasticsearch/grants.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { createObserve, type MaintenanceDependencies } from './observe.ts';
import { createListings } from './observe-listings.ts';
import type { Status } from './observed.ts';
import { createPerform } from './perform.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const log = { info: () => undefined, warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };
const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const connectionRef = { name: 'main', namespace: 'db' };
const policy = policyOf([{ name: 'a', pattern: 'docs-*', archive }], { connectionRef });

const DATE = Date.parse('2016-02-29');
const index = { uuid: 'u', creation_date: '1', number_of_shards: '1', number_of_replicas: '0' };
const shards = { failed: 0, successful: 1, total: 1 };
const hit = { _id: 'x', _source: { date: '2016-02-29' }, _seq_no: 0, _primary_term: 1, sort: [DATE, 0] };
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/docs-1': { 'docs-1': { aliases: {}, mappings: {}, settings: { index } } },
  '/docs-1/_refresh': { _shards: shards },
  '/docs-1/_search': { timed_out: false, _shards: shards, hits: { hits: [hit] } },
};

/** A connection of another namespace that grants just these names, for upkeep or for all that archival does. */
function granting(indices: readonly string[], deleting = indices, answers = ANSWERS) {
  const grants = [
    { namespaces: ['search'], operations: ['Maintain'], indices },
    { namespaces: ['search'], operations: ['Delete'], indices: deleting },
  ] as unknown as readonly Grant[]; // what is read of them
  const asked: string[] = [];
  const es: Elasticsearch = {
    request: ({ path }) => {
      asked.push(path);
      return path in answers
        ? Promise.resolve(answers[path])
        : Promise.reject(new Error(`asked for ${path}`));
    },
  };
  const use: Connections['use'] = async (wanted) => {
    const { repositories = [], pipelines = [] } = wanted;
    const missing = missingGrant(grants, { ...wanted, namespaceLabels: {}, repositories, pipelines });
    if (missing !== undefined) throw new WaitingError('NotGranted', missing, 1_000);
    // A cast: nothing else of it is used.
    const connection = { ...connectionRef, uid: 'c' };
    return { es, connection, protects: () => false, maxConcurrentOperations: 1 } as unknown as Awaited<
      ReturnType<Connections['use']>
    >;
  };
  const dependencies: MaintenanceDependencies = {
    connections: { use } as Connections,
    listings: createListings(),
    policies: () => [],
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  };
  return { asked, dependencies };
}

const SOURCES = ['docs-*'];
const ALL = ['docs-*', 'archive-*'];
const THIS_YEAR = ['docs-*', 'archive-2026'];

describe('a policy of another namespace', () => {
  it.each([
    ['for its sources only', SOURCES, SOURCES, 'operation Delete on index or alias "archive-*"'],
    ['for deletion of its sources only', ALL, SOURCES, 'operation Delete on index or alias "archive-*"'],
    ['for one of its archives', THIS_YEAR, THIS_YEAR, 'operation Delete on index or alias "archive-*"'],
  ])('asks Elasticsearch nothing with a grant %s', async (_, indices, deleting, message) => {
    const { asked, dependencies } = granting(indices, deleting);
    const observed = createObserve(dependencies)(policy, pass);
    await expect(observed).rejects.toMatchObject({ reason: 'NotGranted', message });
    expect(asked).toEqual([]);
  });

  it('goes on with a grant for both', async () => {
    const { dependencies } = granting(ALL);
    await expect(createObserve(dependencies)(policy, pass)).rejects.toThrow('asked for');
  });
});

const counts = { deleted: 0, failed: 0, dropped: 0, aliasesAdded: 0, aliasesRemoved: 0 };
const running: Status = { run: { time: '2026-03-01T00:20:00Z', ...counts } };
const choose = {
  type: 'ChooseDocuments',
  target: 'a',
  index: 'docs-1',
  uuid: 'u',
  cutoff: NOW - 1,
  size: 10,
  documents: 1,
  after: undefined,
} as const;

describe('an archive whose name only the date of a document tells', () => {
  it.each([
    ['at all', THIS_YEAR, THIS_YEAR],
    ['for deletion', ALL, THIS_YEAR],
  ])('is neither looked at nor made without a grant for that very name %s', async (_, indices, deleting) => {
    const { asked, dependencies } = granting(indices, deleting);
    const change = await createPerform(dependencies)(choose, policy, pass);
    expect(change?.(running)).toMatchObject({
      archive: { held: [{ index: 'docs-1', reason: 'NotGranted' }] },
      run: { notArchived: 1 },
    });
    expect(asked).toEqual(Object.keys(ANSWERS));
  });

  it('is looked at with one', async () => {
    const { asked, dependencies } = granting(['docs-*', 'archive-2016']);
    await expect(createPerform(dependencies)(choose, policy, pass)).rejects.toThrow(
      'asked for /archive-2016',
    );
    expect(asked.at(-1)).toBe('/archive-2016');
  });

  it('gets nothing of a batch once its grant is gone: the batch waits aside', async () => {
    const { asked, dependencies } = granting(THIS_YEAR);
    const batch = archiveBatch;
    const change = await createPerform(dependencies)({ type: 'MoveDocuments', batch }, policy, pass);
    const after = change?.({ ...running, archive: { documents: 0, held: [], batch } });
    expect(after?.archive).toMatchObject({ hindered: [{ id: '1', reason: 'NotGranted' }] });
    expect([after?.archive?.batch, asked]).toEqual([undefined, []]);
  });
});

describe('documents from before the year 0, which no name of an archive can hold', () => {
  it('stay, and the run goes on after them', async () => {
    const before = Date.parse('-000002-01-01');
    const hits = [{ ...hit, sort: [before, 3] }, hit];
    const found = { timed_out: false, _shards: shards, hits: { hits } };
    const { dependencies } = granting(ALL, ALL, { ...ANSWERS, '/docs-1/_search': found });
    const change = await createPerform(dependencies)({ ...choose, documents: 2 }, policy, pass);
    expect(change?.(running)).toMatchObject({
      archive: {
        held: [
          { index: 'docs-1', reason: 'DateOutOfRange', documents: 1, after: { date: before, seqNo: 3 } },
        ],
      },
      run: { notArchived: 1 },
    });
  });
});
