import { describe, expect, it } from 'vitest';
import { calmAnswers, policyOf, stateAt } from '../../../test/support/maintenance-facts.ts';
import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { FencedError } from '../../runtime/errors.ts';
import { createDeletionTurns } from './deletion-turns.ts';
import { createListings } from './observe-listings.ts';
import type { Run } from './observed.ts';
import { deleteBatch } from './perform-deletion.ts';
import { newRun } from './run.ts';

const NOW = Date.parse('2016-03-01T00:30:00Z');
const log = { info: () => undefined, warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };
const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy}', retention: { maxAge: '1d' } }]);
const NAMES = ['logs-2013', 'logs-2014', 'logs-2015'];

const ANSWERS = calmAnswers(NOW);

const throwing = (error: Error) => (): never => {
  throw error;
};

const refused = (errorClass: ErrorClass) =>
  new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: `DELETE /x: ${errorClass}.` });

/** A cluster with these indexes, some of which it does not delete, each for its own reason. */
function clusterOf(
  refusals: Readonly<Record<string, ErrorClass>>,
  acknowledged = true,
  remade = '',
  remadeAtOnce = false,
  writtenThrough = '',
) {
  const left = new Set(NAMES);
  let isRemade = false;
  let reads = 0;
  const remove = (names: readonly string[]) => {
    const [reason] = names.flatMap((name) => refusals[name] ?? []);
    // Somebody else was first.
    for (const name of names) if (refusals[name] === 'indexNotFound') left.delete(name);
    if (names.includes(remade) && !isRemade) {
      isRemade = true;
      throw refused('indexNotFound');
    }
    if (reason !== undefined) throw refused(reason);
    // A node that is behind shows them for some moments yet.
    if (acknowledged) for (const name of names) left.delete(name);
    return { acknowledged };
  };
  const read = (names: readonly string[]) => {
    reads += 1;
    isRemade ||= remadeAtOnce && reads > 1;
    const found = names.filter((name) => left.has(name));
    const uuidOf = (name: string) => `uuid-of-${isRemade && name === remade ? 'another-' : ''}${name}`;
    const settings = (name: string) => ({ index: { uuid: uuidOf(name), creation_date: '1' } });
    const aliases = (name: string) =>
      reads > 1 && name === writtenThrough ? { logs: { is_write_index: true } } : {};
    return Object.fromEntries(
      found.map((name) => [name, { aliases: aliases(name), settings: settings(name) }]),
    );
  };
  const es: Elasticsearch = {
    request: async ({ method, path }) => {
      if (path in ANSWERS) return ANSWERS[path];
      if (path.includes('/_stats/')) return { _shards: { successful: 1, failed: 0 } };
      if (path.endsWith('/_refresh')) throw refused('forbidden');
      const names = path.slice(1).split(',');
      const state = stateAt(path, (name) => left.has(name));
      return method === 'DELETE' ? remove(names) : (state ?? read(names));
    },
  };
  return { es, left };
}

function dependenciesOf(es: Elasticsearch, requests: readonly ReindexRequest[] = []) {
  const connection = { namespace: 'search', name: 'main', uid: 'connection' };
  const cluster = { es, connection, clusterUuid: 'cluster', protects: () => false };
  return {
    // A cast: nothing else of it is used.
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings: createListings(),
    policies: () => [],
    requests: () => requests,
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  };
}

/** The first failure that the last deletion has told. */
let told: Run['firstFailure'];
/** What the last deletion has named. */
let named: Run['deletedNames'];

async function deletedOf(of: typeof policy, ...given: Parameters<typeof clusterOf>) {
  const { es, left } = clusterOf(...given);
  const dependencies = dependenciesOf(es);
  const batch = NAMES.map((name) => ({ name, uuid: `uuid-of-${name}` }));
  const action = { type: 'DeleteBatch', plan: 'p', batch } as const;
  const change = await deleteBatch(action, { policy: of, pass, dependencies }, createDeletionTurns());
  const { run } = change({ run: newRun(NOW) });
  told = run?.firstFailure;
  named = run?.deletedNames;
  return [run?.deleted, run?.dropped, run?.failed, left.size];
}

