import { LRUCache } from 'lru-cache';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { pause } from '../runtime/clock.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import { keyText } from '../runtime/resource.ts';
import { alone, createElasticsearch, sendingTo } from './client.ts';
import type { ElasticsearchClient, ElasticsearchOptions } from './client.ts';
import { eckCure, readSettings } from './connection-settings.ts';
import type { ConnectionReads, ConnectionSettings } from './connection-settings.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { isElasticsearchError } from './errors.ts';
import { clusterInfo } from './info.ts';
import type { ClusterInfo } from './info.ts';
import type { ElasticsearchNode } from './node.ts';
import { rememberReads } from './remembered-reads.ts';

/** A client that several passes share. */
export interface CachedClient extends Pick<ElasticsearchClient, 'request' | 'atTurn' | 'endpoints'> {
  /** Which cluster the endpoint says it is of, asked again when the last answer is more than a few seconds old. */
  identify(endpoint: ElasticsearchNode, signal?: AbortSignal): Promise<ClusterInfo>;
}

export interface ClientCache {
  /**
   * @throws WaitingError SecretNotFound, TLSInvalid or Unreachable; TerminalError EndpointRefused; ElasticsearchError of
   * class tls when a certificate or key cannot be read.
   */
  readonly get: (resource: ElasticsearchConnection, signal: AbortSignal) => Promise<CachedClient>;
  /** The same, and judges the endpoints for a client that is at hand too: DNS may have changed. */
  readonly getChecked: (resource: ElasticsearchConnection, signal: AbortSignal) => Promise<CachedClient>;
  readonly forget: (key: ResourceKey) => void;
  readonly close: () => Promise<void>;
}

export interface ClientCacheOptions {
  readonly source: ConnectionReads;
  readonly clock: Clock;
  readonly policy: EndpointPolicy;
  readonly maxResponseBytes?: number;
  readonly onRequest?: NonNullable<ElasticsearchOptions['onRequest']>;
}

const MAX_CLIENTS = 1_000;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** How long an answer to "who are you" counts. */
const IDENTITY_COUNTS_MS = 5_000;
/** A replaced client is closed after every pass that may still hold it has ended. */
const GRACE_MS = 120_000;
const LOOK_AGAIN_MS = 15_000;

interface Entry {
  readonly identity: string;
  readonly client: CachedClient;
  readonly close: () => Promise<void>;
}

/**
 * One client per connection, replaced as soon as its spec, a Secret or a certificate authority changes. Nothing is kept
 * for a connection whose Secret is gone: reading the settings comes first, every time.
 */
export function createClientCache(options: ClientCacheOptions): ClientCache {
  const { clock, policy } = options;
  const reads = rememberReads(options.source, clock);
  const retired = retirement(clock);
  const entries = new LRUCache<string, Entry>({
    max: MAX_CLIENTS,
    dispose: (entry) => retired.add(entry.close),
  });

  const get: ClientCache['get'] = async (resource, signal) => {
    const settings = await readSettings(resource, reads, signal);
    const known = entries.get(keyText(resource.metadata));
    if (known?.identity === settings.identity) return known.client;
    await requireAllowed(settings, resource, policy);
    return open(resource, settings);
  };

  const getChecked: ClientCache['getChecked'] = async (resource, signal) => {
    const settings = await readSettings(resource, reads, signal);
    await requireAllowed(settings, resource, policy);
    return open(resource, settings);
  };

  /** Nothing is awaited between the look and the entry: two passes never open two clients. */
  const open = ({ metadata }: ElasticsearchConnection, settings: ConnectionSettings): CachedClient => {
    const known = entries.get(keyText(metadata));
    if (known?.identity === settings.identity) return known.client;
    const fresh = openEntry(settings, options, () => reads.forget(metadata.namespace));
    entries.set(keyText(metadata), fresh);
    return fresh.client;
  };

  const close = async () => {
    entries.clear();
    await retired.closeAll();
  };
  return { get, getChecked, forget: (key) => void entries.delete(keyText(key)), close };
}

/**
 * A name without an address is an endpoint that is down: the others serve, and what it leads to one day is judged when it
 * is connected to, as everything is.
 * @throws TerminalError EndpointRefused, WaitingError Unreachable when no host has an address.
 */
async function requireAllowed(
  { endpoints }: Pick<ConnectionSettings, 'endpoints'>,
  { metadata, spec: { allowInsecure, eckRef } }: ElasticsearchConnection,
  policy: EndpointPolicy,
): Promise<void> {
  const faults: unknown[] = [];
  for (const endpoint of endpoints) {
    const judged = policy.refusal(endpoint, { allowInsecure });
    const refusal = await judged.catch((fault: unknown) => void faults.push(fault));
    if (typeof refusal === 'string') throw new TerminalError('EndpointRefused', refusal);
  }
  if (faults.length < endpoints.length) return;
  const cure = eckRef
    ? eckCure(metadata.namespace, eckRef.name)
    : 'correct spec.endpoints or the DNS record.';
  const message = `No host of ${endpoints.join(', ')} can be resolved to an address; ${cure}`;
  throw new WaitingError('Unreachable', message, LOOK_AGAIN_MS, { cause: faults[0] });
}

function openEntry(
  settings: ConnectionSettings,
  options: ClientCacheOptions,
  onUnauthenticated: () => void,
): Entry {
  const es = createElasticsearch({
    ...settings,
    lookup: options.policy.lookup,
    maxResponseBytes: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    ...(options.onRequest && { onRequest: options.onRequest }),
  });
  const reporting = reportingRefusedLogin(es, onUnauthenticated);
  const client = { ...reporting, identify: rememberIdentity(settings, options.clock) };
  return { identity: settings.identity, client, close: () => es.close() };
}

/** A refused login means that a Secret may just have been changed: it is read anew before the next request. */
function reportingRefusedLogin(
  es: ElasticsearchClient,
  onUnauthenticated: () => void,
): Pick<CachedClient, 'request' | 'atTurn' | 'endpoints'> {
  const atTurn: CachedClient['atTurn'] = async (request, work) => {
    try {
      return await es.atTurn(request, work);
    } catch (error) {
      if (isElasticsearchError(error, 'unauthenticated')) onUnauthenticated();
      throw error;
    }
  };
  return { endpoints: es.endpoints, atTurn, request: sendingTo(atTurn) };
}

function rememberIdentity(
  { requestTimeoutMs }: Pick<ConnectionSettings, 'requestTimeoutMs'>,
  clock: Clock,
): CachedClient['identify'] {
  const known = new WeakMap<ElasticsearchNode, { readonly info: ClusterInfo; readonly at: number }>();
  return async (endpoint, signal) => {
    const at = clock.monotonic();
    const last = known.get(endpoint);
    if (last !== undefined && at - last.at < IDENTITY_COUNTS_MS) return last.info;
    const info = await clusterInfo(alone(endpoint, requestTimeoutMs), signal);
    known.set(endpoint, { info, at });
    return info;
  };
}

/** Closes replaced clients a while later, and all of them at the end. */
function retirement(clock: Clock) {
  const ended = new AbortController();
  const waiting = new Set<Promise<void>>();
  const add = (close: () => Promise<void>) => {
    const grace = pause(clock, GRACE_MS, ended.signal);
    const closed = grace.then(close).finally(() => waiting.delete(closed));
    waiting.add(closed);
  };
  const closeAll = async () => {
    ended.abort();
    await Promise.allSettled(waiting);
  };
  return { add, closeAll };
}
