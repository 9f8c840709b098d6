import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import type { ElasticsearchRequest } from '../../src/elasticsearch/elasticsearch.ts';

export interface AskedElasticsearch {
  readonly method: ElasticsearchRequest['method'];
  /** Without a query. */
  readonly path: string;
}

export interface ElasticsearchProxy {
  readonly url: string;
  /** In the order in which they came. */
  readonly asked: readonly AskedElasticsearch[];
  /** Those whose answer has left the proxy, whether it has been read or not. */
  readonly answered: readonly AskedElasticsearch[];
  /** Waited for before an answer is passed on: Elasticsearch has done by then what it was asked for. */
  hold: (asked: AskedElasticsearch) => Promise<void> | undefined;
  close(): Promise<void>;
}

/** A way to an Elasticsearch without TLS on which answers can be late. */
export async function startElasticsearchProxy(upstream: string): Promise<ElasticsearchProxy> {
  const asked: AskedElasticsearch[] = [];
  const answered: AskedElasticsearch[] = [];
  const agent = new Agent({ bodyTimeout: 0, headersTimeout: 0 });
  const server = createServer((incoming, outgoing) => {
    const { pathname: path } = new URL(incoming.url ?? '/', upstream);
    // A cast: whoever asks is a client of ours, which knows no other methods.
    const one = { method: incoming.method as AskedElasticsearch['method'], path };
    asked.push(one);
    outgoing.once('finish', () => answered.push(one));
    passOn(upstream, agent, incoming, outgoing, () => proxy.hold(one)).catch(() => outgoing.destroy());
  });
  // As Elasticsearch, it keeps a connection that nobody uses.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has such an address
  const proxy: ElasticsearchProxy = {
    url: `http://127.0.0.1:${port}`,
    asked,
    answered,
    hold: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await agent.destroy();
    },
  };
  return proxy;
}

async function passOn(
  upstream: string,
  dispatcher: Agent,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  hold: () => Promise<void> | undefined,
): Promise<void> {
  const body = await buffer(incoming);
  const answer = await request(upstream + (incoming.url ?? '/'), {
    method: incoming.method ?? 'GET',
    headers: withoutHop(incoming.headers),
    dispatcher,
    ...(body.length === 0 ? {} : { body }),
  });
  const content = await buffer(answer.body);
  await hold();
  outgoing.writeHead(answer.statusCode, withoutHop(answer.headers));
  outgoing.end(content);
}

/** Headers that are for one connection are made anew for the other. */
const HOP = new Set(['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

const withoutHop = <Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.has(name)));