const deleted = (...given: Parameters<typeof clusterOf>) => deletedOf(policy, ...given);

describe('indexes that are to be deleted', () => {
  it('are named once they are gone, and none of those that stay', async () => {
    await deleted({});
    expect(named).toEqual(NAMES);
    await deleted({ 'logs-2014': 'blocked' });
    expect(named).toEqual(['logs-2013', 'logs-2015']);
  });

  it('stay when the policy was edited while it was judged whether they may go', async () => {
    const { es, left } = clusterOf({});
    const batch = NAMES.map((name) => ({ name, uuid: `uuid-of-${name}` }));
    const action = { type: 'DeleteBatch', plan: 'p', batch } as const;
    const edited = new FencedError('edited');
    const late = { ...pass, assertUnchanged: throwing(edited) };
    const context = { policy, pass: late, dependencies: dependenciesOf(es) };
    const deleting = deleteBatch(action, context, createDeletionTurns());
    await expect(deleting).rejects.toBe(edited);
    expect(left.size).toBe(NAMES.length);
  });

  it('have failed, and stay, when the login may not refresh them to see how old they are', async () => {
    const age = { from: 'MaxTimestamp', field: 'at' };
    const aged = policyOf([{ name: 'a', pattern: 'logs-*', age, retention: { maxAge: '1d' } }]);
    expect(await deletedOf(aged, {})).toEqual([0, 0, 3, 3]);
    expect(told).toEqual({ index: 'logs-2013', message: 'forbidden' });
  });

  it('stay, and are dropped, when no rule wants them gone: somebody has edited the batch', async () => {
    const aged = policyOf([{ name: 'a', series: 'logs-{date:yyyy}', retention: { maxAge: '100d' } }]);
    expect(await deletedOf(aged, {})).toEqual([2, 1, 0, 1]);
    expect(named).toEqual(['logs-2013', 'logs-2014']);
  });

  it('are counted once they are gone', async () => {
    expect(await deleted({})).toEqual([3, 0, 0, 0]);
  });

  it('are not gone because an answer was emptied on its way', async () => {
    const { es, left } = clusterOf({});
    const request: Elasticsearch['request'] = async (sent, signal) =>
      sent.path === `/${NAMES.join(',')}` && sent.method === 'GET' ? {} : es.request(sent, signal);
    const batch = NAMES.map((name) => ({ name, uuid: `uuid-of-${name}` }));
    const context = { policy, pass, dependencies: dependenciesOf({ request }) };
    const deleting = deleteBatch({ type: 'DeleteBatch', plan: 'p', batch }, context, createDeletionTurns());
    await expect(deleting).rejects.toMatchObject({ errorClass: 'incomplete' });
    expect(left.size).toBe(NAMES.length);
  });

  it('stay when something has come to guard them while the others were judged', async () => {
    expect(await deleted({}, true, '', false, 'logs-2014')).toEqual([2, 1, 0, 1]);
  });

  it('stay when they have become part of a series that is to be copied', async () => {
    const { es, left } = clusterOf({});
    const [source, destination] = [{ series: 'logs-{date:yyyy}' }, { series: 'new-{date:yyyy}' }];
    const spec = { connectionRef: { name: 'main' }, source, destination };
    // A cast: nothing else of it is used.
    const request = { metadata: { namespace: 'search' }, spec } as unknown as ReindexRequest;
    const batch = NAMES.map((name) => ({ name, uuid: `uuid-of-${name}` }));
    const context = { policy, pass, dependencies: dependenciesOf(es, [request]) };
    await deleteBatch({ type: 'DeleteBatch', plan: 'p', batch }, context, createDeletionTurns());
    expect(left.size).toBe(NAMES.length);
  });

  it('are looked at again, and have not failed, when their deletion has not got round yet', async () => {
    await expect(deleted({}, false)).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('keep no other one when somebody else has deleted one of them right before', async () => {
    expect(await deleted({ 'logs-2014': 'indexNotFound' })).toEqual([3, 0, 0, 0]);
  });

  it('are not those that have their names once somebody has made one anew meanwhile', async () => {
    // What was planned is gone; what has its name now is there.
    expect(await deleted({}, true, 'logs-2014')).toEqual([3, 0, 0, 1]);
  });

  it('are not those that were made anew while it was judged whether they may go', async () => {
    expect(await deleted({}, true, 'logs-2014', true)).toEqual([2, 1, 0, 1]);
  });

  it('and that a snapshot holds, which has just begun, are no failure: they go another time', async () => {
    expect(await deleted({ 'logs-2014': 'conflict' })).toEqual([2, 1, 0, 1]);
    expect(await deleted(Object.fromEntries(NAMES.map((name) => [name, 'conflict'])))).toEqual([0, 3, 0, 3]);
    expect(told).toBeUndefined();
  });

  it.each<ErrorClass>(['forbidden', 'blocked', 'invalid'])(
    'and are refused as %s have failed',
    async (reason) => {
      expect(await deleted({ 'logs-2014': reason })).toEqual([2, 0, 1, 1]);
      expect(told).toEqual({ index: 'logs-2014', message: reason });
      expect(await deleted({ 'logs-2013': 'conflict', 'logs-2014': reason })).toEqual([1, 1, 1, 2]);
    },
  );
});

describe('two policies whose indexes are behind one alias', () => {
  /** One index of each. */
  function sharing() {
    const left = new Set(['a-2013', 'b-2013']);
    const aliases = { shared: {} };
    const settings = (name: string) => ({ index: { uuid: name, creation_date: '1' } });
    const read = (names: readonly string[]) =>
      Object.fromEntries(
        names.filter((name) => left.has(name)).map((name) => [name, { aliases, settings: settings(name) }]),
      );
    const es: Elasticsearch = {
      request: async ({ method, path }) => {
        if (path in ANSWERS) return ANSWERS[path];
        if (path.includes('/_stats/')) return { _shards: { successful: 1, failed: 0 } };
        if (path.startsWith('/_alias/')) return read([...left]);
        const names = path.slice(1).split(',');
        const state = stateAt(path, (name) => left.has(name));
        if (method !== 'DELETE') return state ?? read(names);
        for (const name of names) left.delete(name);
        return { acknowledged: true };
      },
    };
    return { es, left };
  }

  it('do not take each other for what stays: one deletes after the other, and the last one stays', async () => {
    const { es, left } = sharing();
    const dependencies = dependenciesOf(es);
    const turns = createDeletionTurns();
    const remove = (name: 'a' | 'b') => {
      const own = policyOf([{ name, series: `${name}-{date:yyyy}`, retention: { maxAge: '1d' } }]);
      const batch = [{ name: `${name}-2013`, uuid: `${name}-2013` }];
      const context = { policy: own, pass, dependencies };
      return deleteBatch({ type: 'DeleteBatch', plan: 'p', batch }, context, turns);
    };
    const [first, second] = await Promise.allSettled([remove('a'), remove('b')]);
    expect([first.status, [...left]]).toEqual(['fulfilled', ['b-2013']]);
    expect(second).toMatchObject({ reason: { reason: 'WaitingForTurn' } });
    expect((await remove('b'))({ run: newRun(NOW) }).run).toMatchObject({ deleted: 0, dropped: 1 });
    expect([...left]).toEqual(['b-2013']);
  });

  it('get their turn when a deletion before them has failed', async () => {
    const turns = createDeletionTurns();
    await expect(turns('c', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns('c', () => Promise.resolve(1))).toBe(1);
  });
});
