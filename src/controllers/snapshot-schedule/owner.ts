import { ADOPT_UID } from '../../crds/snapshot-schedule.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { markOf } from './names.ts';
import type { Schedule } from './observed.ts';

/** Whose snapshots a schedule looks after. */
export interface Owner {
  readonly uid: string;
  readonly namespace: string;
  /** The uid of an earlier schedule, which a person has this one adopt. */
  readonly adopted: string | undefined;
}

/** @param living every schedule there is: the snapshots of one that lives are its own, whatever an annotation says. */
export function ownerOf({ metadata }: Schedule, living: readonly Schedule[]): Owner {
  const { uid, namespace } = metadata;
  const wanted = metadata.annotations?.[ADOPT_UID];
  const isTaken = living.some((other) => other.metadata.uid === wanted);
  return { uid, namespace, adopted: wanted && !isTaken ? wanted : undefined };
}

/** An adopted snapshot must come from the same namespace: annotations give nobody the snapshots of others. */
export function owns({ uid, namespace, adopted }: Owner, { metadata }: ListedSnapshot): boolean {
  const mark = markOf(metadata);
  if (mark === undefined) return false;
  return mark.uid === uid || (mark.uid === adopted && mark.schedule.startsWith(`${namespace}/`));
}
