import { describe, expect, it } from 'vitest';
import { index, observed, request, run, spec } from '../../../test/support/reindex-situations.ts';
import { planNotes } from './plan-notes.ts';

const mappings = {
  dynamic: 'strict',
  properties: { sku: { type: 'text' }, order: { properties: { n: { type: 'long' } } } },
};
const template = { settings: {}, mappings: {} };
const of = (over: object, settings: object = { number_of_shards: '4' }) =>
  planNotes(spec(over), index('orders-v1', { mappings, settings }), { template });
const to = (destination: object) => ({ destination: { index: 'orders-v2', ...destination } });
const shards = (number: number) => to({ settings: { index: { number_of_shards: number } } });
const ofWrites = (copies: number) => ({ 'index.write.wait_for_active_shards': copies });
const fields = (properties: object) => to({ mappings: { properties } });

describe('a source that is not copied as a whole', () => {
  const source = { index: 'orders-v1', query: { term: { a: 1 } } };
  const remove = { sourceAfter: { policy: 'Delete' } };

  it('is kept although it is to be deleted, which is said in the plan', () => {
    expect(of({ source, ...remove })).toEqual([expect.stringContaining('does not delete orders-v1')]);
    expect(of({ source })).toEqual([]);
    expect(of(remove)).toEqual([expect.stringContaining('_clone')]);
  });
});

it('an old index that is kept since the copy does not have all of its content is told in the plan', () => {
  const note = expect.stringContaining('does not keep the whole _source');
  const over = to({ mappings: { _source: { enabled: false } } });
  expect(of({ ...over, sourceAfter: { policy: 'Delete' } })).toContainEqual(note);
  expect(of(over)).not.toContainEqual(note);
});

it('a series that deletes its sources says that there is no way back', () => {
  const series = { ...spec(), source: { index: 'orders-v1', series: 'orders-v1-{date:yyyy}' } };
  const notes = (policy: 'Retain' | 'Delete') =>
    planNotes({ ...series, sourceAfter: { policy, rollbackWindow: '0s' } }, index('orders-v1'), { template });
  const note = expect.stringContaining('no rollback window');
  expect(notes('Delete')).toContainEqual(note);
  expect(notes('Retain')).not.toContainEqual(note);
  expect(of({ sourceAfter: { policy: 'Delete' } })).not.toContainEqual(note);
});

it('documents that may take the place of each other are told in the plan', () => {
  const source = index('orders-v1', { mappings, settings: { number_of_shards: '5' } });
  const fewer = spec(shards(1));
  const notes = (over: typeof fewer, routed: number) => planNotes(over, source, { routed }).join();
  expect(notes(fewer, 7)).toContain('7 documents of orders-v1 have a routing');
  expect(notes(fewer, 0)).not.toContain('routing');
  expect(notes(spec({}), 7)).not.toContain('routing');
  const partitioned = spec(to({ settings: { 'index.routing_partition_size': 2 } }));
  expect(notes(partitioned, 7)).toContain('have a routing');
});

describe('writes that were to wait for more copies than there will be', () => {
  const waiting = { number_of_shards: '4', number_of_replicas: '2', write: { wait_for_active_shards: '3' } };
  const note = expect.stringContaining('without index.write.wait_for_active_shards: 3');
  const given = (settings: object, over: object = { createFrom: 'Template' }) =>
    planNotes(spec(to(over)), index('orders-v1'), { template: { settings, mappings: {} } });

  it.each([
    ['with fewer replicas than the source', of(to({ settings: { number_of_replicas: 1 } }), waiting)],
    ['by the request', of(to({ settings: { 'write.wait_for_active_shards': 3 } }))],
    ['by a template', given(waiting, { createFrom: 'Template', settings: { number_of_replicas: 0 } })],
  ])('are told in the plan: %s', (_, notes) => {
    expect(notes).toContainEqual(note);
  });

  it.each([
    ['with as many replicas', of({}, waiting)],
    ['for whatever copies there are', of({}, { ...waiting, write: { wait_for_active_shards: 'all' } })],
    ['with a number of its own', of(to({ settings: { number_of_replicas: 0, ...ofWrites(1) } }), waiting)],
    [
      'where Elasticsearch chooses',
      of(to({ settings: { auto_expand_replicas: '0-all' } }), { ...waiting, number_of_replicas: '1' }),
    ],
    ['from a template with enough replicas', given(waiting)],
    ['from nothing of the source', given({}, { createFrom: 'Empty' })],
  ])('are no matter %s', (_, notes) => {
    expect(notes).not.toContainEqual(expect.stringContaining('wait_for_active_shards'));
  });

  it('are not known where no template can be read', () => {
    const over = spec(to({ createFrom: 'Template', settings: ofWrites(3) }));
    expect(planNotes(over, index('orders-v1'), {})).not.toContainEqual(note);
  });
});

it('templates that cannot be read are told in the plan', () => {
  const [over, source] = [spec(to({ createFrom: 'Template' })), index('orders-v1', {})];
  expect(planNotes(over, source, {})).toEqual([expect.stringContaining('manage_index_templates')]);
  expect(planNotes(over, source, { template })).toEqual([]);
  expect(planNotes(spec(to({ createFrom: 'Empty' })), source, {})).toEqual([]);
});

