import { LRUCache } from 'lru-cache';
import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import { WaitingError } from '../runtime/errors.ts';
import { keyText } from '../runtime/resource.ts';
import type { ElasticsearchOptions } from './client.ts';
import { type CachedClient, createClientCache } from './client-cache.ts';
import { notReady, notReadyInstead, pinnedUuid, requireReady } from './connection-readiness.ts';
import {
  type ConnectionSource,
  findConnection,
  keyOfConnection,
  requireGrant,
  requireWatched,
  type Use,
} from './connection-use.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { createEndpointPolicy, type Resolve } from './endpoint-policy.ts';
import { coveredByAny } from './patterns.ts';
import { pinnedCluster } from './pinned-cluster.ts';

/** A cluster that the asking resource may use, for one pass. */
export interface Cluster {
  /** Refuses everything once another cluster than the pinned one answers. */
  readonly es: Elasticsearch;
  /** The same for what must end whoever leads and whatever is switched off: obligations, and nothing else. */
  readonly letGo: Elasticsearch;
  readonly connection: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly clusterUuid: string;
  /** Of the cluster that a person has had replaced by this one. */
  readonly replacedClusterUuid?: string | undefined;
  /** Places per kind. */
  readonly maxConcurrentOperations: number;
  /** Whether nothing may delete, close, block or re-alias this index or alias. */
  protects(indexOrAlias: string): boolean;
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
    const connection = await findConnection(source, wanted, signal);
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
      replacedClusterUuid: connection.status?.replacedClusterUUID,
      maxConcurrentOperations: connection.spec.maxConcurrentOperations,
      protects: (indexOrAlias: string) => coveredByAny(protectedIndices, indexOrAlias),
    };
  };

  return { client: cache.getChecked, use, forget: cache.forget, close: cache.close };
}

/** The connection, or what it logs in with, does not exist any more. */
function isGone(error: unknown): boolean {
  if (!(error instanceof WaitingError)) return false;
  const reasonOfCause = error.cause instanceof WaitingError ? error.cause.reason : undefined;
  return error.reason === 'ConnectionNotFound' || reasonOfCause === 'SecretNotFound';
}
