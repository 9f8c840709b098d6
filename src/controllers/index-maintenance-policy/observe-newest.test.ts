import { describe, expect, it } from 'vitest';
import { indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { readNewest } from './observe-newest.ts';
import { compileTargets } from './targets.ts';

const age = { from: 'MaxTimestamp', field: 'at' };
const targets = compileTargets(policyOf([{ name: 'a', pattern: 'docs-*', age }]).spec);
const SECONDS = 1_767_225_600;
const isOfSeconds = (name: string) => name.endsWith('seconds');
const NO_VALUES = 'without doc values';
const shards = { failed: 0, successful: 1, total: 1 };

const refused = (errorClass: ErrorClass) =>
  new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: '' });

/** What Elasticsearch says of fields of these types: a number is told as it is, and text refused for all. */
function clusterOf(types: Readonly<Record<string, string>>, red: readonly string[]) {
  const asked: string[] = [];
  const newest = (names: readonly string[]) => {
    if (names.some((name) => red.includes(name) || ['keyword', NO_VALUES].includes(types[name] ?? '')))
      throw refused('invalid');
    const value = (name: string) => ({ value: isOfSeconds(name) ? SECONDS : SECONDS * 1_000 });
    const buckets = names.map((key) => ({ key, newest: value(key) }));
    const aggregations = { indices: { sum_other_doc_count: 0, buckets } };
    return { timed_out: false, _shards: shards, aggregations };
  };
  const capabilities = (names: readonly string[]) => {
    if (names.some((name) => types[name] === 'blocked')) throw refused('blocked');
    const typeOf = (name: string) => (types[name] === NO_VALUES ? 'date' : (types[name] ?? 'unmapped'));
    const known = [...new Set(names.map(typeOf))];
    const those = (type: string) => names.filter((name) => typeOf(name) === type);
    const fields = { at: Object.fromEntries(known.map((type) => [type, { indices: those(type) }])) };
    return { indices: names, fields };
  };
  const es: Elasticsearch = {
    request: async ({ path }) => {
      asked.push(path);
      const names = path.split('/')[1]?.split(',') ?? [];
      if (path.endsWith('/_field_caps')) return capabilities(names);
      if (path.endsWith('/_search')) return newest(names);
      const status = (name: string) => ({ status: red.includes(name) ? 'red' : 'green' });
      return { indices: Object.fromEntries(Object.keys(types).map((name) => [name, status(name)])) };
    },
  };
  // A cast: nothing else of it is used.
  return { asked, cluster: { es } as unknown as Cluster };
}

const passOf = (told: Record<string, unknown>[]) => ({
  signal: new AbortController().signal,
  log: { info: () => undefined, warn: (fields: Record<string, unknown>) => void told.push(fields) },
});

async function read(types: Readonly<Record<string, string>>, red: readonly string[] = []) {
  const { asked, cluster } = clusterOf(types, red);
  const health = red.length > 0 ? ('red' as const) : ('green' as const);
  const listing = { indices: Object.keys(types).map((name) => indexOf(name)), health };
  const told: Record<string, unknown>[] = [];
  const newest = await readNewest(cluster, targets, listing, passOf(told));
  return { told, asked, newest: Object.fromEntries(newest) };
}

describe('the newest timestamp', () => {
  it('is asked in two requests, of dates of both kinds', async () => {
    const { asked, newest, told } = await read({ 'docs-1': 'date', 'docs-2': 'date_nanos', other: 'date' });
    expect(newest).toEqual({ 'uuid-of-docs-1': SECONDS * 1_000, 'uuid-of-docs-2': SECONDS * 1_000 });
    expect(told).toEqual([]);
    expect(asked).toEqual(['/docs-1,docs-2/_field_caps', '/docs-1,docs-2/_search']);
  });

  it('is none of a number, whatever it counts', async () => {
    const { newest } = await read({ 'docs-1': 'long', 'docs-2': 'date', 'docs-3': 'unmapped' });
    expect(newest).toEqual({ 'uuid-of-docs-2': SECONDS * 1_000 });
  });

  it('is none of a date field that takes seconds for milliseconds', async () => {
    const { newest } = await read({ 'docs-seconds': 'date', 'docs-2': 'date' });
    expect(newest).toEqual({ 'uuid-of-docs-2': SECONDS * 1_000 });
  });

  it('is told of the others where the field is text in one', async () => {
    const { newest } = await read({ 'docs-1': 'keyword', 'docs-2': 'date' });
    expect(newest).toEqual({ 'uuid-of-docs-2': SECONDS * 1_000 });
  });

  it('is told of the others where one cannot be asked about its fields, or about their values', async () => {
    const types = { 'docs-1': 'blocked', 'docs-2': 'without doc values', 'docs-3': 'date', 'docs-4': 'date' };
    const { newest, told } = await read(types);
    const at = SECONDS * 1_000;
    expect(newest).toEqual({ 'uuid-of-docs-3': at, 'uuid-of-docs-4': at });
    const indices = { 'docs-1': 'blocked', 'docs-2': 'invalid' };
    expect(told).toEqual([{ field: 'at', refused: 2, indices }]);
  });

  it('is that of the field of the first target that takes the index', async () => {
    const other = { name: 'b', pattern: '*', age: { from: 'MaxTimestamp', field: 'seconds' } };
    const two = compileTargets(policyOf([{ name: 'a', pattern: 'docs-*', age }, other]).spec);
    const { asked, cluster } = clusterOf({ 'docs-1': 'date' }, []);
    const listing = { indices: [indexOf('docs-1')], health: 'green' } as const;
    const newest = await readNewest(cluster, two, listing, passOf([]));
    expect(Object.fromEntries(newest)).toEqual({ 'uuid-of-docs-1': SECONDS * 1_000 });
    expect(asked).toHaveLength(2);
  });

  it('is told of the others where a shard of one is missing', async () => {
    const { newest } = await read({ 'docs-1': 'date', 'docs-2': 'date' }, ['docs-2']);
    expect(newest).toEqual({ 'uuid-of-docs-1': SECONDS * 1_000 });
  });

  it('is not asked where the field is a date nowhere', async () => {
    const { asked, newest } = await read({ 'docs-1': 'long' });
    expect([asked, newest]).toEqual([['/docs-1/_field_caps'], {}]);
  });
});
