import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { json, startScenarioServer } from '../../test/support/scenario-api-server.ts';
import type { ScenarioServer } from '../../test/support/scenario-api-server.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KindRef, KubernetesApi, WatchEvent } from './api.ts';
import { createKubernetesApi } from './client.ts';
import type { Credentials } from './credentials.ts';
import { KubernetesError } from './errors.ts';
import { createTransport } from './transport.ts';
import type { Transport, TransportHooks } from './transport.ts';

const lamps: KindRef = { group: 'es-steward.dev', version: 'v1alpha1', plural: 'lamps' };
const ref = { kind: lamps, namespace: 'default', name: 'a' };
const object = { metadata: { name: 'a', uid: 'u', resourceVersion: '1' } };

let server: ScenarioServer;
let transport: Transport;
let logins: boolean[];

beforeEach(async () => {
  server = await startScenarioServer();
  logins = [];
});
afterEach(async () => {
  await transport.close();
  server.close();
});

function client(options: { deadlineMs?: number; hooks?: TransportHooks } = {}): KubernetesApi {
  const credentials: Credentials = async ({ fresh }) => {
    logins.push(fresh);
    return { server: server.url, headers: { authorization: `Bearer ${fresh ? 'new' : 'old'}` }, tls: {} };
  };
  transport = createTransport({ credentials, clock: systemClock, userAgent: 'test', ...options });
  return createKubernetesApi(transport);
}
const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const watching = { resourceVersion: '1', timeoutSeconds: 290, idleTimeoutMs: 10_000 };
async function events(watch: AsyncIterable<WatchEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of watch) types.push(type);
  return types;
}

describe('the transport', () => {
  it('keeps one connection for calls that follow each other', async () => {
    server.scene = json(object);
    const api = client();
    for (let call = 0; call < 20; call += 1) await api.get(ref);
    // Two, when a call begins before the connection of the one before it is idle again.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('asks for plain bytes and says who it is', async () => {
    server.scene = json(object);
    await client().get(ref);
    expect(server.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'test',
      authorization: 'Bearer old',
    });
  });

  it('logs in anew once when it is refused, and sends the same again', async () => {
    server.scene = (request, answer) =>
      json(object, request.headers.authorization === 'Bearer new' ? 200 : 401)(request, answer);
    await client().mergePatch(ref, { spec: {} });
    expect(logins).toEqual([false, true]);
    expect(server.requests.map(({ body }) => body)).toEqual(['{"spec":{}}', '{"spec":{}}']);
  });

  it('says so when it is refused with fresh credentials as well', async () => {
    server.scene = json({ reason: 'Unauthorized' }, 401);
    expect(await failure(client().get(ref))).toMatchObject({ class: 'unauthorized' });
    expect(server.requests).toHaveLength(2);
  });

  it('sends a write once, whatever the answer', async () => {
    server.scene = json({}, 500);
    expect(await failure(client().mergePatch(ref, {}))).toMatchObject({
      class: 'internal',
      outcomeUnknown: true,
    });
    server.scene = (_, answer) => answer.destroy();
    expect(await failure(client().mergePatch(ref, {}))).toMatchObject({
      class: 'unavailable',
      outcomeUnknown: true,
    });
    expect(server.requests).toHaveLength(2);
  });

  it('does not wait longer than its deadline for an answer, nor for the rest of one', async () => {
    const api = client({ deadlineMs: 100 });
    server.scene = () => undefined;
    expect(await failure(api.get(ref))).toMatchObject({ class: 'unavailable', outcomeUnknown: false });
    server.scene = (_, answer) => void answer.writeHead(200).write('{"metadata":');
    expect(await failure(api.mergePatch(ref, {}))).toMatchObject({
      class: 'unavailable',
      outcomeUnknown: true,
    });
  });

  it('takes half an answer for none', async () => {
    server.scene = (_, answer) => answer.end('{"metadata":');
    expect(await failure(client().mergePatch(ref, {}))).toMatchObject({
      class: 'unavailable',
      outcomeUnknown: true,
    });
  });

  it('hands on the abort of its caller as it is', async () => {
    const stop = new AbortController();
    server.scene = () => stop.abort(new Error('enough'));
    expect(await failure(client().get(ref, stop.signal))).toMatchObject({ message: 'enough' });
  });

  it('reports warnings of the server and every request to its hooks', async () => {
    const heard: string[] = [];
    const hooks: TransportHooks = {
      onRequest: (verb, code) => void heard.push(`${verb} ${code}`),
      onWarning: (title, text) => void heard.push(`${title}: ${text}`),
    };
    server.scene = json(object, 200, { warning: '299 - "unknown field \\"status.new\\""' });
    const api = client({ hooks });
    await api.mergePatch(ref, {});
    server.scene = (_, answer) => answer.destroy();
    await failure(api.get(ref));
    expect(heard).toEqual([
      'PATCH 200',
      'PATCH lamps: 299 - "unknown field \\"status.new\\""',
      'GET <error>',
    ]);
  });
});

describe('the client', () => {
  it('answers undefined for an object and for a kind that is not there', async () => {
    server.scene = json({ reason: 'NotFound', details: { name: 'a' } }, 404);
    const api = client();
    expect(await api.get(ref)).toBeUndefined();
    server.scene = (_, answer) => answer.writeHead(404).end('404 page not found');
    expect(await api.get(ref)).toBeUndefined();
    expect(await failure(api.list(lamps, {}))).toMatchObject({ class: 'kindNotInstalled' });
  });

  it('deletes exactly one object, and is content when it is gone', async () => {
    server.scene = json({ reason: 'NotFound', details: { name: 'a' } }, 404);
    await client().remove(ref, { uid: 'u', resourceVersion: '7' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      preconditions: { uid: 'u', resourceVersion: '7' },
    });
  });

  it('patches the status of one object, in the way that a server of another version takes as well', async () => {
    server.scene = json(object);
    await client().mergePatch(ref, {}, { subresource: 'status' });
    expect(server.requests[0]).toMatchObject({
      method: 'PATCH',
      url: '/apis/es-steward.dev/v1alpha1/namespaces/default/lamps/a/status',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
  });

  it('watches with bookmarks until the server ends it', async () => {
    server.scene = (_, answer) => answer.end(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    expect(await events(client().watch(lamps, watching))).toEqual(['ADDED']);
    expect(server.requests[0]?.url).toContain('allowWatchBookmarks=true');
  });

  it('ends a watch quietly that says nothing for too long', async () => {
    server.scene = (_, answer) => answer.writeHead(200).flushHeaders();
    expect(await events(client().watch(lamps, { ...watching, idleTimeoutMs: 200 }))).toEqual([]);
  });

  it('fails a watch that is refused, and one whose connection breaks', async () => {
    const api = client();
    server.scene = json({}, 429, { 'retry-after': '3' });
    expect(await failure(events(api.watch(lamps, watching)))).toMatchObject({
      class: 'throttled',
      retryAfterMs: 3_000,
    });
    server.scene = (_, answer) => {
      answer.writeHead(200).flushHeaders();
      setImmediate(() => answer.destroy());
    };
    expect(await failure(events(api.watch(lamps, watching)))).toBeInstanceOf(KubernetesError);
  });
});
