import { describe, expect, it } from 'vitest';
import { calmAnswers, policyOf, stateAt } from '../../../test/support/maintenance-facts.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { AliasChange } from './alias-changes.ts';
import { createListings } from './observe-listings.ts';
import { createPerform } from './perform.ts';
import { newRun } from './run.ts';

const NOW = Date.parse('2016-03-01T00:30:00Z');
const told: unknown[] = [];
const log = { info: (line: unknown) => told.push(line), warn: () => undefined };
const pass = { now: NOW, signal: new AbortController().signal, log };

const ANSWERS = calmAnswers(NOW);

interface Sent {
  readonly add?: { readonly index: string; readonly alias: string };
  readonly remove?: { readonly index: string; readonly alias: string };
}

/** Indexes with their aliases. */
function clusterOf(aliases: Readonly<Record<string, readonly string[]>>, refused: readonly string[] = []) {
  const left = new Map(Object.entries(aliases).map(([name, own]) => [name, new Set(own)]));
  const read = (names: readonly string[]) =>
    Object.fromEntries(
      names
        .filter((name) => left.has(name))
        .map((name) => {
          const own = Object.fromEntries([...(left.get(name) ?? [])].map((alias) => [alias, {}]));
          return [name, { aliases: own, settings: { index: { uuid: name, creation_date: '1' } } }];
        }),
    );
  const holders = (asked: readonly string[]) =>
    [...left].filter(([, own]) => asked.some((alias) => own.has(alias))).map(([name]) => name);
  const change = (actions: readonly Sent[]) => {
    if (actions.some(({ add }) => add !== undefined && refused.includes(add.alias)))
      throw new ElasticsearchError({
        errorClass: 'invalid',
        outcomeUnknown: false,
        publicMessage: 'POST /_aliases: it may not.',
      });
    for (const { add, remove } of actions) {
      if (add !== undefined) left.get(add.index)?.add(add.alias);
      if (remove !== undefined) left.get(remove.index)?.delete(remove.alias);
    }
    return { acknowledged: true, errors: false };
  };
  const answer = ({ method, path, body }: ElasticsearchRequest): unknown => {
    if (path in ANSWERS) return ANSWERS[path];
    if (path.includes('/_stats/')) return { _shards: { successful: 1, failed: 0 } };
    // A cast: what updateAliases has sent.
    if (path === '/_aliases') return change((body as { actions: readonly Sent[] }).actions);
    if (path.startsWith('/_alias/')) return read(holders(path.slice('/_alias/'.length).split(',')));
    const names = path.slice(1).split(',');
    const state = stateAt(path, (name) => left.has(name));
    if (method !== 'DELETE') return state ?? read(names);
    for (const name of names) left.delete(name);
    return { acknowledged: true };
  };
  const es: Elasticsearch = { request: async (request) => answer(request) };
  return { es, behind: (alias: string) => holders([alias]) };
}

function performOn(es: Elasticsearch) {
  const connection = { namespace: 'search', name: 'main', uid: 'connection' };
  const cluster = { es, connection, clusterUuid: 'cluster', protects: () => false };
  return createPerform({
    // A cast: nothing else of it is used.
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings: createListings(),
    policies: () => [],
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  });
}

const remove = (index: string, alias: string): AliasChange => ({ type: 'Remove', index, uuid: index, alias });
const add = (index: string, alias: string): AliasChange => ({
  type: 'Add',
  index,
  uuid: index,
  alias,
  definition: {},
});
const windows = [{ name: 'shown' }, { name: 'shown-{date:yyyy}' }];
const shows = policyOf([{ name: 'b', series: 'b-{date:yyyy}', aliases: windows }]);
const deletes = policyOf([{ name: 'a', series: 'a-{date:yyyy}', retention: { maxAge: '1d' } }]);

