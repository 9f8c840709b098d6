import { Agent, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Credentials, Login } from './credentials.ts';
import { withDeadline } from './deadline.ts';
import { isKubernetesError, refusalError, unavailableError } from './errors.ts';
import { textOf } from './text.ts';

/** One call of the API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, beginning with a slash. */
  readonly path: string;
  /** What is asked, for metrics and messages: a verb and a plural, for example `PATCH reindexrequests`. */
  readonly title: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** The part of the clock that the transport needs. */
export interface TransportClock {
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** HTTP to the API server: pooled, authenticated, bounded in time and size, errors classified. */
export interface Transport {
  /** The parsed JSON answer; throws KubernetesError for everything but 2xx. */
  call(call: Call, signal?: AbortSignal): Promise<unknown>;
  /** The body as it arrives; ends with an UND_ERR_BODY_TIMEOUT error after `idleTimeoutMs` of silence. */
  stream(call: Call, idleTimeoutMs: number, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly credentials: Credentials;
  readonly clock: TransportClock;
  readonly userAgent: string;
  /** For each call from sending to the end of the answer; default 10 s, so that a hanging store is noticed. */
  readonly deadlineMs?: number;
  readonly hooks?: TransportHooks;
}

export interface TransportHooks {
  /** `code` is the HTTP status, or '<error>' when there was no answer (as client-go names it). */
  onRequest?(verb: string, code: string, seconds: number): void;
  /** A `Warning: 299` header: most often a field that the installed CRD does not know and the server dropped. */
  onWarning?(title: string, text: string): void;
  /** The `Date` header of each answer. */
  onDate?(date: string): void;
}

/** A page of 500 large objects fits; an endless answer does not fill the memory. */
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;
const DEADLINE_MS = 10_000;
const CONNECT_MS = 5_000;
const MUTATING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function createTransport(options: TransportOptions): Transport {
  const agents = agentCache();
  const send = (call: Call, extra: SendExtra) => sendWithLogin(options, agents.get, call, extra);
  return {
    call: (call, signal) => callOnce(options, send, call, signal),
    stream: (call, idleTimeoutMs, signal) => openStream(options, send, call, idleTimeoutMs, signal),
    close: agents.close,
  };
}

interface SendExtra {
  readonly signal?: AbortSignal | undefined;
  readonly bodyTimeout: number;
  readonly headersTimeout: number;
}

type Answer = Dispatcher.ResponseData;
type Send = (call: Call, extra: SendExtra) => Promise<Answer>;

async function callOnce(
  options: TransportOptions,
  send: Send,
  call: Call,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const { clock, deadlineMs: ms = DEADLINE_MS } = options;
  const limit = { what: call.title, ms, clock };
  return withDeadline(limit, signal, (inner) =>
    noAnswerIsUnavailable(call, signal, async () => {
      const answer = await send(call, { signal: inner, bodyTimeout: 0, headersTimeout: 0 });
      return parseAnswer(call, answer, await readText(answer.body));
    }),
  );
}

async function openStream(
  options: TransportOptions,
  send: Send,
  call: Call,
  idleTimeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  return noAnswerIsUnavailable(call, signal, async () => {
    const headersTimeout = options.deadlineMs ?? DEADLINE_MS;
    const answer = await send(call, { signal, bodyTimeout: idleTimeoutMs, headersTimeout });
    if (answer.statusCode !== 200) parseAnswer(call, answer, await readText(answer.body));
    return answer.body as AsyncIterable<Uint8Array>; // a Readable without encoding gives bytes
  });
}

/** Sends once; a 401 is answered by one fresh login, since tokens are rotated under a running process. */
async function sendWithLogin(
  options: TransportOptions,
  agentFor: (login: Login) => Dispatcher,
  call: Call,
  extra: SendExtra,
): Promise<Answer> {
  const first = await sendTimed(options, agentFor, call, extra, await options.credentials({ fresh: false }));
  if (first.statusCode !== 401) return first;
  await first.body.dump();
  return sendTimed(options, agentFor, call, extra, await options.credentials({ fresh: true }));
}

async function sendTimed(
  options: TransportOptions,
  agentFor: (login: Login) => Dispatcher,
  call: Call,
  extra: SendExtra,
  login: Login,
): Promise<Answer> {
  const start = options.clock.monotonic();
  const report = (code: string) =>
    options.hooks?.onRequest?.(call.method, code, (options.clock.monotonic() - start) / 1000);
  try {
    const { origin, pathname, search } = new URL(login.server + call.path);
    const answer = await agentFor(login).request({
      origin,
      path: pathname + search,
      method: call.method,
      headers: headersOf(options, call, login),
      bodyTimeout: extra.bodyTimeout,
      headersTimeout: extra.headersTimeout,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(extra.signal === undefined ? {} : { signal: extra.signal }),
    });
    report(String(answer.statusCode));
    reportWarnings(options, call, answer.headers['warning']);
    const { date } = answer.headers;
    if (typeof date === 'string') options.hooks?.onDate?.(date);
    return answer;
  } catch (error) {
    report('<error>');
    throw error;
  }
}

function headersOf(options: TransportOptions, call: Call, login: Login): Record<string, string> {
  return {
    ...login.headers,
    accept: 'application/json',
    // Compression costs the server more than the bytes inside a cluster.
    'accept-encoding': 'identity',
    'user-agent': options.userAgent,
    ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
  };
}

function reportWarnings(options: TransportOptions, call: Call, header: string | string[] | undefined): void {
  if (header === undefined) return;
  for (const text of [header].flat()) options.hooks?.onWarning?.(call.title, text);
}

function parseAnswer(call: Call, answer: Answer, text: string): unknown {
  if (answer.statusCode >= 200 && answer.statusCode < 300) return JSON.parse(text);
  const retryAfter = answer.headers['retry-after'];
  throw refusalError(call.title, {
    status: answer.statusCode,
    body: text,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    mutating: MUTATING.has(call.method),
  });
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) throw new Error(`the answer is larger than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return textOf(chunks);
}

/** Classified errors and the caller's own abort pass; what is left means that no whole answer arrived. */
async function noAnswerIsUnavailable<T>(
  call: Call,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted === true || isKubernetesError(error)) throw error;
    throw unavailableError(call.title, error, MUTATING.has(call.method));
  }
}

/** One pool of connections per set of TLS bytes and proxy: a rotated CA gets a new pool, the old one finishes what it has. */
function agentCache(): { get: (login: Login) => Dispatcher; close: () => Promise<void> } {
  let current: { readonly fingerprint: string; readonly agent: Dispatcher } | undefined;
  return {
    get(login) {
      const fingerprint = JSON.stringify([login.server, login.tls, login.proxy]);
      if (current?.fingerprint === fingerprint) return current.agent;
      void current?.agent.close();
      current = { fingerprint, agent: newAgent(login) };
      return current.agent;
    },
    close: async () => current?.agent.destroy(),
  };
}

function newAgent({ tls, proxy }: Login): Dispatcher {
  const limits = {
    // One connection per running call: over HTTP/2 a single stuck connection would stop everything at once.
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 30_000,
  };
  if (proxy !== undefined)
    return new ProxyAgent({
      ...limits,
      uri: proxy,
      proxyTls: { timeout: CONNECT_MS },
      requestTls: { ...tls, allowH2: false, timeout: CONNECT_MS },
    });
  const connect = { ...tls, timeout: CONNECT_MS, keepAlive: true, keepAliveInitialDelay: 30_000 };
  return new Agent({ ...limits, connect });
}
