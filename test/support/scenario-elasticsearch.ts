import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Elasticsearch, ElasticsearchRequest } from '../../src/elasticsearch/elasticsearch.ts';

/** What the server does with a request. Besides answers, everything that a network or a proxy can do to one. */
export type Reply =
  | { readonly type: 'json'; readonly status: number; readonly body: unknown; readonly headers?: Headers }
  /** Any text with any headers: a proxy's page, half a document. The product header is up to the scenario. */
  | { readonly type: 'text'; readonly status: number; readonly body: string; readonly headers?: Headers }
  /** Promises more bytes than it sends, then breaks the connection. */
  | { readonly type: 'cut'; readonly body: string }
  /** Sends the headers and the first bytes, and then nothing more. */
  | { readonly type: 'hang'; readonly body: string }
  /** Takes the request and never answers. */
  | { readonly type: 'stall' }
  /** Takes the request and resets the connection. */
  | { readonly type: 'reset' };

type Headers = Readonly<Record<string, string>>;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  /** As sent. */
  readonly body: string;
}

export interface ScenarioElasticsearch extends AsyncDisposable {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly received: readonly ReceivedRequest[];
  /** Queues replies; they go before the function given at the start. */
  reply(...replies: readonly Reply[]): void;
  /** Resolves when `count` requests have arrived since the start. */
  arrivals(count: number): Promise<void>;
  stop(): Promise<void>;
}

export type Answer = (request: ReceivedRequest) => Reply | undefined;

const product = { 'x-elastic-product': 'Elasticsearch' };

export const json = (body: unknown, status = 200, headers: Headers = {}): Reply => ({
  type: 'json',
  status,
  body,
  headers,
});

/** An error as Elasticsearch words it. */
export const failure = (status: number, type: string, reason = 'scripted'): Reply =>
  json({ error: { root_cause: [{ type, reason }], type, reason }, status }, status);

/**
 * An Elasticsearch that says what a test tells it to, for what a real one cannot be made to do. It passes the product
 * check of the client. A request that nobody has scripted is answered 501, so that a test notices.
 */
export async function startScenarioElasticsearch(
  answer: Answer = () => undefined,
): Promise<ScenarioElasticsearch> {
  const queue: Reply[] = [];
  const received: ReceivedRequest[] = [];
  const arrived = new EventEmitter();
  const server = createServer((message, response) => {
    void serve(message, response);
  });
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(message);
    received.push(request);
    perform(queue.shift() ?? answer(request) ?? failure(501, 'not_scripted_exception'), response);
    arrived.emit('request');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    reply: (...replies) => void queue.push(...replies),
    arrivals: async (count) => {
      while (received.length < count) await once(arrived, 'request');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function read(message: IncomingMessage): Promise<ReceivedRequest> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://scenario');
  return {
    method: message.method ?? '',
    path: decodeURIComponent(pathname),
    query: Object.fromEntries(searchParams),
    headers: message.headers,
    body: await text(message),
  };
}

function perform(reply: Reply, response: ServerResponse): void {
  switch (reply.type) {
    case 'json':
      response.writeHead(reply.status, { ...product, 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body));
      return;
    case 'text':
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
      return;
    case 'cut':
      begin(response, reply.body, () => response.destroy());
      return;
    case 'hang':
      begin(response, reply.body);
      return;
    case 'stall':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
  }
}

function begin(response: ServerResponse, body: string, then?: () => void): void {
  const length = String(body.length + 1000);
  response.writeHead(200, { ...product, 'content-type': 'application/json', 'content-length': length });
  response.write(body, then);
}

/** An Elasticsearch without a network: gives each request the next body, or throws it when it is an error. */
export function answering(
  ...bodies: readonly unknown[]
): Elasticsearch & { readonly requests: ElasticsearchRequest[] } {
  const requests: ElasticsearchRequest[] = [];
  return {
    requests,
    request: async (request) => {
      const body = bodies[requests.push(request) - 1];
      if (body instanceof Error) throw body;
      return body;
    },
  };
}
