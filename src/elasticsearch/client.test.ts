import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, json, startScenarioElasticsearch } from '../../test/support/scenario-elasticsearch.ts';
import type { Reply, ScenarioElasticsearch } from '../../test/support/scenario-elasticsearch.ts';
import { createElasticsearch } from './client.ts';
import type { ElasticsearchClient, ElasticsearchOptions } from './client.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';

// On the scenario server: a real Elasticsearch cannot be made to lose, cut or garble its answers.

let server: ScenarioElasticsearch;
const clients: ElasticsearchClient[] = [];

beforeEach(async () => {
  server = await startScenarioElasticsearch();
});
afterEach(async () => {
  await server.stop();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

function client(options: Partial<ElasticsearchOptions> = {}): ElasticsearchClient {
  const client = createElasticsearch({
    endpoints: [server.url],
    auth: { type: 'none' },
    requestTimeoutMs: 5000,
    maxResponseBytes: 10_000,
    ...options,
  });
  clients.push(client);
  return client;
}

async function failureOf(answer: Promise<unknown>): Promise<ElasticsearchError> {
  const error = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof ElasticsearchError) return error;
  throw new Error(`no ElasticsearchError: ${String(error)}`);
}

const read: ElasticsearchRequest = { method: 'GET', path: '/a/_stats' };
const write: ElasticsearchRequest = { method: 'POST', path: '/_reindex', body: { source: {}, dest: {} } };
const html = { 'content-type': 'text/html' };
const elastic = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };

describe('an answer that is lost, late or not from Elasticsearch', () => {
  const rows: readonly (readonly [
    what: string,
    reply: Reply,
    errorClass: string,
    unknownForWrites: boolean,
  ])[] = [
    ['a reset after the request', { type: 'reset' }, 'unknownOutcome', true],
    ['an answer cut off', { type: 'cut', body: '{"task":"n' }, 'unknownOutcome', true],
    [
      'truncated JSON',
      { type: 'text', status: 200, body: '{"task":', headers: elastic },
      'unknownOutcome',
      true,
    ],
    [
      'truncated JSON in an error',
      { type: 'text', status: 500, body: '{"er', headers: elastic },
      'unknownOutcome',
      true,
    ],
    ['no answer', { type: 'stall' }, 'timeout', true],
    ['an answer without an end', { type: 'hang', body: '{"task":' }, 'timeout', true],
    [
      'a 502 page of a proxy',
      { type: 'text', status: 502, body: '<html>secret page</html>', headers: html },
      'unavailable',
      true,
    ],
    [
      'a 403 page of a proxy',
      { type: 'text', status: 403, body: '<html>no</html>', headers: html },
      'forbidden',
      true,
    ],
    ['an empty 503', { type: 'text', status: 503, body: '' }, 'unavailable', true],
    ['an empty 404', { type: 'text', status: 404, body: '' }, 'notFound', true],
    [
      'a login page',
      { type: 'text', status: 200, body: '<html>log in</html>', headers: html },
      'notElasticsearch',
      true,
    ],
    [
      'another product',
      { type: 'text', status: 200, body: '{}', headers: { 'content-type': 'application/json' } },
      'notElasticsearch',
      true,
    ],
    [
      'a redirect',
      { type: 'text', status: 302, body: '', headers: { location: '/login' } },
      'notElasticsearch',
      true,
    ],
    ['an oversized body', json({ filler: 'x'.repeat(20_000) }), 'tooLarge', true],
    ['a full queue', failure(429, 'es_rejected_execution_exception'), 'overloaded', false],
    ['no master', failure(503, 'master_not_discovered_exception'), 'unavailable', true],
  ];
  const short = (request: ElasticsearchRequest): ElasticsearchRequest => ({ ...request, timeoutMs: 300 });

  it.each(rows)('calls %s by its class', async (_, reply, errorClass, unknownForWrites) => {
    server.reply(reply, reply);
    const ofWrite = await failureOf(client().request(short(write)));
    expect(ofWrite).toMatchObject({ errorClass, outcomeUnknown: unknownForWrites });
    const ofRead = await failureOf(client().request(short(read)));
    expect(ofRead).toMatchObject({ errorClass, outcomeUnknown: false });
    expect(server.received).toHaveLength(2);
  });

  it('never repeats upstream text in the public message', async () => {
    server.reply({ type: 'text', status: 502, body: '<html>secret page</html>', headers: html });
    server.reply(failure(400, 'illegal_argument_exception', 'secret page'));
    for (const request of [read, write]) {
      expect((await failureOf(client().request(request))).publicMessage).not.toContain('secret page');
    }
  });

  it('takes less of an answer where a request says so', async () => {
    const body = { filler: 'x'.repeat(5_000) };
    server.reply(json(body), json(body));
    expect(await client().request(read)).toEqual(body);
    const limited = client().request({ ...read, maxResponseBytes: 4_000 });
    expect(await failureOf(limited)).toMatchObject({ errorClass: 'tooLarge' });
  });

  it('calls a chunked body that grows too long tooLarge', async () => {
    const body = JSON.stringify({ filler: 'x'.repeat(20_000) });
    server.reply({
      type: 'text',
      status: 200,
      body,
      headers: { ...elastic, 'transfer-encoding': 'chunked' },
    });
    expect(await failureOf(client().request(read))).toMatchObject({ errorClass: 'tooLarge' });
  });
});

