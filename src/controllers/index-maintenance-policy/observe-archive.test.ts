import { describe, expect, it } from 'vitest';
import { indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { readArchivable } from './observe-archive.ts';
import { compileTargets } from './targets.ts';

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const targetsOf = (query: object | undefined) =>
  compileTargets(policyOf([{ name: 'a', pattern: 'docs-*', archive: { ...archive, query } }]).spec);
const NAMES = ['docs-1', 'docs-2', 'docs-3'];
const shards = { failed: 0, successful: 1, total: 1 };

const failing = (errorClass: ErrorClass) =>
  new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: errorClass });

/** Each index has five documents that are old enough, and a request about one of these is refused as a whole. */
function clusterOf(
  refusals: Readonly<Record<string, ErrorClass>>,
  red: readonly string[] = [],
  silent: readonly string[] = [],
  _query?: object,
) {
  const asked: string[] = [];
  const count = (names: readonly string[]) => {
    const [reason] = names.flatMap((name) => refusals[name] ?? []);
    if (reason !== undefined) throw failing(reason);
    const buckets = names.map((key) => ({ key, doc_count: 5 }));
    const aggregations = { indices: { sum_other_doc_count: 0, buckets } };
    return { timed_out: false, _shards: shards, aggregations };
  };
  const es: Elasticsearch = {
    request: async ({ path }) => {
      asked.push(path);
      const names = path.split('/')[1]?.split(',') ?? [];
      if (path.endsWith('/_field_caps') && names.some((name) => silent.includes(name)))
        throw failing('blocked');
      if (path.endsWith('/_field_caps')) return { indices: names, fields: { date: { date: {} } } };
      if (path.endsWith('/_search')) return count(names);
      const status = (name: string) => ({ status: red.includes(name) ? 'red' : 'green' });
      return { indices: Object.fromEntries(NAMES.map((name) => [name, status(name)])) };
    },
  };
  // A cast: nothing else of it is used.
  return { asked, cluster: { es } as unknown as Cluster };
}

async function read(...given: Parameters<typeof clusterOf>) {
  const { asked, cluster } = clusterOf(...given);
  const health = given[1] === undefined ? ('green' as const) : ('red' as const);
  const listing = { indices: NAMES.map((name) => indexOf(name)), health };
  const signal = new AbortController().signal;
  const facts = (await readArchivable(cluster, targetsOf(given[3]), listing, 0, signal)).get('a');
  return {
    asked,
    documents: NAMES.map((name) => facts?.documents.get(`uuid-of-${name}`)),
    unread: Object.fromEntries(facts?.unread ?? []),
  };
}

describe('what is to be archived', () => {
  it('is asked in few requests', async () => {
    const { asked, documents, unread } = await read({});
    expect([asked.length, documents, unread]).toEqual([2, [5, 5, 5], {}]);
  });

  it('is told of the others where the login may not read one: that one is not taken for empty', async () => {
    const { documents, unread } = await read({ 'docs-2': 'forbidden' });
    expect([documents, unread]).toEqual([[5, 0, 5], { 'docs-2': 'ArchivalRefused' }]);
  });

  it.each<ErrorClass>(['blocked', 'invalid'])(
    'is told of the others where a request about one is refused as %s',
    async (reason) => {
      const { documents, unread } = await read({ 'docs-2': reason });
      expect([documents, unread]).toEqual([[5, 0, 5], { 'docs-2': 'ArchivalRefused' }]);
    },
  );

  it('is told of the others where one does not even tell its fields', async () => {
    const { documents, unread } = await read({}, undefined, ['docs-1']);
    expect([documents, unread]).toEqual([[0, 5, 5], { 'docs-1': 'ArchivalRefused' }]);
  });

  it('cannot be told by a query that every index refuses', async () => {
    const all = Object.fromEntries(NAMES.map((name) => [name, 'invalid' as const]));
    await expect(read(all, undefined, [], { term: { a: { b: 1 } } })).rejects.toMatchObject({
      reason: 'InvalidSpec',
      message: 'spec.targets[a].archive.query: Elasticsearch refuses it for every index of the target',
    });
    const { unread } = await read({ ...all, 'docs-3': 'blocked' }, undefined, [], { term: { a: 1 } });
    expect(Object.keys(unread)).toEqual(NAMES);
  });

  it('is nothing of an index that is gone since it was listed', async () => {
    const { documents, unread } = await read({ 'docs-1': 'indexNotFound' });
    expect([documents, unread]).toEqual([[0, 5, 5], {}]);
  });

  it('is not asked of an index that has a shard missing, and not at all of a fault', async () => {
    const { asked, documents, unread } = await read({}, ['docs-3']);
    expect([documents, unread]).toEqual([[5, 5, 0], { 'docs-3': 'IndexUnhealthy' }]);
    expect(asked.at(-1)).toBe('/docs-1,docs-2/_search');
    await expect(read({ 'docs-1': 'unavailable' })).rejects.toMatchObject({ errorClass: 'unavailable' });
  });
});
