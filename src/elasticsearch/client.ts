import type { LookupFunction } from 'node:net';
import { withoutSecrets } from './authentication.ts';
import { createConnector } from './connector.ts';
import type { Connector, TlsSettings } from './connector.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError, isElasticsearchError } from './errors.ts';
import type { ErrorClass } from './errors.ts';
import { createNode } from './node.ts';
import type { ElasticsearchNode, NodeOptions } from './node.ts';

export interface ElasticsearchOptions extends NodeOptions {
  /** Base URLs of one cluster. No name or password in them. */
  readonly endpoints: readonly string[];
  readonly tls?: TlsSettings;
  /** Name resolution: where an endpoint policy refuses addresses; asked for every connection that is opened. */
  readonly lookup?: LookupFunction;
  /** For metrics: called when a request starts; what it returns is called when the request ends. */
  readonly onRequest?: (request: ElasticsearchRequest) => RequestEnded;
}

/** @param error the class of the failure; undefined for a success, `aborted` when the caller gave up. */
export type RequestEnded = (error: ErrorClass | 'aborted' | undefined) => void;

export interface ElasticsearchClient extends Elasticsearch {
  /** Closes the sockets. Requests under way end first. */
  close(): Promise<void>;
}

/** Connecting takes a part of the request's time, so that another endpoint still has a chance. */
const LONGEST_CONNECT_MS = 10_000;

/**
 * A client that sends each request once, within a time limit. Retries, sniffing and redirects are off; the product
 * check is the Elastic client's own. With several endpoints reads take turns, and a read that finds no connection
 * tries the next one; a write never does, it only moves the following writes on.
 * @throws ElasticsearchError of class `tls` when a certificate or key cannot be read.
 */
export function createElasticsearch(options: ElasticsearchOptions): ElasticsearchClient {
  const connector = readConnector(options);
  const nodes = options.endpoints.map((endpoint) => createNode(endpoint, connector, options));
  const ask = takeTurns(nodes, options.requestTimeoutMs);
  return {
    request: observed(redacted(ask, options), options),
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

function readConnector({ tls, lookup, requestTimeoutMs }: ElasticsearchOptions): Connector {
  const connectTimeoutMs = Math.min(LONGEST_CONNECT_MS, Math.ceil(requestTimeoutMs / 2));
  try {
    return createConnector({ connectTimeoutMs, ...(tls && { tls }), ...(lookup && { lookup }) });
  } catch {
    // The cause may quote the key.
    throw new ElasticsearchError({
      errorClass: 'tls',
      outcomeUnknown: false,
      publicMessage: 'The certificates or the key of the connection cannot be read; they must be PEM.',
    });
  }
}

type Ask = Elasticsearch['request'];

function takeTurns(nodes: readonly ElasticsearchNode[], requestTimeoutMs: number): Ask {
  let nextRead = 0;
  let nextWrite = 0;
  return async (request, signal) => {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? requestTimeoutMs);
    if (reads(request)) return firstConnected(rotated(nodes, nextRead++), request, deadline, signal);
    try {
      return await firstConnected(rotated(nodes, nextWrite).slice(0, 1), request, deadline, signal);
    } catch (error) {
      if (isElasticsearchError(error, 'unreachable', 'tls')) nextWrite++;
      throw error;
    }
  };
}

function reads({ method }: ElasticsearchRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

async function firstConnected(
  [node, ...others]: readonly ElasticsearchNode[],
  ...args: Parameters<ElasticsearchNode['send']>
): Promise<unknown> {
  if (node === undefined) throw new Error('a connection needs at least one endpoint');
  try {
    return await node.send(...args);
  } catch (error) {
    if (others.length === 0 || !isElasticsearchError(error, 'unreachable', 'tls')) throw error;
    return firstConnected(others, ...args);
  }
}

function redacted(ask: Ask, { auth }: ElasticsearchOptions): Ask {
  return async (request, signal) => {
    try {
      return await ask(request, signal);
    } catch (error) {
      throw error instanceof ElasticsearchError ? withoutSecrets(error, auth) : error;
    }
  };
}

function observed(ask: Ask, { onRequest }: ElasticsearchOptions): Ask {
  if (onRequest === undefined) return ask;
  return async (request, signal) => {
    const ended = onRequest(request);
    try {
      const answer = await ask(request, signal);
      ended(undefined);
      return answer;
    } catch (error) {
      ended(error instanceof ElasticsearchError ? error.errorClass : 'aborted');
      throw error;
    }
  };
}
