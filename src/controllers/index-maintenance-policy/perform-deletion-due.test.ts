import { describe, expect, it } from 'vitest';
import { calm, indexOf, policyOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import type { MaintenanceDependencies } from './observe.ts';
import { dueNow } from './perform-deletion-due.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2016-03-01T00:30:00Z');
const OLD = NOW - 90 * DAY;
const shards = { failed: 0, successful: 1, total: 1 };
const NAMES = ['docs-1', 'docs-2'];

/** The date of a document that no search finds before its index is refreshed, by index. */
type Fresh = Readonly<Record<string, number>>;

/** Each index has one old document that everybody sees; `refusals` are those of a refresh. */
function clusterOf(fresh: Fresh, refusals: Readonly<Record<string, ErrorClass>>, all = NAMES) {
  const refreshed = new Set<string>();
  const refresh = (name = '') => {
    const errorClass = refusals[name];
    if (errorClass) throw new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: '' });
    refreshed.add(name);
    return { _shards: shards };
  };
  const seen = (name: string) => (refreshed.has(name) ? (fresh[name] ?? OLD) : OLD);
  const search = (names: readonly string[], body: unknown) => {
    const isAge = JSON.stringify(body).includes('newest');
    const buckets = names.flatMap((key): object[] => {
      if (isAge) return [{ key, newest: { value: seen(key) } }];
      return seen(key) === OLD ? [] : [{ key, doc_count: 1 }];
    });
    return {
      timed_out: false,
      _shards: shards,
      aggregations: { indices: { sum_other_doc_count: 0, buckets } },
    };
  };
  const es: Elasticsearch = {
    request: async ({ path, body }) => {
      const names = path.split('/')[1]?.split(',') ?? [];
      if (path.endsWith('/_field_caps')) return { indices: names, fields: { at: { date: {} } } };
      return path.endsWith('/_refresh') ? refresh(names[0]) : search(names, body);
    },
  };
  // Casts: nothing else of them is used.
  const cluster = { es } as unknown as Cluster;
  const listings = { of: async () => ({ indices: all.map((name) => indexOf(name)) }) };
  return { refreshed, cluster, dependencies: { listings } as unknown as MaintenanceDependencies };
}

async function due(target: SpecPart, ...given: Parameters<typeof clusterOf>) {
  const { refreshed, cluster, dependencies } = clusterOf(...given);
  const told: unknown[] = [];
  const log = { info: (fields: object) => void told.push(fields), warn: () => undefined };
  const context = {
    policy: policyOf([{ name: 'a', pattern: 'docs-*', ...target }]),
    cluster,
    pass: { now: NOW, signal: new AbortController().signal, log },
    dependencies,
  };
  const doomed = await dueNow(
    NAMES.map((name) => indexOf(name)),
    calm,
    context,
  );
  const names = doomed.indices.map(({ name }) => name);
  return { names, refused: [...doomed.refused.keys()], refreshed: [...refreshed], told };
}

const age = { from: 'MaxTimestamp', field: 'at' };
const archive = { olderThan: '30d', field: 'at', destination: 'archive' };

describe('an index with documents that nobody has seen yet', () => {
  it('stays when they make it young', async () => {
    const { names, told } = await due({ age, retention: { maxAge: '30d' } }, { 'docs-2': NOW - DAY }, {});
    expect([names, told]).toEqual([['docs-1'], [{ index: 'docs-2', reason: 'Young' }]]);
  });

  it('stays when they make it one of the newest', async () => {
    const newer = ['docs-1', 'docs-2', 'docs-3'];
    const fresh = { 'docs-2': NOW - DAY };
    const { names, told } = await due({ age, retention: { maxCount: 1 } }, fresh, {}, newer);
    expect([names, told]).toEqual([['docs-1'], [{ index: 'docs-2', reason: 'WithinLimits' }]]);
  });

  it('stays when they are to be archived', async () => {
    const target = { retention: { maxAge: '30d' }, archive };
    const { names, told } = await due(target, { 'docs-1': OLD - DAY }, {});
    expect([names, told]).toEqual([['docs-2'], [{ index: 'docs-1', reason: 'NotArchived' }]]);
  });

  it('stays, and has failed, when the login may not refresh it', async () => {
    const { names, refused } = await due(
      { age, retention: { maxAge: '30d' } },
      {},
      { 'docs-1': 'forbidden' },
    );
    expect([names, refused]).toEqual([['docs-2'], ['docs-1']]);
  });

  it('keeps no other one when it is gone by now', async () => {
    const { refused, refreshed } = await due(
      { age, retention: { maxAge: '30d' } },
      {},
      { 'docs-1': 'indexNotFound' },
    );
    expect([refused, refreshed]).toEqual([[], ['docs-2']]);
  });

  it('is not looked for where nothing goes by documents', async () => {
    const { names, refreshed } = await due({ retention: { maxAge: '30d' } }, { 'docs-1': NOW }, {});
    expect([names, refreshed]).toEqual([NAMES, []]);
  });
});

/** Whoever may edit status can name any index of the cluster in a batch. */
describe('an index that status has named', () => {
  const YOUNG = NOW - Date.parse('2016-01-01T00:00:00Z') + DAY;

  it.each([
    ['Young', { retention: { maxAge: `${YOUNG / 1_000}s` } }],
    ['NoRetention', {}],
    ['NoTarget', { exclude: ['docs-*'], retention: { maxAge: '1d' } }],
    ['NoTarget', { pattern: 'logs-*', retention: { maxAge: '1d' } }],
    ['WithinLimits', { retention: { maxCount: 4 } }],
    ['MinCount', { retention: { maxAge: '1d', minCount: 4 } }],
  ])('stays when no rule wants it gone: %s', async (reason, target) => {
    const { names, told } = await due(target, {}, {}, [...NAMES, 'docs-3', 'docs-4']);
    expect(names).toEqual([]);
    expect(new Set(told)).toEqual(new Set(NAMES.map((index) => ({ index, reason }))));
  });

  it('goes when it is beyond what a rule counts, together with all others', async () => {
    const { names } = await due({ retention: { maxCount: 2 } }, {}, {}, [...NAMES, 'docs-3', 'docs-4']);
    expect(names).toEqual(NAMES);
  });
});
