import { describe, expect, it } from 'vitest';
import { elasticsearchConnection } from '../../crds/elasticsearch-connection.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { ErrorClass } from '../../elasticsearch/errors.ts';
import type { Connection } from './observed.ts';
import { probeFailure } from './probe-failure.ts';

function connection(spec: object): Connection {
  const metadata = {
    name: 'main',
    namespace: 'db',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '',
  };
  return { apiVersion: '', kind: '', metadata, spec: elasticsearchConnection.spec.parse(spec) };
}

const failed = (errorClass: ErrorClass, spec: object = { endpoints: ['https://es.example'] }) =>
  probeFailure(
    new ElasticsearchError({
      errorClass,
      errorType: 'some_exception',
      outcomeUnknown: false,
      publicMessage: 'GET /_cluster/health: no.',
    }),
    connection(spec),
  );

describe('a failed probe', () => {
  it.each<[ErrorClass, string]>([
    ['unauthenticated', 'AuthenticationFailed'],
    ['forbidden', 'MissingPrivileges'],
    ['tls', 'TLSInvalid'],
    ['unreachable', 'Unreachable'],
    ['timeout', 'Unreachable'],
    ['unavailable', 'Unreachable'],
    ['overloaded', 'Unreachable'],
    ['incomplete', 'Unreachable'],
    ['notElasticsearch', 'Unreachable'],
  ])('of class %s means %s, which may pass', (errorClass, reason) => {
    expect(failed(errorClass)).toMatchObject({ type: 'reconciling', reason });
  });

  it('names the address and not the call', () => {
    expect(failed('timeout').message).toBe('https://es.example: no.');
  });

  it('names of several addresses only those that it is about', () => {
    const endpoints = ['https://a.example', 'https://b.example'];
    const error = new ElasticsearchError({
      errorClass: 'timeout',
      outcomeUnknown: false,
      publicMessage: 'GET /: no.',
      endpoints: ['https://a.example'],
    });
    expect(probeFailure(error, connection({ endpoints })).message).toBe('https://a.example: no.');
  });

  it.each<ErrorClass>(['notFound', 'indexNotFound'])(
    'that misses what all clusters have (%s) blames the address',
    (errorClass) => {
      expect(failed(errorClass)).toMatchObject({ type: 'reconciling', reason: 'Unreachable' });
      expect(failed(errorClass).message).toContain('https://es.example: what answers there has none');
    },
  );

  it.each([
    ['a proxy', '<html>403 Forbidden</html>'],
    ['a Kubernetes API server', { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 }],
  ])('that %s refuses is no lack of a privilege', (_, body) => {
    const error = classifyAnswer({ method: 'GET', path: '/' }, { status: 403, body });
    const failure = probeFailure(error, connection({ endpoints: ['https://es.example'] }));
    expect(failure).toMatchObject({ type: 'reconciling', reason: 'Unreachable' });
    expect(failure.message).toMatch(/^https:..es.example: a proxy refuses.*not Elasticsearch \(403\)/);
  });

  it.each([
    ['http://es.example:9200', /unreadable\. If it is a port with TLS.*https:/],
    ['https://es.example:9200', /unreadable\. If Elasticsearch asks for client certificates/],
  ])('of %s whose answer is lost says what may be wrong', (endpoint, hint) => {
    const { message } = failed('unknownOutcome', { endpoints: [endpoint], allowInsecure: true });
    expect(message).toMatch(hint);
  });

  const secretRef = { name: 'login' };
  const endpoints = ['https://es.example'];
  it.each<[string, object, string]>([
    ['basic', { endpoints, auth: { basic: { secretRef } } }, 'db/login'],
    ['an API key', { endpoints, auth: { apiKey: { secretRef } } }, 'db/login'],
    ['a token', { endpoints, auth: { bearer: { secretRef } } }, 'db/login'],
    ['a certificate', { endpoints, auth: { clientCertificate: { secretRef } } }, 'db/login'],
    ['ECK', { eckRef: { name: 'quick' } }, 'db/quick-es-elastic-user'],
    ['nothing', { endpoints }, 'spec.auth'],
  ])('with %s says where to put the login right', (_, spec, place) => {
    expect(failed('unauthenticated', spec).message).toContain(place);
  });
});
