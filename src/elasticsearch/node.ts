import { Client, errors } from '@elastic/elasticsearch';
import type { ClientOptions } from '@elastic/elasticsearch';
import { clientAuth } from './authentication.ts';
import type { Authentication } from './authentication.ts';
import { classifyAnswer, classifyFailure, deadlinePassed } from './classify.ts';
import type { Connector } from './connector.ts';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { ExactSerializer } from './exact-numbers.ts';

export interface NodeOptions {
  readonly auth: Authentication;
  /** Milliseconds for a whole request, its answer included. */
  readonly requestTimeoutMs: number;
  readonly maxResponseBytes: number;
}

/** One endpoint. */
export interface ElasticsearchNode {
  /** Sends once. `deadline` ends it as a timeout, `signal` as the caller's own abort. */
  send(request: ElasticsearchRequest, deadline: AbortSignal, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export function createNode(endpoint: string, connector: Connector, options: NodeOptions): ElasticsearchNode {
  const client = new Client(clientOptions(endpoint, connector, options));
  return {
    send: async (request, deadline, signal) => {
      signal?.throwIfAborted();
      try {
        return await sendOnce(client, request, signal ? AbortSignal.any([signal, deadline]) : deadline);
      } catch (error) {
        signal?.throwIfAborted();
        if (deadline.aborted) throw deadlinePassed(request, request.timeoutMs ?? options.requestTimeoutMs);
        throw classify(request, error);
      }
    },
    close: () => client.close(),
  };
}

function clientOptions(node: string, connect: Connector, options: NodeOptions): ClientOptions {
  // The limit that counts is the deadline: it covers the whole answer, undici's own ones only parts.
  const agent = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000, connect };
  const auth = clientAuth(options.auth);
  return {
    node,
    Serializer: ExactSerializer,
    maxRetries: 0,
    requestTimeout: options.requestTimeoutMs,
    maxResponseSize: options.maxResponseBytes,
    maxCompressedResponseSize: options.maxResponseBytes,
    sniffOnStart: false,
    sniffInterval: false,
    sniffOnConnectionFault: false,
    // The pool below takes more options than the type of the client admits.
    agent: agent as NonNullable<ClientOptions['agent']>,
    ...(auth && { auth }),
  };
}

async function sendOnce(
  client: Client,
  request: ElasticsearchRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const { statusCode, headers, body } = await client.transport.request(transportParams(request), {
    meta: true,
    signal,
    ...(request.opaqueId !== undefined && { opaqueId: request.opaqueId }),
    ...(request.alsoAccept && { ignore: [...request.alsoAccept] }),
    ...limitOf(request),
  });
  // The client passes redirects and the 404 of a HEAD request as successes.
  if (statusCode < 300 || request.alsoAccept?.includes(statusCode)) return body;
  throw classifyAnswer(request, { status: statusCode, body, headers });
}

function limitOf({ maxResponseBytes: bytes }: ElasticsearchRequest) {
  return bytes === undefined ? {} : { maxResponseSize: bytes, maxCompressedResponseSize: bytes };
}

function transportParams({ method, path, query, body }: ElasticsearchRequest) {
  return {
    method,
    path,
    ...(query && { querystring: { ...query } }),
    ...(typeof body === 'string' && { bulkBody: body }),
    ...(typeof body === 'object' && body !== null && { body }),
  };
}

function classify(request: ElasticsearchRequest, error: unknown): ElasticsearchError {
  if (error instanceof ElasticsearchError) return error;
  if (!(error instanceof errors.ResponseError)) return classifyFailure(request, error);
  const { statusCode = 0, body, headers = {} } = error.meta;
  return classifyAnswer(request, { status: statusCode, body, headers });
}