describe('aliases that change', () => {
  const changed = async (
    aliases: Readonly<Record<string, readonly string[]>>,
    changes: readonly AliasChange[],
    refused: readonly string[] = [],
  ) => {
    const { es, behind } = clusterOf(aliases, refused);
    told.length = 0;
    const change = await performOn(es)({ type: 'UpdateAliases', changes }, shows, pass);
    return { behind, run: change({ run: newRun(NOW) }).run };
  };

  it('lose no last index although the plan saw another one behind them', async () => {
    const changes = [remove('b-2014', 'shown'), add('b-2015', 'other')];
    const { behind, run } = await changed({ 'b-2014': ['shown'], 'b-2015': [] }, changes);
    expect([behind('shown'), behind('other')]).toEqual([['b-2014'], ['b-2015']]);
    expect(run).toMatchObject({ aliasesAdded: 1, aliasesRemoved: 0, failed: 0, aliasesTried: true });
  });

  it('lose it once another one is behind them, or comes', async () => {
    const there = { 'b-2014': ['shown'], 'a-2013': ['shown'] };
    expect((await changed(there, [remove('b-2014', 'shown')])).behind('shown')).toEqual(['a-2013']);
    const changes = [remove('b-2014', 'shown'), add('b-2015', 'shown')];
    const { behind } = await changed({ 'b-2014': ['shown'], 'b-2015': [] }, changes);
    expect(behind('shown')).toEqual(['b-2015']);
  });

  it('do so alias by alias where one of them is refused, and that one is named', async () => {
    const changes = [add('b-2015', 'bad'), add('b-2015', 'shown'), remove('b-2014', 'shown')];
    const { behind, run } = await changed({ 'b-2014': ['shown'], 'b-2015': [] }, changes, ['bad']);
    expect([behind('bad'), behind('shown')]).toEqual([[], ['b-2015']]);
    expect(run).toMatchObject({ aliasesAdded: 1, aliasesRemoved: 1, failed: 1, aliasesFailed: 1 });
    expect(run).toMatchObject({ aliasesRefused: ['bad'], aliasRefusal: 'it may not' });
    expect(run?.aliasesChanged).toEqual(['shown']);
  });

  it('are logged one by one, on whose word, and a few hundred of them at most', async () => {
    const by = { policy: 'policy-1', generation: 1 };
    const one = (index: string, alias: string, change: string) => ({
      index,
      uuid: index,
      alias,
      change,
      ...by,
    });
    const changes = [add('b-2015', 'shown'), remove('b-2014', 'shown')];
    await changed({ 'b-2014': ['shown'], 'b-2015': [] }, changes);
    expect(told).toEqual([one('b-2015', 'shown', 'add'), one('b-2014', 'shown', 'remove')]);
    await changed(
      { 'b-2015': [] },
      Array.from({ length: 203 }, (_, at) => add('b-2015', `a-${at}`)),
    );
    expect(told).toHaveLength(201);
    expect(told.slice(-2)).toEqual([one('b-2015', 'a-199', 'add'), { more: 3, ...by }]);
  });

  it('are not logged where they are left out', async () => {
    const changes = [remove('b-2014', 'shown'), add('b-2015', 'other')];
    await changed({ 'b-2014': ['shown'], 'b-2015': [] }, changes);
    expect(told).toMatchObject([{ index: 'b-2015', alias: 'other' }]);
  });

  it('end with their partition all the same', async () => {
    const { behind } = await changed({ 'b-2014': ['shown-2014'] }, [remove('b-2014', 'shown-2014')]);
    expect(behind('shown-2014')).toEqual([]);
  });
});

describe('a policy that takes its last index out of an alias, and one that deletes the other index behind it', () => {
  const batch = [{ name: 'a-2013', uuid: 'a-2013' }];
  const removal = [remove('b-2014', 'shown')];
  const steps = (perform: ReturnType<typeof performOn>) => ({
    take: () => perform({ type: 'UpdateAliases', changes: removal }, shows, pass),
    delete: () => perform({ type: 'DeleteBatch', plan: 'p', batch }, deletes, pass),
  });

  it.each([
    ['take', 'delete', 'a-2013'],
    ['delete', 'take', 'b-2014'],
  ] as const)('leave one of the two: %s goes before %s', async (first, second, stays) => {
    const { es, behind } = clusterOf({ 'b-2014': ['shown'], 'a-2013': ['shown'] });
    const step = steps(performOn(es));
    expect(await Promise.allSettled([step[first](), step[second]()])).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { reason: 'WaitingForTurn' } },
    ]);
    await step[second]();
    expect(behind('shown')).toEqual([stays]);
  });
});
