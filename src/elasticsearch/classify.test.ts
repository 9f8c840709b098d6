import { describe, expect, it } from 'vitest';
import { classifyAnswer, classifyFailure } from './classify.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import type { ErrorClass } from './errors.ts';

const get = (path: string): ElasticsearchRequest => ({ method: 'GET', path });
const put = (path: string): ElasticsearchRequest => ({ method: 'PUT', path });
const post = (path: string): ElasticsearchRequest => ({ method: 'POST', path });
const remove = (path: string): ElasticsearchRequest => ({ method: 'DELETE', path });

const body = (status: number, type: string, reason = '', more: object = {}) => ({
  error: { root_cause: [{ type, reason }], type, reason, ...more },
  status,
});
const searchFailure = (status: number, rootCause?: string) => ({
  error: {
    root_cause:
      rootCause === undefined ? [] : [{ type: rootCause, reason: 'No search context found for id [1]' }],
    type: 'search_phase_execution_exception',
    reason: 'all shards failed',
    phase: 'query',
    grouped: true,
    failed_shards: [],
  },
  status,
});

const duplicate = '[r1:s1] Invalid snapshot name [s1], snapshot with the same name is already in-progress';
const floodStage =
  'index [fl] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];';
const noTask = "task [NODE:20887] isn't running and hasn't stored its results";

type Row = readonly [
  call: ElasticsearchRequest,
  status: number,
  body: unknown,
  errorClass: ErrorClass,
  unknown: boolean,
];

/** Bodies as 8.16 and 9.4 send them, shortened. */
const rows: readonly Row[] = [
  // names
  [get('/a'), 404, body(404, 'index_not_found_exception', 'no such index [a]'), 'indexNotFound', false],
  [remove('/a'), 404, body(404, 'index_not_found_exception'), 'indexNotFound', false],
  [post('/a/_count'), 404, body(404, 'index_not_found_exception'), 'indexNotFound', false],
  [get('/_alias/da'), 404, { error: 'alias [da] missing', status: 404 }, 'aliasNotFound', false],
  [get('/_alias/da,db'), 404, { error: 'aliases [da,db] missing', status: 404 }, 'aliasNotFound', false],
  [
    post('/_aliases'),
    404,
    body(404, 'aliases_not_found_exception', 'aliases [fa] missing'),
    'aliasNotFound',
    false,
  ],
  [post('/_aliases'), 404, body(404, 'index_not_found_exception'), 'indexNotFound', false],
  [get('/_tasks/n:1'), 404, body(404, 'resource_not_found_exception', noTask), 'notFound', false],
  [get('/_ingest/pipeline/p'), 404, {}, 'notFound', false],
  [put('/_snapshot/r/s'), 404, body(404, 'repository_missing_exception'), 'notFound', false],
  [remove('/_snapshot/r/s'), 404, body(404, 'snapshot_missing_exception'), 'notFound', false],
  [post('/_search'), 404, searchFailure(404, 'search_context_missing_exception'), 'notFound', false],
  // taken, or held by somebody
  [put('/c1'), 400, body(400, 'resource_already_exists_exception'), 'alreadyExists', false],
  [put('/_snapshot/r/s'), 400, body(400, 'snapshot_name_already_in_use_exception'), 'alreadyExists', false],
  [
    put('/_snapshot/r/s'),
    400,
    body(400, 'invalid_snapshot_name_exception', duplicate),
    'alreadyExists',
    false,
  ],
  [
    put('/_snapshot/r/S'),
    400,
    body(400, 'invalid_snapshot_name_exception', 'must be lowercase'),
    'invalid',
    false,
  ],
  [put('/a/_create/1'), 409, body(409, 'version_conflict_engine_exception'), 'conflict', false],
  [put('/_snapshot/r'), 409, body(409, 'repository_conflict_exception'), 'conflict', false],
  [remove('/a'), 400, body(400, 'snapshot_in_progress_exception'), 'conflict', false],
  [put('/_snapshot/r/s'), 503, body(503, 'concurrent_snapshot_execution_exception'), 'conflict', true],
  // refused
  [put('/A'), 400, body(400, 'invalid_index_name_exception'), 'invalid', false],
  [post('/_reindex'), 400, body(400, 'action_request_validation_exception'), 'invalid', false],
  [post('/_reindex'), 400, body(400, 'x_content_parse_exception'), 'invalid', false],
  [post('/a/_search'), 400, searchFailure(400, 'query_shard_exception'), 'invalid', false],
  [get('/a/_stats'), 400, body(400, 'index_closed_exception'), 'invalid', false],
  [
    post('/_security/x'),
    400,
    { error: 'no handler found for uri [/_security/x] and method [POST]' },
    'invalid',
    false,
  ],
  [remove('/a/_block/write'), 405, { error: 'Incorrect HTTP method', status: 405 }, 'invalid', false],
  // blocks
  [
    put('/a/_doc/1'),
    403,
    body(403, 'cluster_block_exception', 'index [fz] blocked by: [FORBIDDEN/8/index write (api)];'),
    'blocked',
    false,
  ],
  [
    put('/a/_settings'),
    403,
    body(403, 'cluster_block_exception', 'index [a] blocked by: [FORBIDDEN/5/index read-only (api)];'),
    'blocked',
    false,
  ],
  [put('/a/_doc/1'), 429, body(429, 'cluster_block_exception', floodStage), 'diskFull', false],
  [
    put('/a/_doc/1'),
    403,
    body(
      403,
      'cluster_block_exception',
      'index [a] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];',
    ),
    'diskFull',
    false,
  ],
  [
    put('/a'),
    503,
    body(
      503,
      'cluster_block_exception',
      'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];',
    ),
    'unavailable',
    true,
  ],
  // load
  [post('/a/_bulk'), 429, body(429, 'es_rejected_execution_exception'), 'overloaded', false],
  [post('/a/_search'), 429, body(429, 'circuit_breaking_exception'), 'overloaded', false],
  [post('/a/_search'), 503, searchFailure(503, 'es_rejected_execution_exception'), 'overloaded', true],
  [get('/a/_search'), 429, searchFailure(429, 'circuit_breaking_exception'), 'overloaded', false],
  // who may
  [
    get('/'),
    401,
    body(401, 'security_exception', 'unable to authenticate user [op] for REST request [/]'),
    'unauthenticated',
    false,
  ],
  [put('/a/_block/write'), 403, body(403, 'security_exception'), 'forbidden', false],
  // not there
  [post('/_aliases'), 503, body(503, 'master_not_discovered_exception'), 'unavailable', true],
  [put('/a'), 503, body(503, 'process_cluster_event_timeout_exception'), 'unavailable', true],
  [put('/a/_doc/1'), 503, body(503, 'unavailable_shards_exception'), 'unavailable', true],
  [post('/a/_search'), 503, searchFailure(503), 'unavailable', true],
  [get('/a/_search'), 503, searchFailure(503), 'unavailable', false],
  [put('/_snapshot/r/s'), 500, body(500, 'snapshot_exception'), 'serverError', true],
  [post('/_aliases'), 500, body(500, 'illegal_state_exception'), 'serverError', true],
  // proxies and others
  [put('/a'), 502, '<html>bad gateway</html>', 'unavailable', true],
  [put('/a'), 503, '', 'unavailable', true],
  [put('/a'), 504, undefined, 'unavailable', true],
  [put('/a'), 408, 'Request Timeout', 'unavailable', true],
  [put('/a'), 413, '<html>too large</html>', 'invalid', true],
  [put('/a'), 403, '<html>denied</html>', 'forbidden', true],
  [put('/a'), 301, '', 'notElasticsearch', true],
  [put('/a'), 429, '', 'overloaded', true],
  [put('/a'), 520, null, 'serverError', true],
  [put('/a'), 400, { error: { type: 7, root_cause: 'x' } }, 'invalid', true],
  [put('/a'), 400, [], 'invalid', true],
];