it('an approval that nothing waits for is told in the plan', () => {
  const approval = 'BeforeCutover';
  const note = expect.stringContaining('approval');
  expect(of({ ...to({ createFrom: 'Empty' }), approval, writeMode: 'CopyOnly' })).toEqual([note]);
  expect(of({ ...to({ createFrom: 'Empty' }), approval })).toEqual([]);
});

it.each([
  ['that all aliases move', { aliases: { move: 'All' } }, 'aliases.move: All'],
  ['that some aliases move', { aliases: { move: 'Listed', names: ['orders'] } }, 'aliases.move: Listed'],
  ['how long writes may be blocked', { maxWriteOutage: '10s' }, 'maxWriteOutage'],
])('a CopyOnly that says %s is told in the plan that it has no effect', (_, over, field) => {
  const copyOnly = { ...to({ createFrom: 'Empty' }), writeMode: 'CopyOnly' };
  const note = expect.stringContaining(`spec.${field} has no effect`);
  expect(of({ ...copyOnly, ...over })).toEqual([note]);
  expect(of({ ...copyOnly, ...over, writeMode: 'Online' })).toEqual([]);
  expect(of({ ...copyOnly, aliases: { move: 'None' } })).toEqual([]);
});

describe('a cheaper way', () => {
  it.each([
    ['a copy of the same', {}, 'POST /orders-v1/_clone/orders-v2'],
    ['other settings', to({ settings: { refresh_interval: '30s' } }), '/_clone/'],
    [
      'limits',
      to({ settings: { 'index.mapping.total_fields.limit': 2000, max_result_window: 5 } }),
      '/_clone/',
    ],
    ['a log of slow queries', to({ settings: { search: { slowlog: { level: 'info' } } } }), '/_clone/'],
    ['mappings that say what is there', fields({ sku: { type: 'text' } }), '/_clone/'],
    ['twice the shards', shards(8), 'POST /orders-v1/_split/orders-v2'],
    ['as many shards as can be', shards(1024), '/_split/'],
    ['half of the shards', shards(2), 'POST /orders-v1/_shrink/orders-v2'],
    ['a new field', fields({ color: { type: 'keyword' } }), 'PUT /orders-v1/_mapping'],
    ['a new field below one', fields({ order: { properties: { id: { type: 'keyword' } } } }), '/_mapping'],
    ['another way to index a field', fields({ sku: { fields: { raw: { type: 'keyword' } } } }), '/_mapping'],
  ])('for %s is suggested in the plan', (_, over, call) => {
    expect(of(over)).toEqual([expect.stringContaining(call)]);
  });

  it.each([
    ['three times the shards', shards(12)],
    ['a number of shards that is no part', shards(3)],
    ['more shards than can be', shards(2048)],
    ['another analysis', to({ settings: { analysis: { analyzer: { a: { type: 'standard' } } } } })],
    ['another mode', to({ settings: { 'index.mode': 'logsdb' } })],
    ['another way to keep the source', to({ settings: { 'index.mapping.source.mode': 'synthetic' } })],
    ['another order', to({ settings: { index: { sort: { field: ['sku'], order: ['asc'] } } } })],
    ['another partition', to({ settings: { 'index.routing_partition_size': 2, number_of_shards: 8 } })],
    ['another way to be split', to({ settings: { number_of_routing_shards: 16 } })],
    ['another codec', to({ settings: { codec: 'best_compression' } })],
    ['another type', fields({ sku: { type: 'keyword' } })],
    ['another parameter of a field', fields({ sku: { index: false } })],
    [
      'a new field and other settings',
      to({ mappings: { properties: { a: { type: 'long' } } }, settings: { number_of_replicas: 2 } }),
    ],
    ['other dynamic mappings', to({ mappings: { dynamic: 'true' } })],
    ['a part of the documents', { source: { index: 'orders-v1', query: { term: { a: 1 } } } }],
    ['changed documents', { transform: { renames: [{ from: 'a', to: 'b' }] } }],
    ['an index from a template', to({ createFrom: 'Template' })],
  ])('for %s is not known', (_, over) => {
    expect(of(over)).toEqual([]);
  });

  it('is known for settings that only say what is there', () => {
    const settings = { number_of_shards: '4', sort: { field: ['sku', 'n'] }, codec: 'best_compression' };
    const same = to({ settings: { 'index.sort.field': ['sku', 'n'], 'index.codec': 'best_compression' } });
    expect(of(same, settings)).toEqual([expect.stringContaining('/_clone/')]);
    expect(of(same, { ...settings, codec: 'default' })).toEqual([]);
  });

  it('heeds into how many shards an index was made to be split', () => {
    expect(of(shards(8), { number_of_shards: '4', number_of_routing_shards: '4' })).toEqual([]);
    expect(of(shards(12), { number_of_shards: '4', number_of_routing_shards: '12' })).toHaveLength(1);
  });

  it('is said in the plan, and with a dry run to whoever looks', () => {
    const { status } = run(request({ phase: 'Validating' }), observed());
    expect(status.plan?.notes).toEqual([expect.stringContaining('_clone')]);
    const { ready } = run(request({ ...status, phase: 'Planned' }, { dryRun: true }), observed());
    expect(ready.message).toContain('_clone');
  });
});
