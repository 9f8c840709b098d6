import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { kubeconfigCredentials, loadKubeConfig } from '../../src/kubernetes/credentials.ts';
import type { Login } from '../../src/kubernetes/credentials.ts';
import { lines } from '../../src/kubernetes/watch-lines.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** What can go wrong between the operator and a real API server. */
export type Fault =
  /** Answers itself; the server is not asked. */
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** The server does it, but the answer is another. */
  | { readonly type: 'answer after'; readonly status: number; readonly body?: string }
  | { readonly type: 'cut before' }
  /** The server does it, and the connection breaks. */
  | { readonly type: 'cut after' }
  | { readonly type: 'slow'; readonly ms: number }
  /** A watch that is open, and on which nothing ever comes. */
  | { readonly type: 'silent' }
  /** Each event of a watch becomes these lines, cut or repeated as they are. */
  | {
      readonly type: 'rewrite';
      readonly line: (line: string) => readonly string[];
      readonly closeAfter?: number;
    }
  /** The server is asked for something else. */
  | { readonly type: 'ask'; readonly url: (url: string) => string };

export interface Asked {
  /** `WATCH` for a watch. */
  readonly verb: string;
  readonly url: string;
}

export interface FaultProxy {
  readonly url: string;
  readonly asked: Asked[];
  /** Decides for each request; undefined lets it pass. */
  fault: (asked: Asked) => Fault | undefined;
  close(): Promise<void>;
}

/** A proxy without TLS on loopback, in front of the API server of a kubeconfig. */
export async function startFaultProxy(kubeconfig: string): Promise<FaultProxy> {
  const login = await kubeconfigCredentials(() => loadKubeConfig(kubeconfig), systemClock)({ fresh: false });
  const upstream = new Agent({
    connect: { ...login.tls },
    allowH2: false,
    bodyTimeout: 0,
    headersTimeout: 0,
  });
  const server = createServer((incoming, outgoing) => {
    serveOne(proxy, login, upstream, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server has such an address
    asked: [],
    fault: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await upstream.destroy();
    },
  };
  return proxy;
}

async function serveOne(
  proxy: FaultProxy,
  login: Login,
  upstream: Agent,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = incoming.url ?? '/';
  const asked: Asked = { verb: url.includes('watch=true') ? 'WATCH' : (incoming.method ?? 'GET'), url };
  const body = await text(incoming);
  proxy.asked.push(asked);
  const fault = proxy.fault(asked);
  if (fault?.type === 'cut before') return void incoming.socket.destroy();
  if (fault?.type === 'answer') return answer(outgoing, fault);
  if (fault?.type === 'slow') await pause(fault.ms);
  const target = fault?.type === 'ask' ? fault.url(url) : url;
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const response = await request(login.server + target, {
    method: incoming.method ?? 'GET',
    headers: { ...login.headers, ...contentType(incoming), accept: 'application/json' },
    dispatcher: upstream,
    signal: gone.signal,
    ...(body === '' ? {} : { body }),
  });
  if (fault?.type === 'cut after') {
    await response.body.dump();
    return void incoming.socket.destroy();
  }
  if (fault?.type === 'answer after') {
    await response.body.dump();
    return answer(outgoing, fault);
  }
  await pass(fault, response, outgoing);
}

async function pass(
  fault: Fault | undefined,
  response: Dispatcher.ResponseData,
  outgoing: ServerResponse,
): Promise<void> {
  const type = response.headers['content-type'];
  outgoing.writeHead(response.statusCode, {
    'content-type': typeof type === 'string' ? type : 'application/json',
  });
  outgoing.flushHeaders();
  if (fault?.type === 'silent') return response.body.dump();
  if (fault?.type === 'rewrite') return rewrite(fault, response, outgoing);
  for await (const chunk of response.body) outgoing.write(chunk);
  outgoing.end();
}

async function rewrite(
  fault: Extract<Fault, { type: 'rewrite' }>,
  response: Dispatcher.ResponseData,
  outgoing: ServerResponse,
): Promise<void> {
  let seen = 0;
  for await (const line of lines(response.body)) {
    for (const changed of fault.line(line)) outgoing.write(changed);
    seen += 1;
    if (seen === fault.closeAfter) break;
  }
  outgoing.end();
}

const contentType = ({ headers }: IncomingMessage): Record<string, string> =>
  headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] };

function answer(
  outgoing: ServerResponse,
  { status, body = '', ...more }: { status: number; body?: string; headers?: Record<string, string> },
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...more.headers });
  outgoing.end(body);
}
