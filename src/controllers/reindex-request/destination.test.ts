import { describe, expect, it } from 'vitest';
import { flatten } from '../index-settings.ts';
import { creationBody } from './destination.ts';
import { type DestinationMark, markOf, withMark } from './destination-mark.ts';
import {
  hardenedSettings,
  hasSettings,
  leftPipelines,
  servingSettings,
  shownSettings,
  tunedSettings,
  valuesToRestore,
} from './destination-settings.ts';
import { possibleSettings, triedSettings } from './tried-settings.ts';

const mark: DestinationMark = {
  uid: 'u',
  specHash: 'h',
  sourceIndex: 'a',
  sourceUuid: 's',
  attempt: 1,
  blockedBefore: false,
  state: 'copying',
};
const fromSource = { createFrom: 'Source', copyReplicas: false } as const;
const source = {
  settings: {
    uuid: 'x',
    creation_date: '1700000000000',
    provided_name: 'a',
    version: { created: '9' },
    number_of_shards: '2',
    number_of_replicas: '1',
    refresh_interval: '5s',
    blocks: { write: 'true' },
    verified_read_only: 'true',
    lifecycle: { name: 'policy' },
    default_pipeline: 'enrich',
    analysis: { analyzer: { a: { type: 'custom', filter: ['lowercase', 'stop'] } } },
  },
  mappings: { properties: { n: { type: 'long' } }, _meta: { owner: 'team', 'es-steward': { uid: 'older' } } },
};

