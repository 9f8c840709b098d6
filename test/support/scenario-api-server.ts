import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ScenarioRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Does what the scenario wants with the open answer: end it, leave it open, cut it. */
export type Scene = (request: ScenarioRequest, answer: ServerResponse) => void;

export interface ScenarioServer {
  readonly url: string;
  readonly requests: ScenarioRequest[];
  /** Connections that were opened so far. */
  readonly connections: () => number;
  scene: Scene;
  close(): void;
}

/** An API server that says exactly what a test wants, over real sockets. */
export async function startScenarioServer(): Promise<ScenarioServer> {
  let connections = 0;
  const server = createServer((incoming, answer) => {
    text(incoming).then(
      (body) => {
        const { method = 'GET', url = '/', headers } = incoming;
        const request = { method, url, headers, body };
        scenario.requests.push(request);
        scenario.scene(request, answer);
      },
      () => answer.destroy(),
    );
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scenario: ScenarioServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // a TCP server has such an address
    requests: [],
    connections: () => connections,
    scene: json({}),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return scenario;
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string | string[]> = {}): Scene =>
  (_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify(body));
  };
