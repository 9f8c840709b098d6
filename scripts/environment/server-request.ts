import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { logTail, runningPid, type ServerProcess } from './processes.ts';

/** Where a server answers, and how to prove who asks. */
export type Endpoint = {
  readonly url: string;
  /** A PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string;
  readonly authorization?: string;
};

export type Answer = { readonly status: number; readonly body: string };

const requestTimeoutMs = 30_000;
const pollMs = 100;

/** One request to a server of an environment; any status is an answer. */
export async function ask(
  endpoint: Endpoint,
  path: string,
  options: {
    readonly method?: 'GET' | 'PUT' | 'PATCH';
    readonly body?: string;
    readonly contentType?: string;
  } = {},
): Promise<Answer> {
  const agent = new Agent({ connect: endpoint.caFile ? { ca: readFileSync(endpoint.caFile) } : {} });
  try {
    const { statusCode, body } = await request(new URL(path, endpoint.url), {
      dispatcher: agent,
      method: options.method ?? 'GET',
      headers: {
        ...(endpoint.authorization && { authorization: endpoint.authorization }),
        ...(options.body !== undefined && { 'content-type': options.contentType ?? 'application/json' }),
      },
      body: options.body ?? null,
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    return { status: statusCode, body: await body.text() };
  } finally {
    await agent.destroy();
  }
}

/** As `ask`, and anything but a 2xx is an error that names the address and quotes the server. */
export async function demand(...[endpoint, path, options]: Parameters<typeof ask>): Promise<string> {
  const what = `${options?.method ?? 'GET'} ${new URL(path, endpoint.url).href}`;
  const { status, body } = await ask(endpoint, path, options).catch((cause: unknown) => {
    throw new Error(`${what} got no answer. Is the server up, and its address right?`, { cause });
  });
  if (status >= 200 && status < 300) return body;
  throw new Error(`${what} answered ${status}: ${body}`);
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Polls until `probe` is true; a probe that cannot connect is a no. The error names the server and ends its log. */
export async function untilReady(
  server: ServerProcess,
  limitSeconds: number,
  probe: () => Promise<boolean>,
): Promise<void> {
  const started = performance.now();
  let last: unknown;
  while (performance.now() - started < limitSeconds * 1000) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = error;
    }
    if ((await runningPid(server)) === undefined) throw notReady(server, 'ended while it started', last);
    await sleep(pollMs);
  }
  throw notReady(server, `was not ready within ${limitSeconds} s`, last);
}

function notReady(server: ServerProcess, what: string, cause: unknown): Error {
  return new Error(`${server.name} in ${server.folder} ${what}. The end of its log:\n${logTail(server)}`, {
    cause,
  });
}