describe('creationBody', () => {
  const body = creationBody(
    {
      ...fromSource,
      settings: { index: { number_of_shards: 5 } },
      mappings: { properties: { n: { type: 'keyword' } } },
    },
    source,
    mark,
  );

  it('takes analysis and settings of the source, with those of the request laid over', () => {
    expect(body.settings).toMatchObject({
      'index.number_of_shards': 5,
      'index.refresh_interval': '5s',
      'index.analysis.analyzer.a.filter': ['lowercase', 'stop'],
    });
  });

  it.each([
    'uuid',
    'creation_date',
    'provided_name',
    'version.created',
    'blocks.write',
    'verified_read_only',
    'lifecycle.name',
    'default_pipeline',
  ])('leaves %s to the source', (key) => {
    expect(body.settings).not.toHaveProperty([`index.${key}`]);
  });

  it('takes nothing that only Elasticsearch may set, or a mount in its place', () => {
    const mounted = {
      number_of_shards: '2',
      store: { type: 'snapshot', snapshot: { partial: 'true', snapshot_name: 's', repository_name: 'r' } },
      recovery: { type: 'SNAPSHOT_PREWARM' },
      routing: {
        allocation: { include: { _tier_preference: 'data_frozen' }, disk: { watermark: { ignore: 'true' } } },
      },
      allocation: { existing_shards_allocator: 'searchable_snapshot_allocator' },
      shard_limit: { group: 'frozen' },
      xpack: { ccr: { following_index: 'true' } },
      downsample: { source: { name: 'a', uuid: 'u' }, status: 'success' },
      frozen: 'true',
      search: { throttled: 'true' },
    };
    expect(creationBody(fromSource, { settings: mounted, mappings: {} }, mark).settings).toEqual({
      'index.number_of_shards': '2',
      'index.hidden': true,
    });
    const chosen = {
      store: { type: 'niofs', preload: ['nvd'] },
      routing: { allocation: { include: { _tier_preference: 'data_warm,data_hot' } } },
    };
    expect(creationBody(fromSource, { settings: chosen, mappings: {} }, mark).settings).toMatchObject(
      flatten(chosen),
    );
  });

  it('is hidden from its first moment', () => {
    expect(body.settings['index.hidden']).toBe(true);
  });

  it('carries our mark beside what the user keeps in _meta', () => {
    expect(body.mappings).toEqual({
      properties: { n: { type: 'keyword' } },
      _meta: { owner: 'team', 'es-steward': mark },
    });
  });

  it.each<[string, object, object, object]>([
    [
      'of another type is another field',
      { type: 'text', analyzer: 'english', fields: { keyword: { type: 'keyword' } } },
      { type: 'keyword' },
      { type: 'keyword' },
    ],
    [
      'of the same type keeps what is not said',
      { type: 'date', format: 'epoch_millis', index: false },
      { type: 'date', index: true },
      { type: 'date', format: 'epoch_millis', index: true },
    ],
    [
      'without a type only adds',
      { type: 'text', analyzer: 'english' },
      { fields: { raw: { type: 'keyword' } } },
      { type: 'text', analyzer: 'english', fields: { raw: { type: 'keyword' } } },
    ],
    [
      'that was an object and is flattened has no fields below it',
      { properties: { b: { type: 'keyword' } } },
      { type: 'flattened' },
      { type: 'flattened' },
    ],
    [
      'that becomes nested keeps the fields below it',
      { properties: { b: { type: 'keyword' } } },
      { type: 'nested' },
      { type: 'nested', properties: { b: { type: 'keyword' } } },
    ],
    [
      'that becomes an object is no keyword any more',
      { type: 'keyword', ignore_above: 9 },
      { properties: { b: { type: 'long' } } },
      { properties: { b: { type: 'long' } } },
    ],
    [
      'is told from a parameter of its name',
      { properties: { properties: { type: 'text', analyzer: 'english' }, type: { type: 'long' } } },
      { properties: { properties: { type: 'keyword' } } },
      { properties: { properties: { type: 'keyword' }, type: { type: 'long' } } },
    ],
  ])('a field %s', (_, before, wanted, after) => {
    const mappings = (field: object) => ({
      dynamic: 'strict',
      properties: { field, other: { type: 'long' } },
    });
    const made = creationBody(
      { ...fromSource, mappings: { properties: { field: wanted } } },
      { settings: {}, mappings: mappings(before) },
      mark,
    );
    expect(made.mappings).toMatchObject({ dynamic: 'strict' });
    expect(made.mappings['properties']).toEqual({ field: after, other: { type: 'long' } });
  });

  it('has nothing of a runtime field of another type', () => {
    const runtime = { day: { type: 'keyword', script: { source: 'emit("")' } } };
    const made = creationBody(
      { ...fromSource, mappings: { runtime: { day: { type: 'long' } } } },
      { settings: {}, mappings: { runtime } },
      mark,
    );
    expect(made.mappings['runtime']).toEqual({ day: { type: 'long' } });
  });

  it('takes nothing of the source for Template and Empty', () => {
    expect(creationBody({ createFrom: 'Empty', copyReplicas: false }, source, mark)).toEqual({
      settings: { 'index.hidden': true },
      mappings: { _meta: { 'es-steward': mark } },
    });
  });
});

