import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import { WaitingError } from '../runtime/errors.ts';
import { LOOK_AGAIN_MS, titleOf } from './connection-readiness.ts';
import type { ConnectionReads } from './connection-settings.ts';
import { missingGrant, type Operation, selectsByLabels } from './grants.ts';

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

/** Which connection is meant. */
export const keyOfConnection = ({ ref, namespace }: Use): ResourceKey => ({
  namespace: ref.namespace ?? namespace,
  name: ref.name,
});

/** Nobody probes a connection elsewhere: it would never be ready, and most often may not be read. */
export function requireWatched(watched: readonly string[], use: Use): void {
  const { namespace, name } = keyOfConnection(use);
  if (watched.length === 0 || watched.includes(namespace)) return;
  const message = `ElasticsearchConnection ${namespace}/${name} is out of sight: the operator does not look after namespace ${namespace}. Add it to watchNamespaces of its chart (--watch-namespaces), or correct spec.connectionRef in a new object.`;
  throw new WaitingError('ConnectionNotFound', message, LOOK_AGAIN_MS);
}

export async function findConnection(source: ConnectionSource, use: Use, signal: AbortSignal) {
  const { namespace, name } = keyOfConnection(use);
  const connection = await source.connection(namespace, name, signal);
  if (connection !== undefined) return connection;
  const message = `ElasticsearchConnection ${namespace}/${name} does not exist; create it, or correct spec.connectionRef in a new object.`;
  throw new WaitingError('ConnectionNotFound', message, LOOK_AGAIN_MS);
}

export async function requireGrant(
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
