import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { connectionOf } from '../../crds/shared.ts';
import { membersOf } from '../../naming/series.ts';
import { isLockedOut } from '../refused.ts';
import type { Surroundings } from './observed.ts';
import type { OpenContext } from './perform-effect.ts';

/** Whoever asks what may be touched. */
export type Asking = Omit<OpenContext, 'pass'>;

interface Requested extends Pick<Surroundings, 'isOfSeries'> {
  /** Of indexes and aliases. */
  readonly names: readonly string[];
}

/** What the requests on this cluster that are not over work on, or are still to work on. */
export function readRequested(asking: Asking): Requested {
  const open = openRequests(asking);
  const series = open.flatMap(seriesOf).map(membersOf);
  return {
    names: open.flatMap(namesOf),
    isOfSeries: (name) => series.some((isMember) => isMember(name)),
  };
}

function openRequests({ policy, cluster, dependencies }: Asking): readonly ReindexRequest[] {
  const { requests, clusterUuidOf } = dependencies;
  const home = connectionOf(policy);
  const isHere = (connection: string) =>
    connection === home || clusterUuidOf(connection) === cluster.clusterUuid;
  return requests().filter((request) => isOpen(request) && isHere(connectionOf(request)));
}

const isOpen = ({ status }: ReindexRequest): boolean => !isOver(status?.phase) && !isLockedOut(status);

const seriesOf = ({ spec: { source, destination } }: ReindexRequest): readonly string[] =>
  [source.series ?? [], destination.series ?? []].flat();

function namesOf({ spec, status }: ReindexRequest): readonly string[] {
  return [
    spec.source.index ?? [],
    spec.destination.index ?? [],
    status?.source?.index ?? [],
    status?.destination?.index ?? [],
    // Of a series: that one it is about to copy, from before it is planned.
    status?.series?.current ?? [],
    status?.series?.destination ?? [],
  ].flat();
}
