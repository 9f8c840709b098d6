import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** What an endpoint answers: a text, and whether all is well (200) or not (503). */
export interface Answer {
  readonly ok: boolean;
  readonly body: string;
  readonly contentType?: string;
}

export type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

export interface HttpEndpoint {
  /** Where it really listens, e.g. `127.0.0.1:38211`. */
  readonly address: string;
  close(): Promise<void>;
}

/** A check is well when it returns no complaint. */
export type Check = () => string | undefined;

/**
 * Serves fixed paths for GET and HEAD. `address` is `HOST:PORT`; an empty host means all interfaces, port 0 a free one.
 * @throws Error that names the address when it cannot be listened on.
 */
export async function serve(address: string, routes: Routes): Promise<HttpEndpoint> {
  const server = createServer((request, response) => void respond(routes, request, response));
  // A client that sends its request drop by drop holds no socket for long.
  server.requestTimeout = 10_000;
  await listen(server, address);
  return {
    address: addressText(server.address() as AddressInfo), // listens on a port, never on a pipe
    close: () => closed(server),
  };
}

export function metricsRoutes(registry: Registry): Routes {
  return {
    '/metrics': async () => ({ ok: true, body: await registry.metrics(), contentType: registry.contentType }),
  };
}

/** `checks` by name; the answer lists them all, so that a person sees which one fails. */
export function checkRoute(checks: Readonly<Record<string, Check>>): () => Answer {
  return () => {
    const results = Object.entries(checks).map(([name, check]) => ({ name, complaint: check() }));
    const lines = results.map(({ name, complaint }) =>
      complaint ? `[-] ${name}: ${complaint}` : `[+] ${name}`,
    );
    return { ok: results.every(({ complaint }) => complaint === undefined), body: `${lines.join('\n')}\n` };
  };
}

async function respond(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route) return send(response, 404, 'not found\n');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, 405, 'only GET and HEAD\n');
  try {
    const { ok, body, contentType } = await route();
    send(response, ok ? 200 : 503, body, contentType);
  } catch (error) {
    send(response, 500, `${error instanceof Error ? error.name : 'error'}\n`);
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replaceAll(/[[\]]/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) => {
    reject(new Error(`cannot listen on ${address}: ${cause.message}. Choose another address.`, { cause }));
  });
  server.listen({ port: Number(address.slice(colon + 1)), ...(host && { host }) }, resolve);
  return promise;
}

function addressText({ address, family, port }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}