describe('valuesToRestore', () => {
  const restore = valuesToRestore(fromSource, source, { number_of_replicas: '1', refresh_interval: '5s' });

  it('remembers what the copy changes, and what was not set', () => {
    expect(restore).toMatchObject({
      'index.number_of_replicas': '1',
      'index.refresh_interval': '5s',
      'index.translog.durability': null,
    });
  });

  it('gives the pipelines of the source to its successor, but only afterwards', () => {
    expect(restore['index.default_pipeline']).toBe('enrich');
    expect(tunedSettings(fromSource, {})['index.default_pipeline']).toBe('_none');
  });

  it('makes writers wait only for pipelines that do something, and takes the rest back later', () => {
    expect(servingSettings(restore)).toEqual({ 'index.default_pipeline': 'enrich' });
    const copying = { 'index.default_pipeline': '_none', 'index.final_pipeline': '_none' };
    expect(leftPipelines(restore, copying)).toEqual({ 'index.final_pipeline': null });
    const byUsers = { ...copying, 'index.final_pipeline': 'theirs' };
    expect(leftPipelines(restore, byUsers)).toEqual({});
  });

  it('lets the life cycle go on counting from the creation of the source', () => {
    expect(restore).toMatchObject({
      'index.lifecycle.name': 'policy',
      'index.lifecycle.origination_date': '1700000000000',
    });
  });

  it('keeps visibility and life cycle out of what is set before the aliases move', () => {
    const before = Object.keys(hardenedSettings(restore));
    expect(before.filter((key) => /hidden|lifecycle/.test(key))).toEqual([]);
    expect(shownSettings(restore)).toEqual({
      'index.hidden': null,
      'index.translog.durability': null,
      'index.write.wait_for_active_shards': null,
      'index.lifecycle.name': 'policy',
      'index.lifecycle.origination_date': '1700000000000',
    });
  });

  it('lets a trial tell of what comes with the aliases, but begins no life cycle there', () => {
    const dated = { ...restore, 'index.lifecycle.parse_origination_date': true };
    expect(triedSettings({ ...dated, 'index.hidden': true, 'index.translog.durability': 'async' })).toEqual({
      'index.lifecycle.name': null,
      'index.lifecycle.parse_origination_date': null,
      'index.lifecycle.origination_date': '1700000000000',
    });
  });

  it('gives a policy last what it acts upon', () => {
    const own = { 'index.lifecycle.name': 'policy', 'index.lifecycle.rollover_alias': 'a' };
    expect(Object.keys(shownSettings(own)).at(-1)).toBe('index.lifecycle.name');
  });

  it.each([
    ['that the request brings', { ...fromSource, settings: { lifecycle: { name: 'new' } } }, {}],
    [
      'that a template brings',
      { ...fromSource, createFrom: 'Template' } as const,
      { lifecycle: { name: 'new' } },
    ],
  ])('counts the age of a policy %s from the same moment', (_, spec, natural) => {
    const bare = { settings: { creation_date: '1700000000000' }, mappings: {} };
    const wanted = { 'index.lifecycle.name': 'new', 'index.lifecycle.origination_date': '1700000000000' };
    expect(valuesToRestore(spec, bare, natural)).toMatchObject(wanted);
    const dated = {
      settings: { ...bare.settings, lifecycle: { origination_date: '1600000000000' } },
      mappings: {},
    };
    expect(valuesToRestore(spec, dated, natural)['index.lifecycle.origination_date']).toBe('1600000000000');
  });

  it('counts the age of a policy that comes unforeseen, from a template, from the creation of the copy', () => {
    const bare = { settings: { creation_date: '1700000000000' }, mappings: {} };
    const restore = valuesToRestore(fromSource, bare, { lifecycle: { name: 'of a template' } });
    expect(restore).toMatchObject({
      'index.lifecycle.name': 'of a template',
      'index.lifecycle.origination_date': null,
    });
  });

  it('has no policy while it is filled, whoever brings one', () => {
    const templated = { lifecycle: { name: 'of a template' } };
    expect(tunedSettings(fromSource, templated)).toMatchObject({ 'index.lifecycle.name': null });
    expect(tunedSettings(fromSource, {})).not.toHaveProperty(['index.lifecycle.name']);
  });

  it('takes over every setting of the life cycle, those that the request asks for first', () => {
    const governed = { lifecycle: { name: 'old', rollover_alias: 'a', indexing_complete: 'true' } };
    const asking = { ...fromSource, settings: { 'index.lifecycle.name': 'new' } };
    expect(creationBody(asking, { settings: governed, mappings: {} }, mark).settings).not.toHaveProperty([
      'index.lifecycle.name',
    ]);
    expect(valuesToRestore(asking, { settings: governed, mappings: {} }, {})).toMatchObject({
      'index.lifecycle.name': 'new',
      'index.lifecycle.rollover_alias': 'a',
      'index.lifecycle.indexing_complete': 'true',
    });
  });
});

describe('hardenedSettings', () => {
  it('leaves the number of replicas to Elasticsearch where it expands by itself', () => {
    const restore = { 'index.number_of_replicas': '1', 'index.auto_expand_replicas': '0-1' };
    expect(hardenedSettings(restore)).toEqual({ 'index.auto_expand_replicas': '0-1' });
    expect(hardenedSettings({ ...restore, 'index.auto_expand_replicas': null })).toHaveProperty(
      ['index.number_of_replicas'],
      '1',
    );
  });
});

