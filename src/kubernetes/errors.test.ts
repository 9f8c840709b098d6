import { describe, expect, it } from 'vitest';
import { isKubernetesError, refusalError, unavailableError } from './errors.ts';
import type { KubernetesErrorClass } from './errors.ts';

const status = (fields: Record<string, unknown>) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...fields });

const refuse = (code: number, body: string, extra: { mutating?: boolean; retryAfter?: string } = {}) =>
  refusalError('PATCH lamps', { status: code, body, mutating: true, ...extra });

/** Bodies as real servers (v1.33 to v1.37) sent them. */
const ROWS: readonly [
  what: string,
  code: number,
  body: string,
  KubernetesErrorClass,
  outcomeUnknown: boolean,
][] = [
  [
    'bad token',
    401,
    status({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 }),
    'unauthorized',
    false,
  ],
  [
    'missing RBAC rule',
    403,
    status({
      message: 'lamps "a" is forbidden: User "x" cannot patch',
      reason: 'Forbidden',
      details: { name: 'a' },
    }),
    'forbidden',
    false,
  ],
  [
    'namespace on its way out',
    403,
    status({ reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } }),
    'terminating',
    false,
  ],
  [
    'CRD on its way out',
    403,
    status({
      message: 'create not allowed while custom resource definition is terminating',
      reason: 'Forbidden',
    }),
    'terminating',
    false,
  ],
  [
    'object gone',
    404,
    status({ reason: 'NotFound', details: { name: 'a', kind: 'lamps' } }),
    'notFound',
    false,
  ],
  ['kind not installed', 404, '404 page not found\n', 'kindNotInstalled', false],
  [
    'group not installed',
    404,
    status({ message: 'the server could not find the requested resource', reason: 'NotFound', details: {} }),
    'kindNotInstalled',
    false,
  ],
  ['name taken', 409, status({ reason: 'AlreadyExists', details: { name: 'b' } }), 'alreadyExists', false],
  ['written in between', 409, status({ reason: 'Conflict', details: { name: 'a' } }), 'conflict', false],
  ['version too old', 410, status({ reason: 'Expired', code: 410 }), 'expired', false],
  ['body too large', 413, status({ reason: 'RequestEntityTooLarge' }), 'invalid', false],
  ['wrong content type', 415, '', 'invalid', false],
  ['spec refused', 422, status({ reason: 'Invalid', details: {} }), 'invalid', false],
  ['overload', 429, 'Too many requests, please try again later.\n', 'throttled', false],
  [
    'starting',
    503,
    status({ reason: 'ServiceUnavailable', details: { retryAfterSeconds: 5 } }),
    'throttled',
    false,
  ],
  [
    'store too slow',
    504,
    status({ message: 'Timeout: request did not complete', reason: 'Timeout' }),
    'timeout',
    true,
  ],
  [
    'store gone',
    500,
    status({ message: 'rpc error: code = Unavailable desc = keepalive', code: 500 }),
    'timeout',
    true,
  ],
  [
    'store without leader',
    500,
    status({ message: 'etcdserver: leader changed', code: 500 }),
    'timeout',
    true,
  ],
  [
    'object too large',
    500,
    status({ message: 'etcdserver: request is too large', code: 500 }),
    'invalid',
    false,
  ],
  [
    'status of another schema',
    500,
    status({ message: 'failed to create typed patch object (d/b; v1)' }),
    'schemaSkew',
    false,
  ],
  [
    'stranded version',
    500,
    status({ message: 'request to convert CR from an invalid group/version' }),
    'schemaSkew',
    false,
  ],
  ['proxy without a backend', 502, '<html>Bad Gateway</html>', 'timeout', true],
  ['anything else', 500, 'boom', 'internal', true],
];

describe('an answer of the API server', () => {
  it.each(ROWS)('is classified: %s', (_, code, body, expected, outcomeUnknown) => {
    expect(refuse(code, body)).toMatchObject({ class: expected, status: code, outcomeUnknown });
  });

  it('leaves no unknown outcome behind a read', () => {
    expect(refuse(504, '', { mutating: false }).outcomeUnknown).toBe(false);
  });

  it('tells when to come back, by body or header', () => {
    expect(refuse(503, status({ details: { retryAfterSeconds: 5 } })).retryAfterMs).toBe(5_000);
    expect(refuse(429, 'Too many requests', { retryAfter: '1' }).retryAfterMs).toBe(1_000);
    expect(refuse(429, 'Too many requests', { retryAfter: 'Tue, 1 Jan' }).retryAfterMs).toBeUndefined();
  });

  it('keeps the words of the server out of what is published', () => {
    const error = refuse(403, status({ message: 'User "secret-name" cannot', reason: 'Forbidden' }));
    expect(error.message).toContain('secret-name');
    expect(error.publicMessage).not.toContain('secret-name');
  });
});

describe('no answer', () => {
  const socketError = (code: string) => Object.assign(new Error(code), { code });

  it('leaves a write in doubt once it may have been sent', () => {
    expect(unavailableError('PATCH lamps', socketError('ECONNRESET'), true).outcomeUnknown).toBe(true);
    expect(unavailableError('PATCH lamps', socketError('UND_ERR_SOCKET'), true).outcomeUnknown).toBe(true);
  });

  it('leaves none in doubt that never left', () => {
    expect(unavailableError('PATCH lamps', socketError('ECONNREFUSED'), true).outcomeUnknown).toBe(false);
  });

  it('is its own class', () => {
    expect(isKubernetesError(unavailableError('GET lamps', 'x', false), 'unavailable')).toBe(true);
    expect(isKubernetesError(new Error('x'))).toBe(false);
  });
});
