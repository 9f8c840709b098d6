import { describe, expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { plan, request } from '../../../test/support/reindex-situations.ts';
import { WaitingError } from '../../runtime/errors.ts';
import type { EffectContext } from './perform-effect.ts';
import { tryOut } from './perform-try-out.ts';

const UID = 'abcdef01-2';
const SCRATCH = '/es-steward-scratch-abcdef01-';

function refusal(type: string, reason: string) {
  return classifyAnswer({ method: 'PUT', path: '/x' }, { status: 400, body: { error: { type, reason } } });
}

const none = classifyAnswer(
  { method: 'GET', path: '/x' },
  { status: 404, body: { error: { type: 'index_not_found_exception', reason: '' } } },
);
const copied = { took: 1, timed_out: false, total: 0, created: 0, updated: 0, deleted: 0, batches: 0 };
const nothing = { version_conflicts: 0, noops: 0, failures: [] };

function health(status: 'yellow' | 'red') {
  const shards = { active_primary_shards: 0, active_shards: 0, relocating_shards: 0, initializing_shards: 0 };
  const rest = {
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    unassigned_shards: 1,
    number_of_pending_tasks: 0,
  };
  return { ...shards, ...rest, status, timed_out: status === 'red' };
}

/** The documents that are tried. */
const chosen = {
  timed_out: false,
  _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
  hits: { hits: [{ _id: '1' }, { _id: '2' }] },
};

/** A cluster that answers so to the creation of the trial index, and to its aliases. */
function cluster(
  creation: unknown,
  aliases: unknown = { acknowledged: true },
  status: 'yellow' | 'red' = 'red',
  copy: unknown = { ...copied, ...nothing },
  allocation: object = { can_allocate: 'throttled' },
  settings: unknown = { acknowledged: true },
) {
  const sent: ElasticsearchRequest[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    '/_aliases': aliases,
    '/orders-v1/_search': chosen,
    '/_reindex': copy,
  };
  const request = async (call: ElasticsearchRequest) => {
    if (call.path.startsWith('/_cluster/health/')) return health(status);
    if (call.path === '/_cluster/allocation/explain') return allocation;
    if (call.path === '/_tasks') return { tasks: [] };
    if (call.path.startsWith('/_resolve/')) return { indices: [] };
    if (call.method === 'GET') throw none;
    sent.push(call);
    const isSetting = call.path.endsWith('/_settings');
    const ofIndex = isSetting ? settings : creation;
    const answer = call.path.startsWith(SCRATCH) ? ofIndex : answers[call.path];
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? answer(call) : answer;
  };
  const spec = { destination: { index: 'orders-v2' }, onDocumentFailure: { policy: 'Fail' } };
  const pass = { signal: new AbortController().signal, log: { warn: () => {} } };
  // A cast: only what is used.
  const context = {
    es: { request },
    resource: { metadata: { uid: UID }, spec },
    pass,
  } as unknown as EffectContext;
  return { sent, context };
}

const made = { acknowledged: true, shards_acknowledged: true };
const filter = { term: { region: 'eu' } };
const action = {
  type: 'TryOut',
  body: {},
  reindex: { source: { index: 'orders-v1', size: 10 }, dest: {} },
  aliases: [
    { name: 'all', definition: { filter } },
    { name: 'eu', definition: { filter, is_write_index: true, search_routing: 'a' } },
  ],
  later: {},
} as const;

it('tries the filters of aliases under names of its own', async () => {
  const { sent, context } = cluster(made);
  expect((await tryOut(action, context))({}).phase).toBe('Preparing');
  const index = sent.find(({ path }) => path.startsWith(SCRATCH))?.path.slice(1);
  const own = { index, is_hidden: true, filter };
  expect(sent.find(({ path }) => path === '/_aliases')?.body).toEqual({
    actions: [
      { add: { ...own, alias: 'es-steward-abcdef01-try-0' } },
      { add: { ...own, alias: 'es-steward-abcdef01-try-1', search_routing: 'a' } },
    ],
  });
});

it('gives the copy time, and a mark by which it is found when nobody waits for it any more', async () => {
  const { sent, context } = cluster(made);
  await tryOut({ ...action, aliases: [] }, context);
  const { opaqueId, timeoutMs = 0 } = sent.find(({ path }) => path === '/_reindex') ?? {};
  const index = sent.find(({ path }) => path.startsWith(SCRATCH))?.path.slice(1);
  expect(opaqueId).toBe(`${UID}/${index}`);
  expect(timeoutMs).toBeGreaterThan(60_000);
});

it('copies a few documents by their ids, however many the script leaves out', async () => {
  const { sent, context } = cluster(made);
  const query = { term: { open: true } };
  const reindex = { ...action.reindex, source: { ...action.reindex.source, query } };
  await tryOut({ ...action, reindex, aliases: [] }, context);
  const bodyOf = (path: string) => sent.find((call) => call.path === path)?.body;
  expect(bodyOf('/orders-v1/_search')).toMatchObject({ query, size: 10, _source: false });
  expect(bodyOf('/_reindex')).toMatchObject({
    source: { query: { bool: { filter: [{ ids: { values: ['1', '2'] } }, query] } } },
  });
  expect(bodyOf('/_reindex')).not.toHaveProperty('max_docs');
});

it('leaves the end of a dry run to what is decided next', async () => {
  const { context } = cluster(made);
  const dry = { ...context, resource: request({ plan }, { dryRun: true }) };
  const status = (await tryOut({ ...action, aliases: [] }, dry))({ phase: 'Validating', plan });
  expect(status).toEqual({ phase: 'Validating', plan: { ...plan, tried: true } });
});

describe('a dry run of a copy that leaves out what does not fit', () => {
  const reason = "failed to parse field [n] of type [long] in document with id '1'. Preview: 'secret'";
  const unfit = (id: string) => {
    const cause = { type: 'document_parsing_exception', reason };
    return { index: 'x', id, status: 400, cause };
  };
  const two = { ...copied, ...nothing, failures: [unfit('1'), unfit('2')] };
  const trying = (maxQuarantined: number, over: object = {}) => {
    const { context } = cluster(made, undefined, undefined, two);
    const onDocumentFailure = { policy: 'Quarantine', maxQuarantined };
    const resource = request({ plan: { ...plan, ...over } }, { dryRun: true, onDocumentFailure });
    return { ...context, resource };
  };

  it('ends with its plan, which says how many of the first that are, and why', async () => {
    const dry = trying(2);
    const before = { ...plan, notes: ['a note'] };
    const status = (await tryOut({ ...action, aliases: [] }, dry))({ phase: 'Validating', plan: before });
    expect(status.failure).toBeUndefined();
    expect(status.plan?.tried).toBe(true);
    expect(status.plan?.notes).toEqual([
      'a note',
      '2 of the first documents would be quarantined, the first is 1 (field n does not fit its type long)',
    ]);
  });

  it.each([
    ['more of them than may be', 1, {}],
    ['no sequence numbers to leave one out by', 2, { sequenceNumbers: false }],
  ])('fails as the copy would with %s', async (_, most, over) => {
    const dry = trying(most, over);
    const status = (await tryOut({ ...action, aliases: [] }, dry))({ phase: 'Validating', plan });
    expect(status.failure?.reason).toBe('DocumentFailures');
    expect(status.failures).toMatchObject([{ id: '1' }, { id: '2' }]);
  });
});

it('waits for a privilege that the copy lacks', async () => {
  const reason = 'action [indices:data/write/bulk[s]] is unauthorized for user [a]';
  const failures = [{ index: 'x', id: '1', status: 403, cause: { type: 'security_exception', reason } }];
  const { context } = cluster(made, undefined, 'yellow', { ...copied, ...nothing, failures });
  await expect(tryOut({ ...action, aliases: [] }, context)).rejects.toMatchObject({
    reason: 'MissingPrivileges',
    message: "the connection's user lacks the privilege for indices:data/write/bulk[s].",
  });
});

const failing = (failure: object) => {
  const reason = "of the document, which is nobody else's business";
  return {
    ...copied,
    ...nothing,
    failures: [{ index: 'x', cause: { reason, type: 'some_exception' }, ...failure }],
  };
};

it.each([
  [
    'is refused for load',
    failing({ id: '1', status: 429, cause: { type: 'es_rejected_execution_exception' } }),
  ],
  ['fails without a document to blame', failing({ status: 500 })],
  ['is blocked', failing({ id: '1', status: 403, cause: { type: 'cluster_block_exception' } })],
  ['is cancelled', { ...copied, ...nothing, canceled: 'by user request' }],
  ['does not add up', { ...copied, ...nothing, total: 2, created: 1 }],
])('takes its time with a trial copy that %s', async (_, copy) => {
  const { context } = cluster(made, undefined, undefined, copy);
  const trial = tryOut({ ...action, aliases: [] }, context);
  await expect(trial).rejects.toBeInstanceOf(WaitingError);
  await expect(trial).rejects.toMatchObject({ reason: 'PreflightFailed', afterMs: 30_000 });
  await expect(trial).rejects.not.toMatchObject({ message: expect.stringContaining('business') });
});

describe('documents that are too many at once', () => {
  const rejected = { id: '1', status: 429, cause: { type: 'es_rejected_execution_exception' } };
  const breaker = { type: 'circuit_breaking_exception', reason: 'Data too large' };
  const post = { method: 'POST', path: '/_reindex' } as const;
  const tries = async (upTo: number, answer: unknown, size = 10) => {
    const { sent, context } = cluster(made, undefined, undefined, ({ body }: ElasticsearchRequest) => {
      const { source } = body as typeof action.reindex;
      if (source.size > upTo && answer instanceof Error) throw answer;
      return source.size > upTo ? answer : { ...copied, ...nothing };
    });
    const reindex = { source: { index: 'orders-v1', size }, dest: {} };
    const end = await tryOut({ ...action, aliases: [], reindex }, context).then(
      (change) => change({}).phase,
      (error: unknown) => error,
    );
    const copies = sent.filter(({ path }) => path === '/_reindex');
    return { end, sizes: copies.map(({ body }) => (body as typeof action.reindex).source.size) };
  };

  it.each([
    ['whose writing is refused', failing(rejected)],
    ['for which there is no memory', classifyAnswer(post, { status: 429, body: { error: breaker } })],
    ['that are too long', classifyAnswer(post, { status: 413, body: '' })],
  ])('are tried by fewer, %s', async (_, answer) => {
    expect(await tries(2, answer)).toEqual({ end: 'Preparing', sizes: [10, 2] });
    expect(await tries(1, answer)).toEqual({ end: 'Preparing', sizes: [10, 2, 1] });
    expect(await tries(1, answer, 3)).toEqual({ end: 'Preparing', sizes: [3, 1] });
  });

  it('are waited for, once a single one is too much', async () => {
    const { end, sizes } = await tries(0, failing(rejected));
    expect(end).toBeInstanceOf(WaitingError);
    expect(sizes).toEqual([10, 2, 1]);
  });

  it('are not sent again where a proxy may have sent them on', async () => {
    const throttled = classifyAnswer(post, { status: 429, body: 'slow down' });
    expect(await tries(2, throttled)).toEqual({ end: throttled, sizes: [10] });
  });

  it('are none on a full disk', async () => {
    const full = failing({ ...rejected, cause: { type: 'cluster_block_exception' } });
    expect((await tries(2, full)).sizes).toEqual([10]);
  });
});

it('does not pass a pipeline by because the copy for it was interrupted', async () => {
  const { sent, context } = cluster(made, undefined, undefined, { ...copied, ...nothing, timed_out: true });
  const simulation = { pipeline: 'clean', body: {}, reindex: action.reindex };
  await expect(tryOut({ ...action, simulation }, context)).rejects.toBeInstanceOf(WaitingError);
  expect(sent.filter(({ path }) => path === '/_reindex')).toHaveLength(1);
});

it('names the destination for a document that does not fit, as its own index is gone by then', async () => {
  const { context } = cluster(made, undefined, undefined, failing({ id: '1', status: 400 }));
  const { failure, failures } = (await tryOut({ ...action, aliases: [] }, context))({});
  expect(failure?.reason).toBe('MappingConflict');
  expect(failures).toMatchObject([{ id: '1', index: 'orders-v2' }]);
});

it.each(['Fail', 'Quarantine'])(
  'refuses a document that does not fit a time series, whose id nobody knows: %s',
  async (policy) => {
    const { context, sent } = cluster(made, undefined, undefined, () =>
      failing({
        index: sent.find(({ path }) => path.startsWith(SCRATCH))?.path.slice(1),
        status: 400,
        cause: { type: 'illegal_argument_exception' },
      }),
    );
    Object.assign(context.resource.spec, { onDocumentFailure: { policy } });
    const { failure } = (await tryOut({ ...action, aliases: [] }, context))({});
    expect(failure).toMatchObject({
      reason: 'MappingConflict',
      message: expect.stringMatching(/^a document does not fit .* \(illegal_argument_exception\)/),
    });
  },
);

it('refuses a query that only the shards understand', async () => {
  const failures = [{ index: 'orders-v1', shard: 0, status: 400, reason: { type: 'query_shard_exception' } }];
  const { context } = cluster(made, undefined, undefined, { ...copied, ...nothing, failures });
  const { failure } = (await tryOut({ ...action, aliases: [] }, context))({});
  expect(failure).toMatchObject({ reason: 'PreflightFailed', message: expect.stringContaining('query') });
});

it.each([
  ['unknown setting [index.foo] please check', 'Elasticsearch refuses setting index.foo of the destination'],
  [
    'Limit of total fields [1] has been exceeded',
    'Elasticsearch refuses the settings or mappings of the destination',
  ],
])('names what the trial index is refused for: %s', async (reason, message) => {
  const { context } = cluster(refusal('illegal_argument_exception', reason));
  const foo = { ...action, body: { settings: { 'index.foo': 1 } } };
  expect((await tryOut(foo, context))({}).failure).toMatchObject({
    reason: 'MappingConflict',
    message: expect.stringContaining(message),
  });
});

describe('a setting that comes with the aliases', () => {
  const ACTIVE = 'index.write.wait_for_active_shards';
  const later = { 'index.lifecycle.rollover_alias': 'a', [ACTIVE]: 'abc' };
  const trying = { ...action, aliases: [], later };
  const refusing = ({ body }: ElasticsearchRequest) => {
    // Elasticsearch does not name the setting.
    if (ACTIVE in Object(body))
      throw refusal('illegal_argument_exception', 'cannot parse ActiveShardCount[abc]');
    return { acknowledged: true };
  };
  const settingsIn = (sent: readonly ElasticsearchRequest[]) =>
    sent.filter(({ path }) => path.endsWith('/_settings')).map(({ body }) => body);

  it('is tried after the copy, which it could keep waiting', async () => {
    const { sent, context } = cluster(made);
    expect((await tryOut(trying, context))({}).phase).toBe('Preparing');
    expect(settingsIn(sent)).toEqual([later]);
    const paths = sent.map(({ path }) => path);
    expect(paths.indexOf('/_reindex')).toBeLessThan(paths.findIndex((path) => path.endsWith('/_settings')));
  });

  it.each([
    ['the copy', {}],
    ['a dry run', { dryRun: true }],
    ['a copy that goes on without some documents', { onDocumentFailure: { policy: 'Quarantine' } }],
  ])('is refused before %s by its name', async (_, spec) => {
    const document = { index: 'x', id: '1', status: 400, cause: { type: 'document_parsing_exception' } };
    const copy = 'onDocumentFailure' in spec ? { ...copied, ...nothing, failures: [document] } : undefined;
    const { context } = cluster(made, undefined, undefined, copy, undefined, refusing);
    Object.assign(context.resource.spec, spec);
    expect((await tryOut(trying, context))({}).failure).toMatchObject({
      reason: 'MappingConflict',
      message: expect.stringContaining(`refuses setting ${ACTIVE} of the destination (illegal_argument`),
    });
  });

  it('is not tried where there is none', async () => {
    const { sent, context } = cluster(made);
    await tryOut({ ...trying, later: {} }, context);
    expect(settingsIn(sent)).toEqual([]);
  });

  it('is no more than the index has copies for', async () => {
    const { sent, context } = cluster(made);
    await tryOut({ ...trying, later: { [ACTIVE]: '3' } }, context);
    expect(settingsIn(sent)).toEqual([{ [ACTIVE]: null }]);
  });
});

it('names the alias that the destination will not bear', async () => {
  const reason = 'failed to parse filter for alias [es-steward-abcdef01-try-1]';
  const { context } = cluster(made, refusal('illegal_argument_exception', reason));
  expect((await tryOut(action, context))({}).failure).toMatchObject({
    reason: 'AliasConflict',
    message: expect.stringContaining('alias eu for orders-v2'),
  });
});

it.each([
  ['whose shards do not start', { ...made, shards_acknowledged: false }],
  [
    'in a cluster full of shards',
    refusal('validation_exception', 'this cluster currently has [27]/[1] maximum normal shards open'),
  ],
])('waits for the cluster with a trial index %s', async (_, creation) => {
  const { context } = cluster(creation);
  const trial = tryOut({ ...action, aliases: [] }, context);
  await expect(trial).rejects.toMatchObject({ reason: 'PreflightFailed' });
  await expect(trial).rejects.toBeInstanceOf(WaitingError);
});

it('names what keeps a trial index from every node, and does not try that all the time', async () => {
  const nodes = [
    ['filter', 'awareness'],
    ['filter', 'Disk says: no'],
  ].map((names) => ({
    deciders: [
      { decider: 'same_shard', decision: 'YES' },
      ...names.map((decider) => ({ decider, decision: 'NO' })),
    ],
  }));
  const no = { can_allocate: 'no', node_allocation_decisions: nodes };
  const { context } = cluster({ ...made, shards_acknowledged: false }, undefined, undefined, undefined, no);
  await expect(tryOut({ ...action, aliases: [] }, context)).rejects.toMatchObject({
    reason: 'PreflightFailed',
    message: expect.stringContaining('may be on no node (awareness, filter): '),
    afterMs: 120_000,
  });
});

const proxy = classifyAnswer({ method: 'PUT', path: '/x' }, { status: 400, body: '<html>Bad Request' });

it.each([
  ['the trial index', proxy, undefined],
  ['the trial copy', made, proxy],
])('does not take a proxy that refuses %s for Elasticsearch', async (_, creation, copy) => {
  const { context } = cluster(creation, undefined, undefined, copy);
  await expect(tryOut({ ...action, aliases: [] }, context)).rejects.toBe(proxy);
});

it('passes no pipeline by because of a proxy', async () => {
  const { sent, context } = cluster(made, undefined, undefined, proxy);
  const simulation = { pipeline: 'clean', body: {}, reindex: action.reindex };
  await expect(tryOut({ ...action, simulation }, context)).rejects.toBe(proxy);
  expect(sent.filter(({ path }) => path === '/_reindex')).toHaveLength(1);
});

it('gives a trial index time whose shards start late', async () => {
  const { context } = cluster({ ...made, shards_acknowledged: false }, undefined, 'yellow');
  expect((await tryOut({ ...action, aliases: [] }, context))({}).phase).toBe('Preparing');
});

it.each([
  ['compile error', undefined, 'the script does not compile'],
  ['runtime error', 'es-steward: b is a value, nothing can be moved below it', 'spec.transform.renames'],
  ['runtime error', 'es-steward: a script may not change _id, _routing or _index', 'changes _id'],
])('says what is wrong with a script or a rename: %s, %s', async (reason, thrown, told) => {
  const caused_by = thrown && { type: 'illegal_argument_exception', reason: thrown };
  const root_cause = [{ type: 'script_exception', reason }];
  const error = { type: 'script_exception', reason, root_cause, caused_by };
  const refused = classifyAnswer({ method: 'POST', path: '/_reindex' }, { status: 400, body: { error } });
  const { context } = cluster(made, undefined, undefined, refused);
  expect((await tryOut({ ...action, aliases: [] }, context))({}).failure).toMatchObject({
    reason: 'ScriptFailed',
    message: expect.stringContaining(told),
  });
});

it('tells the log what Elasticsearch says of a script that has ended the trial copy', async () => {
  const told: unknown[] = [];
  const cause = { type: 'script_exception', reason: 'no such total' };
  const { context } = cluster(made, undefined, undefined, failing({ status: 400, cause }));
  Object.assign(context.pass.log, { warn: (fields: unknown) => told.push(fields) });
  expect((await tryOut({ ...action, aliases: [] }, context))({}).failure?.reason).toBe('ScriptFailed');
  expect(told).toMatchObject([{ errorType: 'script_exception', detail: 'no such total' }]);
});
