import { ADOPT_UID } from '../../crds/snapshot-schedule.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { markOf, type SnapshotMark } from './names.ts';
import type { Schedule } from './observed.ts';

/** Whose snapshots a schedule looks after. */
export interface Owner {
  readonly uid: string;
  readonly namespace: string;
  /** The uid of an earlier schedule, which a person has this one adopt. */
  readonly adopted: string | undefined;
  /** Whether the one that a person has named lives, so that nothing of it is adopted. */
  readonly namesLiving?: boolean;
  /** The name of another schedule that a person has adopt the same one, so that nothing of it is adopted by either. */
  readonly rival?: string;
  /** The uuid of the cluster that is connected now; undefined where nothing is read. */
  readonly cluster?: string | undefined;
  /** The uuid of the cluster that a person had this one replace. */
  readonly replaced?: string | undefined;
}

/** @param living every schedule there is: the snapshots of one that lives are its own, whatever an annotation says. */
export function ownerOf({ metadata }: Schedule, living: readonly Schedule[]): Owner {
  const { uid, namespace } = metadata;
  const wanted = metadata.annotations?.[ADOPT_UID];
  const nothing = { uid, namespace, adopted: undefined };
  if (!wanted) return nothing;
  if (living.some((other) => other.metadata.uid === wanted)) return { ...nothing, namesLiving: true };
  const rival = rivalOf(metadata, wanted, living);
  return rival === undefined ? { ...nothing, adopted: wanted } : { ...nothing, rival };
}

/** Only of the same namespace: in another one the annotation gives nothing. Repositories of two names may be the same. */
function rivalOf(
  { uid, namespace }: Schedule['metadata'],
  wanted: string,
  living: readonly Schedule[],
): string | undefined {
  const rivals = living
    .map(({ metadata }) => metadata)
    .filter((other) => other.uid !== uid && other.namespace === namespace)
    .filter(({ annotations }) => annotations?.[ADOPT_UID] === wanted);
  return rivals.map(({ name }) => name).sort()[0];
}

export function owns(owner: Owner, { metadata }: ListedSnapshot): boolean {
  const mark = markOf(metadata);
  return mark !== undefined && (mark.uid === owner.uid || isAdopted(owner, mark));
}

/** An adopted snapshot must come from the same namespace: annotations give nobody the snapshots of others. */
export const isAdopted = ({ namespace, adopted }: Owner, mark: SnapshotMark): boolean =>
  mark.uid === adopted && mark.schedule.startsWith(`${namespace}/`);