describe('the copies that a write waits for', () => {
  const waiting = { write: { wait_for_active_shards: '2' }, number_of_replicas: '1' };
  const key = 'index.write.wait_for_active_shards';

  it.each([
    ['of the source', fromSource, waiting, { number_of_replicas: '1' }],
    ['of the request', { ...fromSource, settings: waiting }, {}, { number_of_replicas: '1' }],
    ['of a template', { ...fromSource, createFrom: 'Template' } as const, {}, waiting],
  ])('come with the aliases: those %s', (_, spec, settings, natural) => {
    const from = { settings, mappings: {} };
    expect(creationBody(spec, from, mark).settings).not.toHaveProperty([key]);
    expect(hasSettings({ ...natural, ...tunedSettings(spec, natural) }, { [key]: null })).toBe(true);
    const restore = valuesToRestore(spec, from, natural);
    expect(hardenedSettings(restore)).not.toHaveProperty([key]);
    expect(shownSettings(restore)).toHaveProperty([key], '2');
  });

  it.each([
    ['2', '0', null],
    ['all', '0', 'all'],
    ['2', '1', '2'],
  ])('are no more than there will be: %s with %s replicas', (active, number_of_replicas, restored) => {
    const from = { settings: { write: { wait_for_active_shards: active } }, mappings: {} };
    expect(valuesToRestore(fromSource, from, { number_of_replicas })[key]).toBe(restored);
  });
});

describe('possibleSettings', () => {
  it('goes by the replicas that there are, as the destination will', () => {
    const tried = { 'index.lifecycle.rollover_alias': 'a', 'index.write.wait_for_active_shards': '2' };
    const none = { ...tried, 'index.write.wait_for_active_shards': null };
    expect(possibleSettings(tried, { number_of_replicas: '0' })).toEqual(none);
    expect(possibleSettings(tried, { number_of_replicas: '1' })).toEqual(tried);
    expect(possibleSettings({}, { number_of_replicas: '0' })).toStrictEqual({});
  });
});

describe('tunedSettings', () => {
  it('never gives up durability: an acknowledged document must survive a crash', () => {
    expect(tunedSettings(fromSource, {})['index.translog.durability']).toBe('REQUEST');
  });

  it('leaves replicas alone when they are wanted from the start', () => {
    const tuned = tunedSettings({ createFrom: 'Source', copyReplicas: true }, {});
    expect(Object.keys(tuned).filter((key) => /replicas|active_shards/.test(key))).toEqual([]);
  });
});

describe('hasSettings', () => {
  it.each([
    [{ refresh_interval: '-1' }, { 'index.refresh_interval': '-1' }, true],
    [{ translog: { durability: 'request' } }, { 'index.translog.durability': 'REQUEST' }, true],
    [{}, { 'index.hidden': null }, true],
    [{ hidden: 'true' }, { 'index.hidden': null }, false],
    [{ number_of_replicas: '0' }, { 'index.number_of_replicas': 0 }, true],
    [{ number_of_replicas: '0' }, { 'index.number_of_replicas': 1 }, false],
  ] as const)('%j has %j: %s', (current, wanted, expected) => {
    expect(hasSettings(current, wanted)).toBe(expected);
  });
});

describe('markOf', () => {
  it('reads back what withMark wrote', () => {
    expect(markOf(withMark({}, mark))).toEqual(mark);
  });

  it.each([
    undefined,
    {},
    { _meta: {} },
    { _meta: { 'es-steward': 'x' } },
    { _meta: { 'es-steward': { uid: 1 } } },
  ])('knows a stranger: %j', (mappings) => {
    expect(markOf(mappings)).toBeUndefined();
  });
});

describe('flatten', () => {
  it('makes one of nested, dotted and prefixed keys', () => {
    const flat = { 'index.a.b': 1, 'index.c': [1, 2] };
    expect(flatten({ index: { a: { b: 1 } }, c: [1, 2] })).toEqual(flat);
    expect(flatten({ 'index.a.b': 1, c: [1, 2] })).toEqual(flat);
  });
});
