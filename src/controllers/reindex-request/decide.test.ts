import { describe, expect, it } from 'vitest';
import { reindexRequest, type ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { CLEANUP_FINALIZER } from '../../crds/shared.ts';
import {
  NOW,
  UID,
  EPOCH,
  orders,
  request,
  spec,
  index,
  source,
  fenced,
  destination,
  hardened,
  observed,
  plan,
  planned,
  prepared,
  blocking,
  sums,
  shards,
  copying,
  copied,
  facts,
  inCopy,
  run,
  stage,
  actionsOf,
  counts,
  markWith,
  wholeCopy,
} from '../../../test/support/reindex-situations.ts';
import { decide } from './decide.ts';
import { type DestinationMark, markOf } from './destination-mark.ts';
import { tunedSettings } from './destination-settings.ts';
import { entranceAlias, trialOpaqueId } from './names.ts';
import type { Observed, Peer } from './observed.ts';
import { failedScript } from './script-failure.ts';

describe('taking turns', () => {
  const peer = (over: Partial<Peer>): Peer => ({
    namespace: 'n',
    name: 'other',
    uid: 'b',
    created: '2026-03-01T10:00:00Z',
    phase: 'Copying',
    suspended: false,
    refused: false,
    waitsForName: false,
    awaitsApproval: false,
    source: 'x',
    destination: 'y',
    ...over,
  });

  it('goes on at once when a place is free', () => {
    expect(run(request(), observed({ peers: [peer({})] })).status.phase).toBe('Validating');
  });

  it('waits for the request that is to make its source, also before that one has a phase', () => {
    const maker = peer({ destination: 'orders-v1', phase: undefined, created: '2026-03-01T11:30:00Z' });
    const decision = run(request(), observed({ sources: [], peers: [maker] }));
    expect(decision.ready.reason).toBe('WaitingForTurn');
    expect(decision.status.phase).toBe('Pending');
  });

  it('goes before an older request that waits for its work', () => {
    const follower = peer({
      source: 'orders-v2',
      destination: 'orders-v3',
      phase: 'Pending',
      created: '2026-03-01T10:00:00Z',
    });
    const last = { ...follower, uid: 'c', source: 'orders-v3', destination: 'orders-v4' };
    const one = observed({ maxConcurrentOperations: 1, peers: [follower, last] });
    expect(run(request(), one).status.phase).toBe('Validating');
  });

  it('waits behind running requests and names one', () => {
    const decision = run(request(), observed({ maxConcurrentOperations: 1, peers: [peer({})] }));
    expect(decision.ready).toMatchObject({
      type: 'reconciling',
      reason: 'WaitingForTurn',
      message: expect.stringContaining('n/other'),
    });
    expect(decision.holds).toBe(false);
  });

  it.each([
    ['older and pending', { phase: 'Pending' }, 'Pending'],
    ['younger and pending', { phase: 'Pending', created: '2026-03-01T11:30:00Z' }, 'Validating'],
    ['younger but running', { created: '2026-03-01T11:30:00Z' }, 'Pending'],
    ['over', { phase: 'Completed' }, 'Validating'],
    ['suspended', { phase: 'Pending', suspended: true }, 'Validating'],
    ['refused by its connection', { phase: undefined, refused: true }, 'Validating'],
    ['at work and without its grant', { phase: 'Copying', revoked: true }, 'Validating'],
  ])('counts a request that is %s', (_, over, phase) => {
    expect(run(request(), observed({ maxConcurrentOperations: 1, peers: [peer(over)] })).status.phase).toBe(
      phase,
    );
  });
});

describe('validating', () => {
  const validating: ReindexRequestStatus = { phase: 'Validating' };
  const judge = (world: Partial<Observed>, over: object = {}) =>
    run(request(validating, over), observed(world));
  const known = {
    missingPrivileges: [],
    pipelines: {},
    sequenceNumbersSearchable: true,
    documents: 1,
    bytes: 1,
  };

  it.each<[string, Partial<Observed>, object, string]>([
    ['a source that does not exist', { sources: [] }, {}, 'PreflightFailed'],
    ['an alias of two indexes', { sources: [source(), index('b')] }, {}, 'PreflightFailed'],
    ['a data stream', { sources: [source({ dataStream: 'logs' })] }, {}, 'PreflightFailed'],
    ['a closed source', { sources: [source({ closed: true })] }, {}, 'PreflightFailed'],
    [
      'a read-only source',
      { sources: [source({ settings: { blocks: { read_only: 'true' } } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a source that cannot be read',
      { sources: [source({ settings: { blocks: { read: 'true' } } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a source of more shards than may be read as slices',
      { sources: [source({ settings: { number_of_shards: '5', max_slices_per_scroll: '4' } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a destination whose error index could not be named',
      {},
      { destination: { index: `${'é'.repeat(124)}xx` } },
      'PreflightFailed',
    ],
    [
      'a source that is half a copy',
      { sources: [source({ mappings: { _meta: { 'es-steward': markWith({ uid: 'b' }) } } })] },
      {},
      'PreflightFailed',
    ],
    ['an index of the operator', { sources: [index('es-steward-locks')] }, {}, 'PreflightFailed'],
    ['a protected source', { sources: [index('.kibana')] }, {}, 'PreflightFailed'],
    [
      'an alias that leads to the destination itself',
      { sources: [index('orders-v2')] },
      {},
      'PreflightFailed',
    ],
    [
      'a source without _source',
      { sources: [source({ mappings: { _source: { enabled: false } } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a source with a mode that has no _source',
      { sources: [source({ settings: { mapping: { source: { mode: 'disabled' } } } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a source whose _source lacks fields',
      { sources: [source({ mappings: { _source: { excludes: ['a'] } } })] },
      {},
      'PreflightFailed',
    ],
    [
      'a destination that gives documents other ids, as its source does',
      { sources: [source({ settings: { mode: 'logsdb', routing_path: ['host.name'] } })] },
      {},
      'PreflightFailed',
    ],
    ['a destination of a stranger', { destination: index('orders-v2') }, {}, 'ForeignDestination'],
    [
      'a destination that is an alias',
      { destination: index('b', { aliases: { 'orders-v2': {} } }) },
      {},
      'ForeignDestination',
    ],
    [
      'a destination that another living request made',
      {
        destination: destination({ uid: 'b' }),
        owners: new Set(['b']),
      },
      {},
      'ForeignDestination',
    ],
    ['a protected destination', {}, { destination: { index: '.orders' } }, 'PreflightFailed'],
    ['a destination with our own prefix', {}, { destination: { index: 'es-steward-x' } }, 'PreflightFailed'],
    [
      'a listed alias that is not there',
      {},
      { aliases: { move: 'Listed', names: ['gone'] } },
      'AliasConflict',
    ],
    ['a protected alias', { sources: [source({ aliases: { '.orders': {} } })] }, {}, 'PreflightFailed'],
    ['a pipeline that does not exist', {}, { transform: { pipeline: 'gone' } }, 'PreflightFailed'],
    [
      'a pipeline in its settings that does not exist',
      { preflight: { ...known, absentPipelines: ['gone'] } },
      {},
      'PreflightFailed',
    ],
    [
      'a script that closes our function',
      {},
      { transform: { script: { source: '} ctx._index = params.x; {' } } },
      'ScriptFailed',
    ],
    [
      'a query that reads another index',
      {},
      { source: { index: 'orders-v1', query: { terms: { a: { index: 'secret', id: '1', path: 'b' } } } } },
      'PreflightFailed',
    ],
    [
      'a query that reads another index, which it does not name',
      {},
      { source: { index: 'orders-v1', query: { geo_shape: { a: { indexed_shape: { id: '1' } } } } } },
      'PreflightFailed',
    ],
    [
      'a destination that takes no writes',
      {},
      { destination: { index: 'orders-v2', settings: { index: { blocks: { write: true } } } } },
      'PreflightFailed',
    ],
    [
      'more aliases than a plan can hold',
      {
        sources: [
          source({ aliases: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a${at}`, {}])) }),
        ],
      },
      {},
      'PreflightFailed',
    ],
    [
      'aliases that are few, short and large in bytes',
      { sources: [source({ aliases: { ['\u{1F4D6}'.repeat(60)]: { filter: { t: '漢'.repeat(3_500) } } } })] },
      {},
      'PreflightFailed',
    ],
  ])('refuses %s before anything is done', (_, world, over, reason) => {
    const decision = judge(world, over);
    expect(decision.status.failure?.reason).toBe(reason);
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.holds).toBe(false);
  });

  it('copies what an earlier request has completed', () => {
    const mappings = { _meta: { 'es-steward': markWith({ uid: 'b', state: 'final' }) } };
    expect(judge({ sources: [source({ mappings })] }).status.plan).toBeDefined();
  });

  it.each([
    ['Ids', 'BlockFirst', 'PreflightFailed'],
    ['Full', 'BlockFirst', 'PreflightFailed'],
    ['Counts', 'BlockFirst', undefined],
    ['Ids', 'CopyOnly', undefined],
  ])('where sequence numbers cannot be searched, level %s with %s: %s', (level, writeMode, reason) => {
    const preflight = { ...known, sequenceNumbersSearchable: false };
    const { status } = judge({ preflight }, { verification: { level }, writeMode });
    expect(status.failure?.reason).toBe(reason);
    expect(status.failure?.message ?? 'Counts').toContain('Counts');
  });

  it('waits for a privilege and names it', () => {
    const preflight = { ...known, missingPrivileges: ['manage on orders-v1'] };
    expect(judge({ preflight }).ready).toMatchObject({
      type: 'reconciling',
      reason: 'PreflightFailed',
      message: expect.stringContaining('manage on orders-v1'),
    });
  });

  it('waits for a login that sees the whole of both indexes', () => {
    const preflight = { ...known, hidden: ['documents of orders-v1', 'fields of orders-v2'] };
    expect(judge({ preflight }).ready).toMatchObject({
      type: 'reconciling',
      reason: 'PreflightFailed',
      message: expect.stringContaining('documents of orders-v1 and fields of orders-v2'),
    });
  });

  describe('the slices that a source allows', () => {
    const allowing = (settings: object) => judge({ sources: [source({ settings })] }).status.failure;

    it.each([
      { number_of_shards: '4', max_slices_per_scroll: '4' },
      { number_of_shards: '1', max_slices_per_scroll: '1' },
      { number_of_shards: '5' },
    ])('are enough with %o', (settings) => {
      expect(allowing(settings)).toBeUndefined();
    });

    it('are too few, which the message tells how to change', () => {
      const { message } = allowing({ number_of_shards: '5', max_slices_per_scroll: '4' }) ?? {};
      expect(message).toContain('PUT /orders-v1/_settings {"index.max_slices_per_scroll": 5}');
    });
  });

  it('waits for the privilege to read a pipeline before it says that there is none', () => {
    const privilege = 'cluster:admin/ingest/pipeline/get on the cluster';
    const preflight = { ...known, missingPrivileges: [privilege] };
    expect(judge({ preflight }, { transform: { pipeline: 'unseen' } }).ready).toMatchObject({
      type: 'reconciling',
      reason: 'PreflightFailed',
      message: expect.stringContaining(privilege),
    });
  });

  it('waits while another request copies the source', () => {
    const claim = {
      name: 'orders-v1',
      by: 'other',
      holder: 'shop/theirs of Kubernetes cluster x',
      blocks: true,
      abandoned: false,
    } as const;
    const decision = judge({ claims: [claim] });
    expect(decision.status.phase).toBe('Pending');
    expect(decision.ready).toMatchObject({
      reason: 'WaitingForTurn',
      message: expect.stringContaining('shop/theirs of Kubernetes cluster x: it works on orders-v1'),
    });
    expect(actionsOf(decision)).toEqual([]);
  });

  it('does not say of itself that it waits for itself', () => {
    const claim = { name: 'orders-v1', by: 'other', holder: 'n/r', blocks: true, abandoned: false } as const;
    expect(judge({ claims: [claim] }).ready.message).toContain(
      'waiting for an earlier request of this name: it works on orders-v1',
    );
  });

  it('is complete at once when the very work was done by an earlier request', () => {
    const decision = judge({ destination: destination({ uid: 'gone', state: 'final' }), sources: [] });
    expect(decision.status.phase).toBe('Completed');
    expect(actionsOf(decision)).toEqual([]);
    const complete = decision.conditions?.find(({ type }) => type === 'Complete');
    // The earlier one may have moved aliases.
    expect(complete?.message).not.toContain('no alias');
  });

  it('does not take a copy for complete whose aliases have not moved yet', () => {
    const decision = judge({ destination: destination({ uid: 'gone', state: 'final' }) });
    expect(decision.status.failure?.reason).toBe('ForeignDestination');
  });

  it.each([
    ['serves an alias', index('orders-v2', { aliases: { shop: {} } }), 'orders-v2 has the alias shop'],
    ['is an alias', index('b', { aliases: { 'orders-v2': {} } }), 'b has the alias orders-v2'],
  ])('advises nobody to delete what %s', (_, found, says) => {
    const message = judge({ destination: found }).status.failure?.message;
    expect(message).toContain(says);
    expect(message).not.toContain('delete');
    const free = judge({ destination: index('orders-v2') }).status.failure?.message;
    expect(free).toContain('delete it if nobody needs it');
  });

  it('lets an older request that checks the same source go first', () => {
    const other = {
      namespace: 'n',
      name: 'o',
      uid: 'a',
      phase: 'Validating',
      suspended: false,
      refused: false,
      waitsForName: false,
      awaitsApproval: false,
      source: 'orders-v1',
      destination: 'x',
    };
    expect(judge({ peers: [{ ...other, created: '2026-03-01T10:00:00Z' }] }).ready.reason).toBe(
      'WaitingForTurn',
    );
    expect(judge({ peers: [{ ...other, created: '2026-03-01T11:30:00Z' }] }).status.plan).toBeDefined();
    expect(
      judge({ peers: [{ ...other, created: '2026-03-01T11:30:00Z', phase: 'Fencing' }] }).ready.reason,
    ).toBe('WaitingForTurn');
  });

  it('cuts what a status could not hold', () => {
    const missing = Array.from({ length: 300 }, (_, at) => `privilege ${at} on some index`);
    const preflight = {
      missingPrivileges: missing,
      pipelines: {},
      sequenceNumbersSearchable: true,
      documents: 1,
      bytes: 1,
    };
    const { status } = judge({ preflight });
    expect(reindexRequest.status.safeParse(status).success).toBe(true);
  });

  it('does not take another spec for the same work', () => {
    const decision = judge({ destination: destination({ uid: 'gone', state: 'final', specHash: 'other' }) });
    expect(decision.status.failure?.reason).toBe('ForeignDestination');
  });

  it('writes the plan first and tries it on documents in the next pass', () => {
    const first = judge({});
    expect(first.status.plan?.aliases).toEqual([{ name: 'orders', definition: orders }]);
    expect(actionsOf(first)).toEqual([]);
    expect(actionsOf(run(request(first.status), observed()))).toEqual(['TryOut']);
  });

  it.each([
    ['maybe', 'MappingConflict'],
    [1, 'MappingConflict'],
    ['true', undefined],
    [false, undefined],
    [null, undefined],
  ])('refuses a visibility that no index can have: %j', (hidden, reason) => {
    const { status } = judge({}, { destination: { index: 'orders-v2', settings: { index: { hidden } } } });
    expect(status.failure?.reason).toBe(reason);
  });

  describe('the trial', () => {
    it('begins when nothing of an earlier one runs any more', () => {
      const first = request(judge({}).status);
      const left = { id: 'n:1', opaqueId: trialOpaqueId(UID, 'es-steward-scratch-abcdef01-01234567') };
      const after = (tasks: Observed['tasks']) => actionsOf(run(first, observed({ tasks })));
      expect(after({ complete: true, running: [left] })).toEqual(['CancelTask']);
      expect(after({ complete: false, running: [] })).toEqual([]);
      expect(after({ complete: true, running: [] })).toEqual(['TryOut']);
    });

    const facts = observed().preflight as NonNullable<Observed['preflight']>;
    const trial = (over: object, template?: NonNullable<Observed['preflight']>['template']) => {
      const { status } = judge({}, over);
      return run(request(status, over), observed({ preflight: { ...facts, template } })).actions?.[0];
    };
    const fromTemplate = { destination: { index: 'orders-v2', createFrom: 'Template', settings: { a: 1 } } };

    it('tries the aliases that have a filter', () => {
      expect(trial({})).toMatchObject({ aliases: [{ name: 'orders', definition: orders }] });
    });

    it('lays the request over what index templates give', () => {
      const settings = { index: { number_of_shards: '3', codec: 'best_compression', default_pipeline: 'p' } };
      const mappings = { properties: { code: { type: 'keyword' } } };
      const { body, aliases } = trial(fromTemplate, { settings, mappings }) as Record<string, unknown>;
      const natural = { 'index.codec': 'best_compression', 'index.a': 1 };
      expect(body).toMatchObject({ settings: { ...natural, 'index.number_of_shards': 1 }, mappings });
      expect(body).not.toHaveProperty(['settings', 'index.default_pipeline']);
      expect(aliases).toHaveLength(1);
    });

    it('goes by templates where they fit an empty destination: Elasticsearch does', () => {
      const empty = { destination: { index: 'orders-v2', createFrom: 'Empty' } };
      const mappings = { properties: { code: { type: 'keyword' } } };
      expect(trial(empty, { settings: {}, mappings })).toMatchObject({ body: { mappings } });
      expect(trial(empty)).not.toMatchObject({ body: { mappings: { enabled: false } } });
    });

    const ACTIVE = 'index.write.wait_for_active_shards';
    const asking = { write: { wait_for_active_shards: 'abc' } };

    it.each([
      ['like the source', {}, undefined],
      ['of a template', { createFrom: 'Template' }, { settings: {}, mappings: {} }],
      ['that is not known', { createFrom: 'Template' }, undefined],
    ] as const)('tries what comes with the aliases for a destination %s', (_, over, template) => {
      const destination = { index: 'orders-v2', settings: asking, ...over };
      const { body, later } = trial({ destination }, template) as Record<string, unknown>;
      expect(later).toEqual({ [ACTIVE]: 'abc' });
      expect(body).not.toHaveProperty(['settings', ACTIVE]);
    });

    it('tries what comes of the source, for as many replicas as it has', () => {
      const settings = {
        number_of_shards: '1',
        number_of_replicas: '2',
        write: { wait_for_active_shards: '3' },
      };
      const sources = [source({ settings })];
      const { status } = run(request({ phase: 'Validating' }), observed({ sources }));
      const action = run(request(status), observed({ sources })).actions?.[0];
      expect(action).toMatchObject({ type: 'TryOut', later: { [ACTIVE]: '3' } });
    });

    it('judges no mapping where it does not know what templates give', () => {
      expect(trial(fromTemplate)).toMatchObject({ body: { mappings: { enabled: false } }, aliases: [] });
    });
  });

  it('ends a dry run once it is tried, with its plan', () => {
    const { status } = judge({}, { dryRun: true });
    const tried = { ...status, plan: { ...plan, ...status.plan, tried: true } };
    const end = run(request(tried, { dryRun: true, ttlAfterFinished: '0s' }), observed());
    expect(end.status).toMatchObject({ phase: 'Planned', progress: { percent: 100 } });
    expect(end.ready).toMatchObject({ type: 'ready', reason: 'Planned' });
    expect(end.events).toMatchObject([{ reason: 'Planned' }]);
    expect(end).not.toHaveProperty('remove');
  });

  it('moves no alias when a query makes the copy a subset', () => {
    expect(
      judge({}, { source: { index: 'orders-v1', query: { term: { a: 1 } } } }).status.plan?.aliases,
    ).toEqual([]);
  });

  it.each([
    [{ range: { date: { gte: 'now-1d/d' } } }, 'PreflightFailed'],
    [{ bool: { filter: [{ range: { date: { lt: 'now' } } }] } }, 'PreflightFailed'],
    [{ range: { date: { gte: '2026-01-01||-1d' } } }, undefined],
    [{ term: { word: 'now' } }, undefined],
    [{ range: { word: { gte: 'nowhere' } } }, undefined],
  ])('judges whether %j depends on the present time', (query, reason) => {
    const resource = request({ phase: 'Validating' }, { source: { index: 'orders-v1', query } });
    expect(run(resource, observed()).status.failure?.reason).toBe(reason);
  });
});

describe('preparing', () => {
  const untuned: Partial<DestinationMark> = { restore: undefined } as never;

  it('has its intent in status before it does anything', () => {
    const { intent: _intent, ...before } = planned;
    const decision = run(request(before), observed());
    expect(decision.status.intent?.type).toBe('Prepare');
    expect(actionsOf(decision)).toEqual([]);
  });

  it('makes epoch alias and destination', () => {
    expect(actionsOf(run(request(planned), observed()))).toEqual(['AddAlias', 'CreateDestination']);
  });

  it('takes away aliases that a template has added', () => {
    expect(
      actionsOf(
        run(request(planned), observed({ destination: destination({}, { aliases: { orders: {} } }) })),
      ),
    ).toEqual(['DropAliases']);
  });

  it('copies nothing into an index that a template makes give documents other ids', () => {
    const routed = { settings: { mode: 'logsdb', routing_path: 'host.name' } };
    const decision = run(request(planned), observed({ destination: destination({}, routed) }));
    expect(decision.status.failure).toMatchObject({
      reason: 'PreflightFailed',
      message: expect.stringContaining('orders-v2 would give each document a new id'),
    });
    expect(actionsOf(decision)).toEqual([]);
  });

  it('copies nothing into a time series that a template makes of it', () => {
    const series = { settings: { mode: 'time_series', routing_path: ['host'] } };
    const { failure } = run(request(planned), observed({ destination: destination({}, series) })).status;
    expect(failure?.message).toContain('a new id, because its index.mode is time_series');
    const over = { destination: { index: 'orders-v2', settings: { index: series.settings } } };
    expect(run(request({ phase: 'Validating' }, over), observed()).status.failure?.message).toBe(
      failure?.message,
    );
  });

  it('copies nothing into an index from whose content a template leaves out a part', () => {
    const partial = { mappings: { ...Object(destination().mappings), _source: { excludes: ['secret'] } } };
    const world = observed({ destination: destination({}, partial) });
    const decision = run(request(planned), world);
    expect(decision.status.failure).toMatchObject({
      reason: 'PreflightFailed',
      message: expect.stringContaining('orders-v2 would not keep the whole _source'),
    });
    expect(actionsOf(decision)).toEqual([]);
    const asked = [{ mappings: { _source: { excludes: ['secret'] } } }, { createFrom: 'Template' }];
    for (const wish of asked) {
      const over = { destination: { index: 'orders-v2', ...wish } };
      expect(run(request(planned, over), world).status.failure).toBeUndefined();
    }
  });

  it('takes logs whose copy is not routed by their fields', () => {
    const sources = [source({ settings: { mode: 'logsdb', routing_path: ['host.name'] } })];
    const settings = { index: { routing_path: null, 'logsdb.route_on_sort_fields': false } };
    const over = { destination: { index: 'orders-v2', settings } };
    expect(run(request({ phase: 'Validating' }, over), observed({ sources })).status.failure).toBeUndefined();
  });

  it('lets nobody write into the destination until it is tuned', () => {
    expect(run(request(planned), observed()).actions?.[1]).toMatchObject({
      type: 'CreateDestination',
      body: { settings: { 'index.blocks.write': true } },
    });
    expect(tunedSettings(spec().destination, {})).toHaveProperty(['index.blocks.write'], null);
  });

  it.each([
    ['takes the aliases of a template from', untuned, ['DropAliases'], undefined],
    ['does not recreate in vain', {}, [], 'AliasConflict'],
  ])('%s the copy of an earlier attempt that has an alias', (_, mark, actions, reason) => {
    const world = observed({ destination: destination(mark, { aliases: { orders: {} } }) });
    const decision = run(request({ ...planned, attempt: 2 }), world);
    expect(actionsOf(decision)).toEqual(actions);
    expect(decision.status.failure?.reason).toBe(reason);
  });

  it('recreates the unfinished copy of an earlier attempt', () => {
    expect(
      run(request({ ...planned, attempt: 2 }), observed({ destination: destination() })).actions,
    ).toMatchObject([{ type: 'DeleteDestination', owner: UID }]);
  });

  it.each([
    ['an earlier attempt', destination(), 2],
    ['a request that is gone', destination({ uid: 'gone' }), 1],
  ])('tells once that it recreates the unfinished copy of %s', (whose, found, attempt) => {
    const world = observed({ destination: found });
    const first = run(request({ ...planned, attempt }), world);
    const note = `recreating orders-v2, the unfinished copy of ${whose}`;
    expect(first.events).toMatchObject([{ type: 'Normal', reason: 'DestinationRecreated', note }]);
    const again = run(request(first.status), world);
    expect([actionsOf(again), again.events]).toEqual([['DeleteDestination'], []]);
  });

  it.each([
    ['that is to be recreated', destination()],
    ['that was deleted', undefined],
  ])('stops what an earlier life has left writing to a destination %s, the epoch first', (_, made) => {
    const left = { id: 'node:1', opaqueId: `${UID}/1/0/0/0`, runningMs: 1 };
    const tasks = { complete: true, running: [left] };
    const earlier = { sources: [source({ aliases: { orders, [EPOCH]: {} } })], destination: made, tasks };
    const later = { ...earlier, sources: [source({ aliases: { orders, 'es-steward-abcdef01-2': {} } })] };
    const before = { ...planned, attempt: 2, epoch: 2 };
    expect(actionsOf(run(request(before), observed(earlier)))).toEqual(['MoveEpochAlias']);
    expect(actionsOf(run(request(before), observed(later)))).toEqual(['CancelTask']);
    const silent = { ...later, tasks: { complete: false, running: [] } };
    expect(actionsOf(run(request(before), observed(silent)))).toEqual([]);
    const over = { ...later, tasks: { complete: true, running: [] } };
    expect(actionsOf(run(request(before), observed(over)))).toEqual([
      made ? 'DeleteDestination' : 'CreateDestination',
    ]);
  });

  it('makes and recreates nothing that came to be protected', () => {
    for (const made of [undefined, destination()]) {
      const world = observed({ destination: made, protects: (name) => name === 'orders-v2' });
      const decision = run(request({ ...planned, attempt: 2 }), world);
      expect(decision.status.failure?.reason).toBe('PreflightFailed');
      expect(actionsOf(decision)).toEqual([]);
    }
  });

  it('takes a life-cycle policy away that a template has given', () => {
    const settings = { ...Object(destination().settings), 'index.lifecycle.name': 'of a template' };
    const templated = { ...inCopy, sources: [source({ aliases: { [EPOCH]: {} } })] };
    const world = observed({ ...templated, destination: destination({}, { settings }) });
    expect(run(request(prepared), world).actions).toMatchObject([
      { type: 'Tune', settings: { 'index.lifecycle.name': null } },
    ]);
  });

  it('never touches a stranger', () => {
    const world = observed({
      destination: index('orders-v2'),
      sources: [source({ aliases: { [EPOCH]: {} } })],
    });
    const decision = run(request(planned), world);
    expect(decision.status.failure?.reason).toBe('ForeignDestination');
    expect(actionsOf(decision)).toEqual([]);
  });

  it.each([
    ['a stranger', planned, {}, /created by somebody else/],
    [
      'a stranger who has taken its place',
      copying,
      {},
      /deleted while it was being filled, and somebody else/,
    ],
    [
      'another request',
      copying,
      { mappings: { _meta: { 'es-steward': markWith({ uid: 'b' }) } } },
      /created by somebody else/,
    ],
  ] as const)('says of what has its name by now that it is of %s', (_, status, over, says) => {
    const anew = index('orders-v2', { uuid: 'anew', ...over });
    const world = observed({ ...inCopy, destination: anew, owners: new Set(['b']) });
    const { failure } = run(request(status), world).status;
    expect(failure).toMatchObject({ reason: 'ForeignDestination', message: expect.stringMatching(says) });
  });

  it('makes an unmoved final copy of its own unfinished again before it recreates it', () => {
    const world = observed({
      destination: destination({ state: 'final' }),
      sources: [source({ aliases: { [EPOCH]: {} } })],
    });
    expect(actionsOf(run(request({ ...planned, attempt: 1 }), world))).toEqual(['SetMeta']);
  });

  it.each([
    ['a destination', { destination: destination() }],
    ['an epoch alias', { sources: [source({ aliases: { orders, [EPOCH]: {} } })] }],
  ])('begins a new attempt and a new epoch when an earlier life has left %s', (_, world) => {
    const { intent: _intent, ...before } = planned;
    const { attempt, epoch } = run(request(before), observed(world)).status;
    expect([attempt, epoch]).toEqual([2, 2]);
  });

  it('moves the epoch alias of an earlier life instead of adding a second one', () => {
    const world = observed({ sources: [source({ aliases: { orders, [EPOCH]: {} } })] });
    expect(run(request({ ...planned, epoch: 2 }), world).actions?.[0]).toMatchObject({
      type: 'MoveEpochAlias',
      from: EPOCH,
      to: 'es-steward-abcdef01-2',
    });
  });

  it('forgets what was copied into an index that is gone', () => {
    const decision = run(
      request(copied),
      observed({
        sources: [fenced()],
        destination: destination({ restore: undefined } as never, { uuid: 'new' }),
      }),
    );
    expect(decision.status.copy).toBeUndefined();
    expect(decision.status.destination?.uuid).toBe('new');
  });
});

describe('fencing', () => {
  const world = observed({
    sources: [source({ aliases: { orders, [EPOCH]: {} } })],
    destination: destination(),
  });

  it('says since when before it blocks', () => {
    const decision = run(request(prepared), world);
    expect(decision.status.blockedSince).toBe('2026-03-01T12:00:00.000Z');
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.conditions).toMatchObject([
      { type: 'WritesBlocked', status: 'True', reason: 'BlockFirst' },
    ]);
  });

  it('blocks through the epoch alias', () => {
    const before = { ...blocking, fence: { verified: false } };
    expect(run(request(before), world).actions).toMatchObject([
      { type: 'BlockWrites', through: EPOCH, liftFirst: false },
    ]);
  });

  it.each(['orders-v1', 'orders-v2'])('does not begin where %s came to be protected', (name) => {
    const protects = (other: string) => other === name;
    for (const status of [prepared, { ...blocking, fence: { verified: false } }]) {
      const decision = run(request(status), { ...world, protects });
      expect(decision.status.failure).toMatchObject({
        reason: 'PreflightFailed',
        message: expect.stringContaining(name),
      });
      expect(actionsOf(decision)).toEqual([]);
    }
  });

  it('does not block while tasks of an earlier attempt are left (H34)', () => {
    const before = { ...blocking, fence: { verified: false } };
    const tasks = { complete: true, running: [{ id: 'n:1', opaqueId: 'x' }] };
    expect(actionsOf(run(request(before), { ...world, tasks }))).toEqual(['CancelTask']);
    expect(actionsOf(run(request(before), { ...world, tasks: { complete: false, running: [] } }))).toEqual(
      [],
    );
  });

  it('does not take over a block that its owner has lifted', () => {
    const before = { ...blocking, fence: { verified: false }, plan: { ...plan, blockedBefore: true } };
    expect(run(request(before), world).status.failure?.reason).toBe('SourceChanged');
  });

  it('does not believe a block whose proof it has not seen', () => {
    const before = { ...blocking, fence: { verified: false } };
    expect(
      run(request(before), observed({ sources: [fenced()], destination: destination() })).actions,
    ).toMatchObject([{ type: 'BlockWrites', liftFirst: true }]);
  });

  it('never lifts a block that was there before', () => {
    const before = { ...blocking, fence: { verified: false }, plan: { ...plan, blockedBefore: true } };
    expect(
      actionsOf(run(request(before), observed({ sources: [fenced()], destination: destination() }))),
    ).toEqual(['BeginRound']);
  });

  it('notes on the destination that the block is its own, right before it is set', () => {
    const before = { ...blocking, fence: { verified: false } };
    const [action] =
      run(request(before), { ...world, destination: destination({ blocks: false }) }).actions ?? [];
    expect(action).toMatchObject({ note: { meta: { 'es-steward': { blocks: true } } } });
    const [again] =
      run(request(before), { ...world, destination: destination({ blocks: true }) }).actions ?? [];
    expect(again).not.toHaveProperty('note');
  });

  it.each([
    ['before the intent', prepared],
    ['between intent and call', { ...blocking, fence: { verified: false } }],
  ])('leaves a block alone that somebody else has set %s', (_, status) => {
    const theirs = observed({ sources: [fenced()], destination: destination({ blocks: false }) });
    const decision = run(request(status), theirs);
    expect(decision.status.plan?.blockedBefore).toBe(true);
    expect(actionsOf(decision)).toEqual([]);
    expect(actionsOf(run(request(decision.status), theirs))).toEqual(['BeginRound']);
  });

  it('knows its own block again when an answer and then the status were lost', () => {
    const ours = observed({ sources: [fenced()], destination: destination({ blocks: true }) });
    expect(run(request({ ...blocking, fence: { verified: false } }), ours).actions).toMatchObject([
      { type: 'BlockWrites', liftFirst: true },
    ]);
    const anew = run(request({ phase: 'Validating' }), ours).status;
    expect(anew).toMatchObject({ plan: { blockedBefore: false }, blockedSince: expect.any(String) });
    const theirs = observed({ sources: [fenced()], destination: destination({ blocks: false }) });
    expect(run(request({ phase: 'Validating' }), theirs).status.plan?.blockedBefore).toBe(true);
  });

  it('begins the copy once writers are stopped', () => {
    const decision = run(request(blocking), observed({ sources: [fenced()], destination: destination() }));
    expect(decision.actions).toMatchObject([{ type: 'BeginRound', fenced: true }]);
  });

  it('gives up when somebody else lifts the block', () => {
    expect(run(request(blocking), world).status.failure?.reason).toBe('SourceChanged');
  });
});

describe('copying', () => {
  const running = (over: object = {}) => ({
    ...copying,
    copy: {
      ...copying.copy,
      shards,
      done: [],
      sums,
      running: [{ shard: 0, from: 0, to: 49, try: 0, task: 'n:1', ...over }],
    },
  });

  it('writes intents first and sends only those that were in status', () => {
    const first = run(request(copying), observed(inCopy));
    expect(first.status.copy?.running).toHaveLength(2);
    expect(actionsOf(first)).toEqual([]);
    expect(actionsOf(run(request(first.status), observed(inCopy)))).toEqual(['StartRange', 'StartRange']);
  });

  it('reads through the epoch alias, and writes through the entrance of this attempt', () => {
    const decision = run(request(running({ task: undefined })), observed(inCopy));
    expect(decision.actions).toMatchObject([
      { body: { source: { index: EPOCH }, dest: { index: entranceAlias(UID, 1) } } },
    ]);
  });

  it('opens the entrance first where it is not there: of an earlier version, or taken away', () => {
    const before = destination({}, { entrances: [entranceAlias(UID, 9)] });
    const decision = run(request(running({ task: undefined })), observed({ ...inCopy, destination: before }));
    expect(decision.actions).toEqual([
      {
        type: 'AddAlias',
        target: { index: 'orders-v2', uuid: 'orders-v2-uuid' },
        alias: entranceAlias(UID, 1),
      },
    ]);
    expect(decision.next).toBe('now');
  });

  it('adopts a task whose id was lost instead of starting a second one', () => {
    const decision = run(
      request(running({ task: undefined })),
      observed({
        ...inCopy,
        tasks: { complete: true, running: [{ id: 'n:7', opaqueId: `${UID}/1/0/0/0` }] },
      }),
    );
    expect(decision.status.copy?.running[0]?.task).toBe('n:7');
    expect(actionsOf(decision)).not.toContain('StartRange');
  });

  it('waits for a privilege that the login has lost, however often a part ends for it, and names it', () => {
    const why = "the connection's user lacks the privilege for indices:data/write/bulk[s].";
    const outcomes = { 'n:1': { type: 'forbidden', why } } as const;
    const decision = run(request(running({ try: 11 })), observed({ ...inCopy, outcomes }));
    expect(decision.ready).toEqual({ type: 'reconciling', reason: 'MissingPrivileges', message: why });
    expect(decision.status.copy).toMatchObject({ running: [{ try: 11 }], retries: 1 });
    expect(actionsOf(decision)).toEqual([]);
    const later = decide(request(decision.status), observed(inCopy), NOW + 20_000);
    expect(actionsOf(later)).toEqual(['StartRange']);
    expect(later.status.copy?.forbidden).toBeUndefined();
  });

  it('gives an adopted task the throttle of now: that of its start may be another', () => {
    const tasks = { complete: true, running: [{ id: 'n:7', opaqueId: `${UID}/1/0/0/0` }] };
    const adopted = run(request(running({ task: undefined })), observed({ ...inCopy, tasks }));
    expect(adopted.actions).toMatchObject([{ type: 'Rethrottle', task: 'n:7' }]);
    expect(adopted.actions?.[0]).not.toHaveProperty('requestsPerSecond');
  });

  it('follows a task that a node has handed over before it stopped: its id is another, its mark the same', () => {
    const decision = run(
      request(running({ task: 'stopped:5' })),
      observed({
        ...inCopy,
        outcomes: { 'stopped:5': { type: 'repeat', why: 'gone' } },
        tasks: { complete: true, running: [{ id: 'n:7', opaqueId: `${UID}/1/0/0/0` }] },
      }),
    );
    expect(decision.status.copy?.running[0]?.task).toBe('n:7');
    expect(actionsOf(decision)).not.toContain('StartRange');
  });

  it.each([
    ['the task list is incomplete', { tasks: { complete: false, running: [] } }, 'every node'],
    ['the destination is red', { health: { source: 'green', destination: 'red' } }, 'orders-v2 is red'],
    [
      'both indexes are red',
      { health: { source: 'red', destination: 'red' } },
      'orders-v1 and orders-v2 are red: GET _cluster/allocation/explain',
    ],
  ] as const)('starts nothing while %s, and says so', (_, over, message) => {
    const decision = run(request(running({ task: undefined })), observed({ ...inCopy, ...over }));
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.ready).toMatchObject({
      type: 'reconciling',
      reason: 'WaitingForHealth',
      message: expect.stringContaining(message),
    });
    expect(run(request(running()), observed({ ...inCopy, ...over })).ready.reason).toBe('InProgress');
  });

  it('books a range that ended well', () => {
    const decision = run(
      request(running()),
      observed({ ...inCopy, outcomes: { 'n:1': { type: 'copied', counts: counts() } } }),
    );
    expect(decision.status.copy).toMatchObject({
      done: [{ shard: 0, from: 0, to: 49 }],
      sums: { created: 50 },
    });
    expect(decision.status.progress).toMatchObject({ percent: 45, completed: 50 });
  });

  it('counts what running tasks have done in all its figures alike', () => {
    const at = counts({ created: 15, updated: 5, versionConflicts: 2 });
    const outcomes = { 'n:1': { type: 'running', counts: at } } as const;
    const before = running();
    const status = { ...before, copy: { ...before.copy, sums: { ...sums, created: 50 } } };
    expect(run(request(status), observed({ ...inCopy, outcomes })).status.progress).toMatchObject({
      completed: 70,
      created: 65,
      updated: 5,
      message: expect.stringContaining('VersionConflicts: 2'),
    });
  });

  const wide = { percent: 0, display: '0%', message: '', total: 600 };
  const justNow = [
    { time: '2026-03-01T11:59:50Z', completed: 0 },
    { time: '2026-03-01T11:59:55Z', completed: 50 },
  ];

  it.each([
    [{ requestsPerSecond: 2 }, 1, '4m', 2],
    // Each of the tasks may do as much at the least.
    [{ requestsPerSecond: 1 }, 3, '3m', 3],
    [{ requestsPerSecond: 1_000 }, 1, '53s', 10],
    [{}, 1, '53s', 10],
  ])('foretells no end before %j of %d tasks lets it come', (throttle, tasks, remaining, perSecond) => {
    const ranges = Array.from({ length: tasks }, (_, from) => ({ shard: 0, from, to: from, try: 0 }));
    const before = running();
    const copy = {
      ...before.copy,
      samples: justNow,
      running: ranges.map((range, at) => ({ ...range, task: `n:${at}` })),
      parallel: tasks,
      sums: { ...sums, created: 100 },
    };
    const { progress } = run(
      request({ ...before, progress: wide, copy }, { throttle }),
      observed(inCopy),
    ).status;
    expect(progress).toMatchObject({ remaining, documentsPerSecond: perSecond });
  });

  it.each([
    ['an index is red', {}, { health: { source: 'green', destination: 'red' } }],
    ['not every node answers', {}, { tasks: { complete: false, running: [] } }],
    ['a part that was lost waits', { task: undefined }, {}],
  ] as const)('does not measure its speed while %s', (_, range, over) => {
    const before = running(range);
    const pausedUntil = '2026-03-01T12:00:01Z';
    const copy = { ...before.copy, samples: justNow, sums: { ...sums, created: 100 }, pausedUntil };
    const limited = { throttle: { requestsPerSecond: 2 } };
    const { status } = run(
      request({ ...before, progress: wide, copy }, limited),
      observed({ ...inCopy, ...over }),
    );
    expect(status.copy?.samples).toEqual([]);
    expect(status.progress).not.toHaveProperty('remaining');
  });

  it('fails with a script that fails, and says where in it', () => {
    const scriptStack = ['ctx._source.total.length();', '       ^---- HERE'];
    const outcomes = { 'n:1': failedScript({ reason: 'runtime error; of a document', scriptStack }) };
    const over = { transform: { script: { source: 'ctx._source.total.length()' } } };
    const { failure } = run(request(running(), over), observed({ ...inCopy, outcomes })).status;
    expect(failure?.reason).toBe('ScriptFailed');
    expect(failure?.message).toMatch(/; it fails at: ctx\._source\.total\.length\(\)$/);
    expect(failure?.message).not.toContain('of a document');
  });

  it('has one part ahead for each place, and sends no more than there are places', () => {
    const wide = [{ shard: 0, maxSeqNo: 99, primaryTerm: 1, documents: 100, rangeWidth: 10 }];
    const status = {
      ...copying,
      copy: { ...copying.copy, shards: wide, done: [], running: [], sums, parallel: 3 },
    };
    const first = run(request(status), observed(inCopy));
    expect(first.status.copy?.running).toHaveLength(6);
    const second = run(request(first.status), observed(inCopy));
    expect(actionsOf(second)).toEqual(['StartRange', 'StartRange', 'StartRange']);
    const running = (first.status.copy?.running ?? []).map((range, at) =>
      at < 3 ? { ...range, task: `n:${at}` } : range,
    );
    const ended = { type: 'copied', counts: counts({ total: 10, created: 10 }) } as const;
    const outcomes = { 'n:0': ended, 'n:1': { type: 'running', counts: counts() }, 'n:2': ended } as const;
    const third = run(
      request({ ...first.status, copy: { ...status.copy, running } }),
      observed({ ...inCopy, outcomes }),
    );
    expect(actionsOf(third)).toEqual(['StartRange', 'StartRange']);
    expect(third.status.copy?.running).toHaveLength(6);
  });

  it.each([
    ['2026-03-01T11:59:30Z', 1_000],
    ['2026-03-01T11:55:00Z', 2_000],
    ['2026-03-01T11:00:00Z', 5_000],
  ])('lets people see figures move, less often in a long copy: begun at %s', (startTime, expected) => {
    const outcomes = { 'n:1': { type: 'running', runningMs: 400, counts: counts({ created: 25 }) } } as const;
    const status = running();
    const full = { ...status, copy: { ...status.copy, parallel: 1, startTime } };
    expect(run(request(full), observed({ ...inCopy, outcomes })).next).toBe(expected);
  });

  it('refreshes what it counts as the last task ends, where writers wait', () => {
    const shown = { type: 'copied', counts: counts() } as const;
    const status = running();
    const last = {
      ...status,
      copy: { ...status.copy, done: [{ shard: 0, from: 50, to: 99 }], hardened: true },
    };
    const world = { ...inCopy, outcomes: { 'n:1': shown } };
    expect(actionsOf(run(request(last), observed(world)))).toEqual(['RefreshBoth']);
    const strange = { complete: true, running: [{ id: 'n:9', opaqueId: 'x' }] };
    expect(actionsOf(run(request(last), observed({ ...world, tasks: strange })))).toEqual([]);
  });

  it('repeats a range that vanished, after a pause', () => {
    const decision = run(
      request(running()),
      observed({ ...inCopy, outcomes: { 'n:1': { type: 'repeat', why: '' } } }),
    );
    expect(decision.status.copy?.running[0]).toEqual({ shard: 0, from: 0, to: 49, try: 1, term: 1 });
    expect(decision.status.copy).toMatchObject({ retries: 1, done: [] });
    expect(Date.parse(decision.status.copy?.pausedUntil ?? '')).toBeGreaterThan(NOW);
  });

  it('puts half as much load on a cluster that refused a part, and more again with what ends well (H26)', () => {
    const status = running();
    const wide = { ...status, copy: { ...status.copy, parallel: 4, mostParallel: 4 } };
    const refused = observed({ ...inCopy, outcomes: { 'n:1': { type: 'repeat', why: '' } } });
    expect(run(request(wide), refused).status.copy?.parallel).toBe(2);
    const well = observed({ ...inCopy, outcomes: { 'n:1': { type: 'copied', counts: counts() } } });
    const narrow = { ...status, copy: { ...status.copy, parallel: 3, mostParallel: 4 } };
    expect(run(request(narrow), well).status.copy?.parallel).toBe(4);
    expect(run(request(wide), well).status.copy?.parallel).toBe(4);
  });

  it('puts half as much load on a cluster that is too busy for single batches, once for each time', () => {
    const status = running();
    const wide = { ...status, copy: { ...status.copy, parallel: 4, mostParallel: 4 } };
    const busy = observed({
      ...inCopy,
      outcomes: { 'n:1': { type: 'running', counts: counts({ created: 20, retries: 2 }) } },
    });
    const first = run(request(wide), busy);
    expect(first.status.copy?.parallel).toBe(2);
    expect(first.status.copy?.running[0]).toMatchObject({ task: 'n:1', refusals: 2 });
    expect(run(request(first.status), busy).status.copy?.parallel).toBe(2);
  });

  it('says why a part is begun again, and gives up after a dozen times', () => {
    const lost = observed({
      ...inCopy,
      outcomes: { 'n:1': { type: 'repeat', why: 'node_closed_exception' } },
    });
    expect(run(request(running()), lost).ready).toMatchObject({
      reason: 'TaskLost',
      message: expect.stringContaining('node_closed_exception'),
    });
    const last = run(request(running({ try: 11 })), lost);
    expect(last.status.failure).toMatchObject({
      reason: 'NoProgress',
      message: expect.stringContaining('node_closed_exception'),
    });
  });

  it('looks into documents that cannot be written, where it can leave them out', () => {
    const failures = Array.from({ length: 12 }, (_, at) => ({
      index: 'orders-v2',
      id: `${at}`,
      status: 400,
      type: 't',
      reason: 'r',
      detail: 'd',
    }));
    const world = observed({ ...inCopy, outcomes: { 'n:1': { type: 'documentFailures', failures } } });
    const seeing = { ...running(), copy: { ...running().copy, pit: 'p', pitTime: '2026-03-01T11:59:00Z' } };
    const decision = run(request(seeing), world);
    expect(decision.actions).toMatchObject([
      { type: 'IsolateFailures', range: { shard: 0, from: 0, to: 49 } },
    ]);
    expect(decision.status.copy?.running).toHaveLength(2);
    // The index that keeps them is made by the first.
    const both = [...running().copy.running, { ...running({ from: 50, to: 99 }).copy.running[0] }];
    const two = run(request({ ...seeing, copy: { ...seeing.copy, running: both } as never }), world);
    expect(actionsOf(two)).toEqual(['IsolateFailures']);
    const last = run(
      request({ ...seeing, copy: { ...seeing.copy, ...running({ try: 11 }).copy, pit: 'p' } }),
      world,
    );
    expect(last.status.failure?.reason).toBe('DocumentFailures');
    const blind = running();
    const failed = run(request(blind), world);
    expect(failed.status.failure?.reason).toBe('DocumentFailures');
    expect(failed.status.failures).toHaveLength(10);
  });

  it.each([
    ['Fail', 1_000, undefined],
    ['Fail', 1_001, 'DocumentFailures'],
    ['Quarantine', 5, undefined],
    ['Quarantine', 6, 'DocumentFailures'],
  ])('with policy %s and %d bad documents: %s', (policy, bad, reason) => {
    const status = running();
    const resource = request(
      { ...status, copy: { ...status.copy, bad } },
      { onDocumentFailure: { policy, maxQuarantined: 5 } },
    );
    expect(run(resource, observed(inCopy)).status.failure?.reason).toBe(reason);
  });

  it('shares a throttle among its tasks, and changes it on those that run', () => {
    const resource = request(running(), { throttle: { requestsPerSecond: 100, maxParallel: 1 } });
    expect(
      run(resource, observed({ ...inCopy, outcomes: { 'n:1': { type: 'running', counts: counts() } } }))
        .actions,
    ).toMatchObject([{ type: 'Rethrottle', task: 'n:1', requestsPerSecond: 100 }]);
  });

  it('never lets the percent go back', () => {
    const before = { ...running(), progress: { percent: 60, display: '60%', message: '', total: 100 } };
    expect(run(request(before), observed(inCopy)).status.progress?.percent).toBe(60);
  });
});

describe('proof and cut-over', () => {
  it('never proves a destination that has not got its own settings back', () => {
    const { copy } = copied;
    const status: ReindexRequestStatus = {
      ...copied,
      ...(copy ? { copy: { ...copy, hardened: false } } : {}),
      phase: 'Verifying',
      verification: { refreshed: true },
    };
    expect(stage(request(status), observed(inCopy))).toBe('Hardening');
  });

  const verifying: ReindexRequestStatus = {
    ...copied,
    copy: wholeCopy,
    phase: 'Verifying',
    verification: { refreshed: true },
  };
  const cutting: ReindexRequestStatus = {
    ...verifying,
    phase: 'CuttingOver',
    verification: { refreshed: true, verdict: 'Equal' },
    intent: { type: 'CutOver', time: '' },
    cutoverMaxSeq: { source: [99], destination: [99] },
    sourceHidden: false,
  };
  const whole = (over: Partial<Observed> = {}) =>
    observed({
      ...inCopy,
      destination: hardened(),
      shards: facts,
      destinationShards: facts,
      counts: { source: 100, destination: 100 },
      ...over,
    });

  it('counts only after the last task is gone', () => {
    expect(
      actionsOf(
        run(
          request(verifying),
          whole({ tasks: { complete: true, running: [{ id: 'n:1', opaqueId: 'x' }] } }),
        ),
      ),
    ).toEqual(['CancelTask']);
  });

  it.each([
    [100, {}, undefined],
    [99, {}, 'VerificationFailed'],
    [101, {}, 'VerificationFailed'],
    [97, { noops: 2, deleted: 1 }, undefined],
  ])('with %d copies of 100 documents and %j: %s', (copies, left, reason) => {
    const status = {
      ...verifying,
      copy: { ...wholeCopy, sums: { ...sums, ...left } },
    };
    const decision = run(request(status), whole({ counts: { source: 100, destination: copies } }));
    expect(decision.status.failure?.reason).toBe(reason);
    expect(decision.status.phase).toBe(reason ? 'Verifying' : 'CuttingOver');
  });

  it('shows the documents of the copy from the proof on, whatever was copied', () => {
    const progress = { percent: 97, display: '97%', message: '', total: 90, completed: 90, created: 90 };
    const status = { ...verifying, progress, copy: { ...wholeCopy, sums: { ...sums, noops: 2 } } };
    const decision = run(request(status), whole({ counts: { source: 100, destination: 98 } }));
    expect(decision.status.progress).toMatchObject({ total: 100, completed: 98 });
  });

  it('says why documents may be missing in an index that is divided in another way', () => {
    const few = { ...hardened(), settings: { ...(hardened().settings as object), number_of_shards: '1' } };
    const five = { number_of_shards: '5', blocks: { write: 'true' } };
    const world = (copies: number, settings: object) =>
      whole({
        sources: [fenced({ settings })],
        destination: few,
        counts: { source: 100, destination: copies },
      });
    const message = (copies: number, settings: object = five) =>
      run(request(verifying), world(copies, settings)).status.failure?.message;
    expect(message(99)).toContain('under several routings');
    expect(message(101)).not.toContain('routings');
    expect(message(99, { ...five, number_of_shards: '1' })).not.toContain('routings');
  });

  it.each([
    ['the block was lifted', { sources: [source({ aliases: { orders, [EPOCH]: {} } })] }],
    [
      'a shard has moved on',
      { shards: [{ shard: 0, maxSeqNo: 100, globalCheckpoint: 100, documents: 101, primaryTerm: 1 }] },
    ],
  ])('moves nothing when %s', (_, over) => {
    for (const status of [verifying, cutting]) {
      const decision = run(request(status), whole(over));
      expect(decision.status.failure?.reason).toBe('SourceChanged');
      expect(actionsOf(decision)).toEqual([]);
    }
  });

  const cutoverMaxSeq = { source: [99], destination: [99] };
  const final = hardened({
    state: 'final',
    blocks: true,
    cutover: { time: '', aliases: ['orders'], sourceHidden: false, maxSeq: cutoverMaxSeq },
  });

  it('marks the destination final before the aliases move, with what a rollback is judged by', () => {
    const { actions } = run(request(cutting), whole());
    const cutover = { aliases: ['orders'], maxSeq: cutoverMaxSeq };
    expect(actions).toMatchObject([{ type: 'SetMeta', meta: { 'es-steward': { state: 'final', cutover } } }]);
  });

  it('says in the mark that the block is its own, whatever a late call has written there', () => {
    const late = hardened({ ...markOf(final.mappings), blocks: false });
    const { actions } = run(request(cutting), whole({ destination: late }));
    expect(actions).toMatchObject([{ type: 'SetMeta', meta: { 'es-steward': { blocks: true } } }]);
    const theirs = { ...cutting, plan: { ...plan, blockedBefore: true } };
    expect(actionsOf(run(request(theirs), whole({ destination: late })))).toEqual(['CutOver']);
  });

  it('does so with the proof already, since writers wait, but not where the move would be refused', () => {
    const proven = run(request(verifying), whole());
    expect(proven.actions).toMatchObject([{ type: 'SetMeta', meta: { 'es-steward': { state: 'final' } } }]);
    expect(proven.status).toMatchObject({
      cutoverMaxSeq,
      epoch: 2,
      verification: { verdict: expect.any(String) },
    });
    const unapproved = run(request(verifying, { approval: 'BeforeCutover' }), whole());
    expect(actionsOf(unapproved)).toEqual([]);
    expect(unapproved.status).toMatchObject({ cutoverMaxSeq });
    const taken = run(request(verifying), whole({ sources: [fenced({ aliases: { [EPOCH]: {} } })] }));
    expect(actionsOf(taken)).toEqual([]);
    const different = run(request(verifying), whole({ counts: { source: 100, destination: 99 } }));
    expect(actionsOf(different)).toEqual([]);
  });

  it('has how far both indexes are in status before the aliases move', () => {
    const decision = run(request({ ...cutting, intent: undefined }), whole({ destination: final }));
    expect(decision.status).toMatchObject({ cutoverMaxSeq, intent: { type: 'CutOver' } });
    expect(actionsOf(decision)).toEqual([]);
  });

  describe('with a rollback that was asked for too early', () => {
    const early = { annotations: { 'es-steward.dev/rollback': 'early' } };
    const at = (status: ReindexRequestStatus, spec: object = {}) =>
      run(request(status, spec, early), whole({ destination: final }));

    it('answers it, once, before the aliases move', () => {
      const answered = at(cutting);
      expect(answered.status).toMatchObject({ lastHandledRollback: 'early', intent: { type: 'CutOver' } });
      expect(actionsOf(answered)).toEqual([]);
      expect(answered.events).toMatchObject([{ type: 'Warning', reason: 'RollbackRefused' }]);
      const next = at(answered.status);
      expect(actionsOf(next)).toEqual(['CutOver']);
      expect(next.events).toEqual([]);
    });

    it('does not move them back, but does with a value that is set afterwards', () => {
      const { status } = at(at(cutting).status);
      const inWindow = { ...status, aliasesMoved: ['orders'], completionTime: new Date(NOW).toISOString() };
      const swapped = whole({
        sources: [source({ aliases: {}, settings: { blocks: { write: 'true' }, hidden: 'true' } })],
        destination: { ...final, aliases: { orders } },
      });
      const asking = (value: string) =>
        stage(request(inWindow, {}, { annotations: { 'es-steward.dev/rollback': value } }), swapped);
      expect([asking('early'), asking('late')]).toEqual(['RollbackWindow', 'RollingBack']);
    });

    it('leaves the answer to the end where there is no window', () => {
      const decision = at(cutting, { sourceAfter: { rollbackWindow: '0s' } });
      expect(actionsOf(decision)).toEqual(['CutOver']);
      expect(decision.status.lastHandledRollback).toBeUndefined();
    });
  });

  it('serves nothing that somebody else has written since the proof', () => {
    const decision = run(
      request(cutting),
      whole({ destination: final, destinationShards: facts.map((shard) => ({ ...shard, maxSeqNo: 100 })) }),
    );
    expect(decision.status.failure?.reason).toBe('VerificationFailed');
  });

  const written = facts.map((shard) => ({ ...shard, maxSeqNo: 140 }));

  it('serves nothing that somebody has written while it waited for approval', () => {
    const wish = { approval: 'BeforeCutover' };
    const { status } = run(request(verifying, wish), whole());
    const approved = request(status, wish, { annotations: { 'es-steward.dev/approve': plan.hash } });
    const noted = [fenced({ aliases: { orders, 'es-steward-abcdef01-2': {} } })];
    expect(actionsOf(run(approved, whole({ sources: noted })))).toEqual(['SetMeta']);
    const decision = run(approved, whole({ sources: noted, destinationShards: written }));
    expect(decision.status.failure?.reason).toBe('VerificationFailed');
    expect(actionsOf(decision)).toEqual([]);
  });

  it('serves nothing that was written between the proof and the mark of the destination', () => {
    const decision = run(request(cutting), whole({ destinationShards: written }));
    expect(decision.status.failure?.reason).toBe('VerificationFailed');
  });

  it('moves whole alias definitions in one call that needs the epoch alias', () => {
    const decision = run(request(cutting), whole({ destination: final }));
    expect(decision.actions).toMatchObject([
      { type: 'CutOver', through: EPOCH, moved: [{ name: 'orders', definition: orders }] },
    ]);
  });

  it('does not move a protected alias that was added during the copy', () => {
    const withAlias = fenced({ aliases: { orders, '.kibana': {}, [EPOCH]: {} } });
    const decision = run(
      request(cutting),
      whole({ sources: [withAlias], destination: hardened({ state: 'final' }) }),
    );
    expect(decision.status.failure?.reason).toBe('AliasConflict');
  });

  it.each(['orders-v1', 'orders-v2'])('moves nothing where %s came to be protected', (name) => {
    const over = { destination: final, protects: (other: string) => other === name };
    const decision = run(request(cutting), whole(over));
    expect(decision.status.failure?.reason).toBe('PreflightFailed');
    expect(actionsOf(decision)).toEqual([]);
    expect(actionsOf(run(request(verifying), whole({ ...over, destination: hardened() })))).toEqual([]);
  });

  it('does not overrule somebody who took an alias away', () => {
    const decision = run(
      request(cutting),
      whole({
        sources: [fenced({ aliases: { [EPOCH]: {} } })],
        destination: hardened({ state: 'final' }),
      }),
    );
    expect(decision.status.failure?.reason).toBe('AliasConflict');
  });
});

describe('undoing', () => {
  const undoing: ReindexRequestStatus = { ...copying, epoch: 2, intent: { type: 'Undo', time: '' } };
  const bumped = fenced({ aliases: { orders, 'es-steward-abcdef01-2': {} } });
  const free = source({ aliases: { orders, 'es-steward-abcdef01-2': {} } });
  const cancel = { cancel: true };
  const full = { settings: { blocks: { read_only_allow_delete: 'true' } } };
  const half = (mark: Parameters<typeof destination>[0] = {}, over: Parameters<typeof destination>[1] = {}) =>
    destination(mark, { entrances: [], ...over });

  it('deletes the index of a trial once its task is over', () => {
    const scratch = 'es-steward-scratch-abcdef01-01234567';
    const before = request({ phase: 'Validating', plan }, cancel, { finalizers: [CLEANUP_FINALIZER] });
    const left = { id: 'n:1', opaqueId: trialOpaqueId(UID, scratch) };
    const after = (tasks: Observed['tasks']) =>
      actionsOf(run(before, observed({ tasks, scratches: [scratch] })));
    expect(after({ complete: true, running: [left] })).toEqual(['CancelTask']);
    expect(after({ complete: false, running: [] })).toEqual([]);
    expect(after({ complete: true, running: [] })).toEqual(['DropScratches']);
  });

  it('moves to the next epoch before anything else, with the intent in status first', () => {
    const first = run(request(copying, cancel), observed(inCopy));
    expect(first.status).toMatchObject({ epoch: 2, intent: { type: 'Undo' } });
    expect(actionsOf(first)).toEqual([]);
    expect(run(request(first.status, cancel), observed(inCopy)).actions).toMatchObject([
      { type: 'MoveEpochAlias', from: EPOCH, to: 'es-steward-abcdef01-2' },
    ]);
  });

  it('lifts the block, then closes the copy to its tasks and stops them, then deletes it, then lets the epoch alias go', () => {
    const task = { complete: true, running: [{ id: 'n:1', opaqueId: 'x' }] };
    const worlds = [
      observed({ sources: [bumped], destination: half(), tasks: task }),
      observed({ sources: [free], destination: destination(), tasks: task }),
      observed({ sources: [free], destination: half(), tasks: task }),
      observed({ sources: [free], destination: half() }),
      observed({ sources: [free] }),
    ];
    expect(worlds.flatMap((world) => actionsOf(run(request(undoing, cancel), world)))).toEqual([
      'LiftBlock',
      'DropAliases',
      'CancelTask',
      'DeleteDestination',
      'DropAliases',
    ]);
  });

  it.each([
    ['is kept for study', {}, ['DropAliases']],
    ['is protected by now', { protects: (name: string) => name === 'orders-v2' }, []],
    ['takes no change of its aliases', { destination: half({}, full) }, []],
    ['is not its own', { destination: destination({ uid: 'another' }) }, []],
  ])('closes a half copy to its tasks that %s', (_, over, actions) => {
    const failed = { ...undoing, failure: { reason: 'ScriptFailed', message: 'm' } };
    const decision = run(request(failed), observed({ destination: destination(), ...over }));
    expect(actionsOf(decision)).toEqual(actions);
  });

  it('closes the points in time, once, when nothing reads in them any more', () => {
    const looking = { ...undoing, copy: { ...wholeCopy, pit: 'p1', previousPit: 'p0' } };
    const world = observed({ sources: [free], destination: half() });
    const first = run(request(looking, cancel), world);
    expect(first.actions).toEqual([{ type: 'ClosePointsInTime', pits: ['p1', 'p0'] }]);
    expect(actionsOf(run(request(first.status, cancel), world))).toEqual(['DeleteDestination']);
  });

  it('forgets with the block that it was its own, so that what a user sets later stays', () => {
    const was = observed({ sources: [free], destination: half({ blocks: true }) });
    expect(run(request(undoing, cancel), was).actions).toMatchObject([
      { type: 'SetMeta', meta: { 'es-steward': { blocks: false } } },
    ]);
    const flooded = observed({ sources: [free], destination: half({ blocks: true }, full) });
    expect(actionsOf(run(request(undoing, cancel), flooded))).toEqual(['DeleteDestination']);
    const again = { attempt: 2, epoch: 2, phase: 'Pending' as const };
    const theirs = fenced({ aliases: { orders } });
    const world = observed({ sources: [theirs], destination: half({ blocks: false }) });
    expect(actionsOf(run(request(again, cancel), world))).toEqual(['DeleteDestination']);
  });

  it.each([
    ['for a while', '2026-03-01T11:59:00Z', []],
    ['but does not hold a deletion for ever', '2026-03-01T11:57:00Z', ['DropAliases']],
  ])('waits for a node that does not list its tasks %s', (_, deletionTimestamp, actions) => {
    const world = observed({ sources: [free], tasks: { complete: false, running: [] } });
    expect(actionsOf(run(request(undoing, {}, { deletionTimestamp }), world))).toEqual(actions);
  });

  it('lets go of a suspended request that is deleted as of any other, without a wait', () => {
    const deleted = { deletionTimestamp: '2026-03-01T11:59:59Z' };
    const resting = { ...copying, plan: { ...plan, sequenceNumbers: true } };
    expect(stage(request(resting, { suspend: true }), observed(inCopy))).not.toBe('Undoing');
    const first = run(request(resting, { suspend: true }, deleted), observed(inCopy));
    expect(first).toEqual(run(request(resting, {}, deleted), observed(inCopy)));
    expect(first.status.intent?.type).toBe('Undo');
    expect(
      actionsOf(run(request(undoing, { suspend: true }, deleted), observed({ sources: [bumped] }))),
    ).toEqual(['LiftBlock']);
    const last = run(request(undoing, { suspend: true }, deleted), observed());
    expect(last.holds).toBe(false);
  });

  it('goes on to its end when nobody asks for it any more', () => {
    expect(stage(request(undoing), observed({ sources: [free], destination: half() }))).toBe('Undoing');
  });

  it('deletes the half copy also when it is cancelled after it was suspended', () => {
    const { intent: _intent, ...suspended } = {
      ...undoing,
      phase: 'Pending' as const,
      copy: undefined,
      plan: undefined,
    };
    expect(actionsOf(run(request(suspended, cancel), observed({ destination: half() })))).toEqual([
      'DeleteDestination',
    ]);
  });

  it('keeps the copy of a failed request for study', () => {
    const failed = { ...undoing, failure: { reason: 'ScriptFailed', message: 'm' } };
    expect(actionsOf(run(request(failed), observed({ sources: [free], destination: half() })))).toEqual([
      'DropAliases',
    ]);
  });

  it('warns of a failure, and not of what somebody has asked for', () => {
    const failed = { ...undoing, failure: { reason: 'ScriptFailed', message: 'm' } };
    const world = observed({ sources: [source({ aliases: { orders } })] });
    expect(run(request(failed), world).events).toMatchObject([{ type: 'Warning', reason: 'ScriptFailed' }]);
    expect(run(request(undoing, cancel), world).events).toMatchObject([
      { type: 'Normal', reason: 'Cancelled' },
    ]);
  });

  it('tells of a deletion as one, and what stays of the copy, whatever else was asked for', () => {
    const deleted = { deletionTimestamp: '2026-03-01T11:59:59Z' };
    const world = observed({ sources: [source({ aliases: { orders } })], destination: half() });
    const { status, ready, events } = run(request(undoing, cancel, deleted), world);
    expect(events).toMatchObject([
      { type: 'Normal', reason: 'Deleting', note: expect.stringContaining('unfinished orders-v2 stays') },
    ]);
    expect(ready.type).toBe('reconciling');
    expect(run(request(status, cancel, deleted), world).ready).toEqual(ready);
  });

  it('never deletes a destination that has an alias', () => {
    const world = observed({ sources: [free], destination: half({}, { aliases: { orders: {} } }) });
    expect(actionsOf(run(request(undoing, cancel), world))).not.toContain('DeleteDestination');
  });

  it('never deletes a destination that came to be protected', () => {
    const world = observed({ destination: half(), protects: (name) => name === 'orders-v2' });
    const decision = run(request(undoing, cancel), world);
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.ready.message).toContain('protects it');
  });

  it('says which alias keeps the half copy', () => {
    const world = observed({ destination: half({}, { aliases: { theirs: {} } }) });
    expect(run(request(undoing, cancel), world).ready.message).toContain('the alias theirs');
  });

  it.each([
    ['cancelled', cancel, {}, ['DropAliases', 'DeleteDestination']],
    ['failed', {}, { failure: { reason: 'ScriptFailed', message: 'm' } }, ['DropAliases', 'DropAliases']],
    ['suspended', { suspend: true }, {}, ['DropAliases', 'DropAliases']],
  ])('takes the aliases of a template away before anything is copied: %s', (_, over, status, actions) => {
    const fresh = { restore: undefined } as never;
    const worlds = [{ orders: {} }, {}].map((aliases) =>
      observed({ sources: [free], destination: half(fresh, { aliases }) }),
    );
    const decisions = worlds.map((world) => run(request({ ...undoing, ...status }, over), world));
    expect(decisions.flatMap(actionsOf)).toEqual(actions);
    expect(decisions[0]?.actions).toMatchObject([{ target: { index: 'orders-v2' }, aliases: ['orders'] }]);
  });

  it('never deletes a destination once the source is gone', () => {
    const decision = run(request(undoing, cancel), observed({ sources: [], destination: half() }));
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.status.phase).toBe('Cancelled');
  });

  it('never lifts a block that was there before', () => {
    const status = { ...undoing, plan: { ...plan, blockedBefore: true } };
    expect(actionsOf(run(request(status, cancel), observed({ sources: [bumped] })))).toEqual(['DropAliases']);
  });

  it('waits while the task list is incomplete (H35)', () => {
    const decision = run(
      request(undoing, cancel),
      observed({ sources: [free], tasks: { complete: false, running: [] } }),
    );
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.status.phase).toBe('Copying');
  });

  it.each([
    ['cancelled', cancel, {}, 'Cancelled', 'stalled'],
    ['failed', {}, { failure: { reason: 'ScriptFailed', message: 'm' } }, 'Failed', 'stalled'],
    ['suspended', { suspend: true }, {}, 'Pending', 'suspended'],
  ])('ends %s with nothing held', (_, over, status, phase, ready) => {
    const decision = run(request({ ...undoing, ...status }, over), observed());
    expect(decision.status.phase).toBe(phase);
    expect(decision.ready.type).toBe(ready);
    expect(decision.holds).toBe(false);
    expect(decision.status.blockedSince).toBeUndefined();
  });

  it.each([
    ['BlockFirst', 'tasks are stopped and writes are free again'],
    ['CopyOnly', 'tasks are stopped; the copy starts again'],
  ])('says of a suspended %s what it has let go of', (writeMode, words) => {
    const decision = run(request(undoing, { suspend: true, writeMode }), observed());
    expect(decision.ready.message).toContain(words);
  });

  it('makes an unmoved final copy unfinished again before the epoch alias goes', () => {
    expect(
      actionsOf(
        run(request(undoing, cancel), observed({ sources: [free], destination: half({ state: 'final' }) })),
      ),
    ).toEqual(['SetMeta']);
  });
});

describe('a lost status', () => {
  it("does not make our own block a stranger's", () => {
    const validating: ReindexRequestStatus = { phase: 'Validating' };
    const decision = run(request(validating), observed({ sources: [fenced()], destination: destination() }));
    expect(decision.status.plan?.blockedBefore).toBe(false);
  });
});

describe('retry', () => {
  const failed: ReindexRequestStatus = {
    phase: 'Failed',
    failure: { reason: 'ScriptFailed', message: 'm' },
    attempt: 1,
    epoch: 2,
  };

  it('begins the next attempt of a failed request', () => {
    const decision = run(request(failed, {}, { annotations: { 'es-steward.dev/retry': '1' } }), observed());
    expect(decision.status).toMatchObject({ phase: 'Pending', attempt: 2, epoch: 3, lastHandledRetry: '1' });
    expect(decision.status.failure).toBeUndefined();
  });

  it('remembers where the attempt before has left what could not be written', () => {
    const copy = { ...copying.copy, bad: 2 } as NonNullable<ReindexRequestStatus['copy']>;
    const failing = { ...failed, phase: 'Copying' as const, copy };
    const { status } = run(request(failing), observed());
    const left = { name: 'orders-v2-error', attempt: 1 };
    expect(status).toMatchObject({ phase: 'Failed', errorIndex: left });
    const again = run(request(status, {}, { annotations: { 'es-steward.dev/retry': '1' } }), observed());
    expect(again.status).toMatchObject({ attempt: 2, errorIndex: left });
  });

  it('happens once also for a value that a status cannot hold', () => {
    const long = { annotations: { 'es-steward.dev/retry': 'x'.repeat(300) } };
    const begun = run(request(failed, {}, long), observed());
    expect(begun.status.lastHandledRetry).toHaveLength(255);
    const again = { ...failed, lastHandledRetry: 'x'.repeat(255) };
    expect(run(request(again, {}, long), observed()).status.phase).toBe('Failed');
  });

  it('happens once for each value', () => {
    const decision = run(
      request({ ...failed, lastHandledRetry: '1' }, {}, { annotations: { 'es-steward.dev/retry': '1' } }),
      observed(),
    );
    expect(decision.status.phase).toBe('Failed');
  });
});
