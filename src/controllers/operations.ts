import type { ReindexRequest } from '../crds/reindex-request.ts';
import type { ResourceKey } from '../runtime/controller.ts';
import type { Operations } from './elasticsearch-connection/observed.ts';

type Phase = NonNullable<NonNullable<ReindexRequest['status']>['phase']>;

/** In these a request works on the cluster of its connection. */
const ACTIVE: ReadonlySet<Phase> = new Set<Phase>([
  'Preparing',
  'Fencing',
  'Copying',
  'Hardening',
  'Verifying',
  'CuttingOver',
  'CleaningUp',
]);

/** What the requests do on one connection, for its status. */
export function operationsOf(requests: readonly ReindexRequest[], connection: ResourceKey): Operations {
  const own = requests.filter((request) => uses(request, connection));
  return {
    active: own
      .filter(({ status }) => status?.phase !== undefined && ACTIVE.has(status.phase))
      .map(({ metadata: { namespace, name } }) => ({ kind: 'ReindexRequest', namespace, name })),
    queued: own.filter(waitsForItsTurn).length,
  };
}

function uses({ spec, metadata }: ReindexRequest, { namespace, name }: ResourceKey): boolean {
  const { connectionRef } = spec;
  return connectionRef.name === name && (connectionRef.namespace ?? metadata.namespace) === namespace;
}

function waitsForItsTurn({ status }: ReindexRequest): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' && ready.reason === 'WaitingForTurn';
}