describe('sending', () => {
  it('sends a write once, whatever happens to it', async () => {
    for (const reply of [failure(503, 'x'), failure(429, 'x'), { type: 'reset' }] satisfies Reply[]) {
      server.reply(reply);
      await failureOf(client().request(write));
    }
    expect(server.received).toHaveLength(3);
  });

  it('does not follow redirects', async () => {
    server.reply({ type: 'text', status: 307, body: '', headers: { location: `${server.url}/elsewhere` } });
    await failureOf(client().request(write));
    expect(server.received.map(({ path }) => path)).toEqual(['/_reindex']);
  });

  it('sends query, JSON, NDJSON and the opaque id', async () => {
    server.reply(json({}), json({}));
    await client().request({ ...write, query: { wait_for_completion: false }, opaqueId: 'uid/1' });
    await client().request({ method: 'POST', path: '/_bulk', body: '{"delete":{}}\n' });
    const [reindex, bulk] = server.received;
    expect(reindex).toMatchObject({
      query: { wait_for_completion: 'false' },
      body: '{"source":{},"dest":{}}',
    });
    expect(reindex?.headers['x-opaque-id']).toBe('uid/1');
    expect(bulk?.body).toBe('{"delete":{}}\n');
    expect(bulk?.headers['content-type']).toContain('x-ndjson');
  });

  it('keeps the path of an endpoint', async () => {
    server.reply(json({}));
    await client({ endpoints: [`${server.url}/es`] }).request(read);
    expect(server.received[0]?.path).toBe('/es/a/_stats');
  });

  it('takes the statuses that the caller accepts as answers', async () => {
    server.reply(json({ timed_out: true }, 408));
    expect(await client().request({ ...read, alsoAccept: [408] })).toEqual({ timed_out: true });
  });

  it('throws for a HEAD that finds nothing', async () => {
    server.reply({ type: 'text', status: 404, body: '', headers: elastic });
    expect(await failureOf(client().request({ method: 'HEAD', path: '/a' }))).toMatchObject({
      errorClass: 'notFound',
    });
  });

  it('ends with the reason of the caller when the caller gives up', async () => {
    server.reply({ type: 'stall' });
    const controller = new AbortController();
    const request = client().request(read, controller.signal);
    await server.arrivals(1);
    controller.abort(new Error('no longer leader'));
    await expect(request).rejects.toThrow('no longer leader');
  });

  it('sends nothing once the caller has given up', async () => {
    await expect(client().request(write, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(server.received).toHaveLength(0);
  });

  it('reads Retry-After in seconds', async () => {
    server.reply(json({ error: 'later', status: 429 }, 429, { 'retry-after': '7' }));
    expect(await failureOf(client().request(read))).toMatchObject({
      errorClass: 'overloaded',
      retryAfterMs: 7000,
    });
  });

  it('tells the observer how each request ended', async () => {
    const ended: unknown[] = [];
    const observed = client({
      onRequest:
        ({ method }) =>
        (error) =>
          ended.push([method, error]),
    });
    server.reply(json({}), failure(429, 'x'));
    await observed.request(read);
    await failureOf(observed.request(write));
    expect(ended).toEqual([
      ['GET', undefined],
      ['POST', 'overloaded'],
    ]);
  });
});

describe('connecting', () => {
  // Reserved by RFC 6761: resolves nowhere.
  const nowhere = 'http://nowhere.invalid:9200';
  let refused: string;
  beforeEach(async () => {
    const gone = await startScenarioElasticsearch();
    refused = gone.url;
    await gone.stop();
  });

  it('knows that nothing was sent when no connection is made', async () => {
    for (const endpoint of [refused, nowhere]) {
      const error = await failureOf(client({ endpoints: [endpoint] }).request(write));
      expect(error).toMatchObject({ errorClass: 'unreachable', outcomeUnknown: false });
    }
  });

  it('tries the next endpoint for a read', async () => {
    server.reply(json({ ok: 1 }), json({ ok: 2 }));
    const es = client({ endpoints: [refused, server.url] });
    expect([await es.request(read), await es.request(read)]).toEqual([{ ok: 1 }, { ok: 2 }]);
  });

  it('does not try the next endpoint for a write, but begins there the next time', async () => {
    server.reply(json({ ok: 1 }));
    const es = client({ endpoints: [refused, server.url] });
    expect(await failureOf(es.request(write))).toMatchObject({ errorClass: 'unreachable' });
    expect(server.received).toHaveLength(0);
    expect(await es.request(write)).toEqual({ ok: 1 });
  });

  it('moves writes on once, however many fail side by side', async () => {
    const es = client({ endpoints: [refused, server.url] });
    await Promise.all([failureOf(es.request(write)), failureOf(es.request(write))]);
    server.reply(json({ ok: 1 }));
    expect(await es.request(write)).toEqual({ ok: 1 });
  });

  it.each([
    ['has no master', failure(503, 'master_not_discovered_exception')],
    ['is hidden by a proxy', { type: 'text', status: 502, body: '<html></html>', headers: html }],
    ['loses its answers', { type: 'reset' }],
  ] as const)(
    'sends the next write elsewhere when an endpoint %s, and that one no second time',
    async (_why, reply) => {
      await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
      server.reply(reply);
      const es = client({ endpoints: [server.url, second.url] });
      await failureOf(es.request(write));
      expect(second.received).toHaveLength(0);
      expect(await es.request(write)).toEqual({ ok: 2 });
      expect(server.received).toHaveLength(1);
    },
  );

  it('stays with an endpoint that refuses a write', async () => {
    await using second = await startScenarioElasticsearch(() => json({}));
    server.reply(failure(400, 'illegal_argument_exception'), json({ ok: 1 }));
    const es = client({ endpoints: [server.url, second.url] });
    await failureOf(es.request(write));
    expect(await es.request(write)).toEqual({ ok: 1 });
  });

  it('reads from the next endpoint when one has no master', async () => {
    await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
    server.reply(failure(503, 'master_not_discovered_exception'));
    expect(await client({ endpoints: [server.url, second.url] }).request(read)).toEqual({ ok: 2 });
  });

  describe('to an endpoint that hangs', () => {
    const hanging = () => startScenarioElasticsearch(() => ({ type: 'stall' }));

    it('reads from the next one, which has its own time, and from there on first', async () => {
      await using hung = await hanging();
      await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
      for (const endpoints of [
        [hung.url, second.url],
        [second.url, hung.url],
      ]) {
        const es = client({ endpoints, requestTimeoutMs: 300 });
        const before = hung.received.length;
        for (let i = 0; i < 4; i++) expect(await es.request(read)).toEqual({ ok: 2 });
        expect(hung.received).toHaveLength(before + 1);
      }
    });

    it('sends a write once, and the next one elsewhere', async () => {
      await using hung = await hanging();
      await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
      const es = client({ endpoints: [hung.url, second.url], requestTimeoutMs: 300 });
      const error = await failureOf(es.request(write));
      expect(error).toMatchObject({ errorClass: 'timeout', outcomeUnknown: true, endpoints: [hung.url] });
      expect(second.received).toHaveLength(0);
      for (let i = 0; i < 2; i++) expect(await es.request(write)).toEqual({ ok: 2 });
      expect(hung.received).toHaveLength(1);
    });

    it('sends no write after a read has hung there', async () => {
      await using hung = await hanging();
      await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
      const es = client({ endpoints: [hung.url, second.url], requestTimeoutMs: 300 });
      await es.request(read);
      expect(await es.request(write)).toEqual({ ok: 2 });
    });

    it('asks it in its turn again once it has answered', async () => {
      server.reply({ type: 'stall' }, json({}), json({}), json({}));
      await using second = await startScenarioElasticsearch(() => json({ ok: 2 }));
      const es = client({ endpoints: [server.url, second.url], requestTimeoutMs: 300 });
      await es.request(read);
      await es.endpoints[0]?.send(read, AbortSignal.timeout(300));
      for (let i = 0; i < 4; i++) await es.request(read);
      expect(server.received).toHaveLength(4);
    });

    it('names those that failed alike, whichever had its turn', async () => {
      await using hung = await hanging();
      const es = client({ endpoints: [refused, hung.url], requestTimeoutMs: 300 });
      const both = client({ endpoints: [hung.url, hung.url], requestTimeoutMs: 300 });
      const named = [await failureOf(es.request(read)), await failureOf(es.request(read))];
      expect(new Set(named.map(({ endpoints }) => endpoints?.join())).size).toBe(1);
      expect(named[0]?.endpoints).toHaveLength(1);
      expect((await failureOf(both.request(read))).endpoints).toEqual([hung.url, hung.url]);
    });
  });

  it('does not try the next endpoint when an answer was lost', async () => {
    await using second = await startScenarioElasticsearch(() => json({}));
    server.reply({ type: 'reset' });
    const error = await failureOf(client({ endpoints: [server.url, second.url] }).request(read));
    expect(error).toMatchObject({ errorClass: 'unknownOutcome' });
    expect(second.received).toHaveLength(0);
  });

  it('takes turns with reads', async () => {
    await using second = await startScenarioElasticsearch(() => json({}));
    server.reply(json({}), json({}));
    const es = client({ endpoints: [server.url, second.url] });
    for (let i = 0; i < 4; i++) await es.request(read);
    expect([server.received.length, second.received.length]).toEqual([2, 2]);
  });

  it('asks the lookup for every name and tells a refusal by its code', async () => {
    const lookup: NonNullable<ElasticsearchOptions['lookup']> = (_host, _options, callback) => {
      callback(Object.assign(new Error('169.254.169.254'), { code: 'EPOLICY' }), '', 4);
    };
    const error = await failureOf(client({ endpoints: ['http://a.example'], lookup }).request(read));
    expect(error).toMatchObject({ errorClass: 'unreachable', outcomeUnknown: false });
    expect(error.publicMessage).toContain('EPOLICY');
  });

  it('calls a plain port behind https a TLS failure', async () => {
    const error = await failureOf(
      client({ endpoints: [server.url.replace('http:', 'https:')] }).request(write),
    );
    expect(error).toMatchObject({ errorClass: 'tls', outcomeUnknown: false });
    expect(error.publicMessage).toMatch(/plain HTTP.*http:.*allowInsecure/);
  });

  it('refuses a key that is no PEM without repeating it', () => {
    const create = () => client({ tls: { cert: 'no pem', key: 'hidden-key' } });
    expect(create).toThrow(expect.objectContaining({ errorClass: 'tls' }));
    expect(create).not.toThrow(/hidden-key/);
  });
});

describe('secrets', () => {
  const rows = [
    [{ type: 'basic', username: 'op', password: 'canary-secret' }, 'canary-secret', /^Basic /],
    [{ type: 'apiKey', apiKey: Buffer.from('id:canary-key').toString('base64') }, 'canary-key', /^ApiKey /],
    [{ type: 'bearer', token: 'canary-token' }, 'canary-token', /^Bearer canary-token$/],
  ] as const;

  it.each(rows)(
    'logs in with %o and keeps an echoed secret out of the error',
    async (auth, secret, header) => {
      const echoing = await startScenarioElasticsearch(({ headers }) =>
        failure(400, 'illegal_argument_exception', `${headers.authorization} ${secret}`),
      );
      const error = await failureOf(client({ endpoints: [echoing.url], auth }).request(read));
      await echoing.stop();
      const sent = echoing.received[0]?.headers.authorization ?? '';
      expect(sent).toMatch(header);
      const everything = [error.stack, JSON.stringify(error), String(error.cause)].join();
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(sent.split(' ')[1]);
    },
  );
});
