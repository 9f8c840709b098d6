import type { LookupFunction } from 'node:net';
import { withoutSecrets } from './authentication.ts';
import { createConnector } from './connector.ts';
import type { Connector, TlsSettings } from './connector.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError, failureOf } from './errors.ts';
import type { ErrorClass } from './errors.ts';
import { createNode } from './node.ts';
import type { ElasticsearchNode, NodeOptions } from './node.ts';
import { resting, takeTurns } from './turns.ts';
import type { AtTurn } from './turns.ts';

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
  /** Each by itself. */
  readonly endpoints: readonly ElasticsearchNode[];
  /** Lets `work` ask the endpoint whose turn it is, and the next one where a read may try it. */
  readonly atTurn: AtTurn;
  /** Closes the sockets. Requests under way end first. */
  close(): Promise<void>;
}

/** Connecting takes a part of the request's time, so that another endpoint still has a chance. */
const LONGEST_CONNECT_MS = 10_000;

/**
 * A client that sends each request once, within a time limit. Retries, sniffing and redirects are off; the product
 * check is the Elastic client's own.
 * @throws ElasticsearchError of class `tls` when a certificate or key cannot be read.
 */
export function createElasticsearch(options: ElasticsearchOptions): ElasticsearchClient {
  const connector = readConnector(options);
  const endpoints = options.endpoints.map((endpoint) =>
    resting(observed(named(endpoint, createNode(endpoint, connector, options), options), options)),
  );
  const atTurn = takeTurns(endpoints, options.requestTimeoutMs);
  return {
    endpoints,
    atTurn,
    request: sendingTo(atTurn),
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
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

/** Requests to whichever endpoint has its turn. */
export function sendingTo(atTurn: ElasticsearchClient['atTurn']): Elasticsearch['request'] {
  return (request, signal) =>
    atTurn(request, (endpoint, deadline) => endpoint.send(request, deadline, signal));
}

/** One endpoint as if there were no others. */
export function alone(endpoint: ElasticsearchNode, requestTimeoutMs: number): Elasticsearch {
  return {
    request: (request, signal) =>
      endpoint.send(request, AbortSignal.timeout(request.timeoutMs ?? requestTimeoutMs), signal),
  };
}

/** Its errors name the endpoint, and nothing that is secret. */
function named(endpoint: string, node: ElasticsearchNode, { auth }: ElasticsearchOptions): ElasticsearchNode {
  const send: ElasticsearchNode['send'] = async (...args) => {
    try {
      return await node.send(...args);
    } catch (error) {
      if (!(error instanceof ElasticsearchError)) throw error;
      throw failureOf([endpoint], withoutSecrets(error, auth));
    }
  };
  return { ...node, send };
}

function observed(node: ElasticsearchNode, { onRequest }: ElasticsearchOptions): ElasticsearchNode {
  if (onRequest === undefined) return node;
  const send: ElasticsearchNode['send'] = async (request, ...args) => {
    const ended = onRequest(request);
    try {
      const answer = await node.send(request, ...args);
      ended(undefined);
      return answer;
    } catch (error) {
      ended(error instanceof ElasticsearchError ? error.errorClass : 'aborted');
      throw error;
    }
  };
  return { ...node, send };
}
