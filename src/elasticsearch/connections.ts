import { LRUCache } from 'lru-cache';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { findCondition } from '../crds/shared.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import { TerminalError, WaitingError } from '../runtime/errors.ts';
import { keyText } from '../runtime/resource.ts';
import type { ElasticsearchOptions } from './client.ts';
import { createClientCache } from './client-cache.ts';
import type { CachedClient } from './client-cache.ts';
import type { ConnectionReads } from './connection-settings.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { createEndpointPolicy } from './endpoint-policy.ts';
import type { Resolve } from './endpoint-policy.ts';
import { isElasticsearchError } from './errors.ts';
import { missingGrant, selectsByLabels } from './grants.ts';
import type { Operation } from './grants.ts';
import { coveredByAny } from './patterns.ts';
import { pinnedCluster } from './pinned-cluster.ts';

/** What connections read of Kubernetes, injected. Absence is undefined; every other fault is thrown. */
export interface ConnectionSource extends ConnectionReads {
  /** @throws WaitingError when the object is there but its spec cannot be read. */
  connection(
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<ElasticsearchConnection | undefined>;
  /** Empty when the namespace does not exist. */
  namespaceLabels(name: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

/** A cluster that the asking resource may use, for one pass. */
export interface Cluster {
  /** Refuses everything once another cluster than the pinned one answers. */
  readonly es: Elasticsearch;
  /** The same for what must end whoever leads and whatever is switched off: obligations, and nothing else. */
  readonly letGo: Elasticsearch;
  readonly connection: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly clusterUuid: string;
  /** Places per kind. */
  readonly maxConcurrentOperations: number;
  /** Whether nothing may delete, close, block or re-alias this index or alias. */
  protects(indexOrAlias: string): boolean;
}

export interface Use {
  readonly ref: { readonly name: string; readonly namespace?: string | undefined };
  /** Of the resource that asks. */
  readonly namespace: string;
  /** Each must be granted on all names below; ask twice where different operations concern different names. */
  readonly operations: readonly Operation[];
  /** Index AND alias names, or patterns of them. */
  readonly indices: readonly string[];
  readonly pipelines?: readonly string[];
  readonly repositories?: readonly string[];
  /**
   * Only to take back what we hold (our block, our task, our lock): a suspended or unready connection or a lost grant
   * does not forbid that, another cluster still does.
   */
  readonly undo?: boolean;
}

/** Of whatever cluster answers. */
export type ProbeClient = Pick<CachedClient, 'request' | 'endpoints'>;

export interface Connections {
  /**
   * For the probe: the client as the spec and the Secrets of now say, whatever the status.
   * @throws WaitingError SecretNotFound, TLSInvalid or Unreachable; TerminalError EndpointRefused or InvalidSpec.
   */
  client(resource: ElasticsearchConnection, signal: AbortSignal): Promise<ProbeClient>;
  /** @throws WaitingError ConnectionNotFound (also where nobody looks after it), NotGranted (names what), ConnectionSuspended or ConnectionNotReady. */
  use(use: Use, signal: AbortSignal): Promise<Cluster>;
  /** Lets go of the client of a connection that is gone. */
  forget(key: ResourceKey): void;
  close(): Promise<void>;
}

export interface ConnectionsOptions {
  readonly source: ConnectionSource;
  readonly clock: Clock;
  /** The namespaces whose connections are probed; empty = all. */
  readonly watchNamespaces: readonly string[];
  /** Host globs and CIDRs; empty = every endpoint that is not always refused. */
  readonly allowedEndpoints: readonly string[];
  /** Running in a cluster: loopback is refused. */
  readonly inCluster: boolean;
  /** Addresses to refuse besides the built-in ones, such as the API server's. */
  readonly refusedAddresses?: readonly string[];
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
  /** Globs that are protected on every connection. */
  readonly protectedIndices: readonly string[];
  /** Bytes of one answer; 64 MiB unless given. */
  readonly maxResponseBytes?: number;
  /** For metrics: called when a request starts; what it returns is called when the request ends. */
  readonly onRequest?: NonNullable<ElasticsearchOptions['onRequest']>;
}

/** How soon a consumer looks again: at what a person must change, and at what the next probe decides. */
const LOOK_AGAIN_MS = 10_000;
const NOT_PROBED_YET_MS = 2_000;
const MAX_REMEMBERED = 1_000;

/** @throws RangeError when one of `allowedEndpoints` or `refusedAddresses` is no CIDR. */
export function createConnections(options: ConnectionsOptions): Connections {
  const { source, allowedEndpoints: allowed, refusedAddresses: refused = [] } = options;
  const policy = createEndpointPolicy({ ...options, allowed, refused });
  const cache = createClientCache({ ...options, policy });

  /**
   * What each connection was last good for. With it a held block is let go also when the connection or its Secret was
   * deleted together with the namespace: a retired client lives on for as long as a cleanup may try.
   */
  const lastGood = new LRUCache<string, Cluster>({ max: MAX_REMEMBERED });

  const use: Connections['use'] = async (wanted, signal) => {
    const key = keyText(keyOfConnection(wanted));
    try {
      const cluster = await open(wanted, signal);
      lastGood.set(key, cluster);
      return cluster;
    } catch (error) {
      const kept = wanted.undo === true && isGone(error) ? lastGood.get(key) : undefined;
      if (kept === undefined) throw error;
      return kept;
    }
  };

  const open = async (wanted: Use, signal: AbortSignal): Promise<Cluster> => {
    if (wanted.undo !== true) requireWatched(options.watchNamespaces, wanted);
    const connection = await find(source, wanted, signal);
    if (wanted.undo !== true) {
      await requireGrant(source, connection, wanted, signal);
      requireReady(connection);
    }
    const client = await notReadyInstead(connection, () => cache.get(connection, signal));
    return openCluster(connection, client, signal);
  };

  const openCluster = async (
    connection: ElasticsearchConnection,
    client: CachedClient,
    signal: AbortSignal,
  ) => {
    const clusterUuid = pinnedUuid(connection);
    const changed = () =>
      notReady(connection, 'ClusterChanged', 'another cluster answers than the pinned one');
    const pinned = pinnedCluster(client, clusterUuid, changed);
    await notReadyInstead(connection, () => pinned.verify(signal));
    const { namespace, name, uid } = connection.metadata;
    const protectedIndices = [...connection.spec.protectedIndices, ...options.protectedIndices];
    return {
      es: pinned,
      letGo: pinned,
      connection: { namespace, name, uid },
      clusterUuid,
      maxConcurrentOperations: connection.spec.maxConcurrentOperations,
      protects: (indexOrAlias: string) => coveredByAny(protectedIndices, indexOrAlias),
    };
  };

  return { client: cache.getChecked, use, forget: cache.forget, close: cache.close };
}

/** Which connection is meant. */
const keyOfConnection = ({ ref, namespace }: Use): ResourceKey => ({
  namespace: ref.namespace ?? namespace,
  name: ref.name,
});

/** The connection, or what it logs in with, does not exist any more. */
function isGone(error: unknown): boolean {
  if (!(error instanceof WaitingError)) return false;
  const reasonOfCause = error.cause instanceof WaitingError ? error.cause.reason : undefined;
  return error.reason === 'ConnectionNotFound' || reasonOfCause === 'SecretNotFound';
}

/** Nobody probes a connection elsewhere: it would never be ready, and most often may not be read. */
function requireWatched(watched: readonly string[], use: Use): void {
  const { namespace, name } = keyOfConnection(use);
  if (watched.length === 0 || watched.includes(namespace)) return;
  const message = `ElasticsearchConnection ${namespace}/${name} is out of sight: the operator does not look after namespace ${namespace}. Add it to watchNamespaces of its chart (--watch-namespaces), or correct spec.connectionRef in a new object.`;
  throw new WaitingError('ConnectionNotFound', message, LOOK_AGAIN_MS);
}

async function find(source: ConnectionSource, use: Use, signal: AbortSignal) {
  const { namespace, name } = keyOfConnection(use);
  const connection = await source.connection(namespace, name, signal);
  if (connection !== undefined) return connection;
  const message = `ElasticsearchConnection ${namespace}/${name} does not exist; create it, or correct spec.connectionRef in a new object.`;
  throw new WaitingError('ConnectionNotFound', message, LOOK_AGAIN_MS);
}

async function requireGrant(
  source: ConnectionSource,
  connection: ElasticsearchConnection,
  use: Use,
  signal: AbortSignal,
): Promise<void> {
  if (connection.metadata.namespace === use.namespace) return;
  const grants = connection.spec.grants ?? [];
  const namespaceLabels = selectsByLabels(grants) ? await source.namespaceLabels(use.namespace, signal) : {};
  const { repositories = [], pipelines = [] } = use;
  const missing = missingGrant(grants, { ...use, namespaceLabels, repositories, pipelines });
  if (missing === undefined) return;
  const message = `${titleOf(connection)} does not grant namespace ${use.namespace} ${missing}; ask its owner to add that to spec.grants.`;
  throw new WaitingError('NotGranted', message, LOOK_AGAIN_MS);
}

/** Only what a probe has found good for the very spec of now may be used. */
function requireReady(connection: ElasticsearchConnection): void {
  if (connection.spec.suspend) {
    const message = `${titleOf(connection)} is suspended; set its spec.suspend to false to go on.`;
    throw new WaitingError('ConnectionSuspended', message, LOOK_AGAIN_MS);
  }
  const ready = findCondition(connection.status, 'Ready');
  const judged = ready?.observedGeneration ?? connection.status?.observedGeneration;
  if (ready === undefined || judged !== connection.metadata.generation)
    throw notReady(connection, 'NotProbedYet', 'its spec has not been tried yet', NOT_PROBED_YET_MS);
  if (ready.status !== 'True') throw notReady(connection, ready.reason, ready.message);
}

function pinnedUuid(connection: ElasticsearchConnection): string {
  const uuid = connection.status?.clusterUUID;
  if (uuid !== undefined) return uuid;
  throw notReady(connection, 'NotProbedYet', 'its cluster has not been seen yet', NOT_PROBED_YET_MS);
}

/** A consumer is told of a fault of its connection as just that, never as a fault of its own spec. */
async function notReadyInstead<T>(
  connection: ElasticsearchConnection,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof WaitingError && error.reason === 'ConnectionNotReady') throw error;
    if (error instanceof WaitingError || error instanceof TerminalError)
      throw notReady(connection, error.reason, error.message, LOOK_AGAIN_MS, error);
    if (isElasticsearchError(error, 'unauthenticated', 'tls', 'unreachable', 'notElasticsearch'))
      throw notReady(connection, error.errorClass, error.publicMessage);
    throw error;
  }
}

function notReady(
  connection: ElasticsearchConnection,
  reason: string,
  detail: string,
  afterMs = LOOK_AGAIN_MS,
  cause?: unknown,
) {
  const message = `${titleOf(connection)} is not ready (${reason}): ${detail}`;
  return new WaitingError('ConnectionNotReady', message, afterMs, { cause });
}

function titleOf({ metadata }: ElasticsearchConnection): string {
  return `ElasticsearchConnection ${keyText(metadata)}`;
}