describe('an answer', () => {
  it.each(rows)(
    'to %o with status %i and body %j is %s',
    (request, status, body, errorClass, outcomeUnknown) => {
      expect(classifyAnswer(request, { status, body })).toMatchObject({ errorClass, status, outcomeUnknown });
    },
  );

  it('keeps the type only where it is a name', () => {
    const named = classifyAnswer(get('/a'), { status: 400, body: body(400, 'index_closed_exception') });
    expect(named.errorType).toBe('index_closed_exception');
    expect(named.publicMessage).toContain('open it');
    const odd = classifyAnswer(get('/a'), { status: 400, body: body(400, '<script>alert(1)</script>') });
    expect(odd.errorType).toBeUndefined();
  });

  it('tells the type below a wrapping search failure', () => {
    const body = searchFailure(404, 'search_context_missing_exception');
    expect(classifyAnswer(post('/_search'), { status: 404, body }).errorType).toBe(
      'search_context_missing_exception',
    );
  });
});

describe('the public message', () => {
  const denied = (reason: string) =>
    classifyAnswer(put('/i/_block/write'), { status: 403, body: body(403, 'security_exception', reason) });

  it('names the missing privilege and what grants it', () => {
    const { publicMessage } = denied(
      'action [indices:admin/block/add] is unauthorized for user [u] with effective roles [r] on indices [other-tenant], this action is granted by the index privileges [manage,all]',
    );
    expect(publicMessage).toContain('indices:admin/block/add');
    expect(publicMessage).toContain('index privileges manage,all');
    expect(publicMessage).not.toContain('other-tenant');
  });

  it('names nothing that does not look like a privilege', () => {
    const { publicMessage } = denied('action [<b>Click here</b>] is unauthorized for user [u]');
    expect(publicMessage).not.toContain('Click');
  });
});

describe('a failure of the client', () => {
  const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });

  it.each([
    ['ConnectionError', 'connection failed: unreachable ECONNREFUSED', 'unreachable', false],
    ['ConnectionError', 'connection failed: tls DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', false],
    ['ConnectionError', 'other side closed', 'unknownOutcome', true],
    ['ConnectionError', '', 'unknownOutcome', true],
    ['DeserializationError', 'Unexpected end of JSON input', 'unknownOutcome', true],
    ['ProductNotSupportedError', '', 'notElasticsearch', true],
    ['RequestAbortedError', 'The content length (9) is bigger than the maximum', 'tooLarge', true],
    ['TimeoutError', '', 'timeout', true],
    ['NoLivingConnectionsError', '', 'unknownOutcome', true],
  ] as const)('%s (%s) is %s', (name, message, errorClass, outcomeUnknown) => {
    const cause = named(name, message);
    expect(classifyFailure(post('/_reindex'), cause)).toMatchObject({ errorClass, outcomeUnknown });
    expect(classifyFailure(get('/'), cause)).toMatchObject({ errorClass, outcomeUnknown: false });
  });

  it('is an unknown outcome when nobody knows it', () => {
    expect(classifyFailure(post('/_reindex'), 'odd')).toMatchObject({
      errorClass: 'unknownOutcome',
      outcomeUnknown: true,
    });
  });
});
