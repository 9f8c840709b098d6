import type { ReindexRequest, ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { type Connected, connectionOf } from '../../crds/shared.ts';
import { hasNoGrant, isRefused } from '../refused.ts';
import type { Peer } from './observed.ts';

/** The other requests on the connection of this one. */
export function peersOf(
  resource: Connected & Pick<ReindexRequest, 'metadata'>,
  requests: readonly ReindexRequest[],
): readonly Peer[] {
  const connection = connectionOf(resource);
  return requests
    .filter(
      (request) => request.metadata.uid !== resource.metadata.uid && connectionOf(request) === connection,
    )
    .map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      created: metadata.creationTimestamp,
      phase: status?.phase,
      suspended: spec.suspend,
      refused: isRefused(status),
      revoked: hasNoGrant(status),
      waitsForName: status?.turn?.name !== undefined,
      awaitsApproval: status?.phase === 'AwaitingApproval' && !status.fence,
      source: status?.source?.index ?? status?.series?.current ?? spec.source.index ?? '',
      destination: status?.series?.destination ?? spec.destination.index ?? '',
      hides: hiddenBy(status),
      series: seriesOf(spec),
    }));
}

/** From the move of the aliases until the end, when it is as it was. */
function hiddenBy({ phase, source, sourceHidden }: ReindexRequestStatus = {}): string | undefined {
  const keeps = phase === 'RollbackWindow' || phase === 'CleaningUp';
  return keeps && sourceHidden === false ? source?.uuid : undefined;
}

function seriesOf({ source, destination }: ReindexRequest['spec']): Peer['series'] {
  const [from, to] = [source.series, destination.series];
  return from === undefined || to === undefined ? undefined : { source: from, destination: to };
}
