import { parseDuration } from '../../crds/duration.ts';
import { connectionOf, findCondition } from '../../crds/shared.ts';
import { timeOf } from '../../runtime/time.ts';
import type { Run, Schedule } from './observed.ts';
import { runsOf, waitOf } from './situation.ts';

/** A place among those that the connection has: a repository that another schedule writes, or is about to. */
export interface Place {
  readonly repository: string;
  /** Absent once Elasticsearch writes it. */
  readonly wish?: { readonly slot: string; readonly uid: string };
}

/** The places that other schedules of the same connection have. */
export function placesOfOthers(
  resource: Schedule,
  schedules: readonly Schedule[],
  now: number,
): readonly Place[] {
  const connection = connectionOf(resource);
  const peers = schedules.filter(
    (other) => other.metadata.uid !== resource.metadata.uid && connectionOf(other) === connection,
  );
  return peers.flatMap((peer) => runsOf(peer.status ?? {}).flatMap((run) => placeOf(peer, run, now)));
}

function placeOf(peer: Schedule, run: Run, now: number): readonly Place[] {
  const { repository, slot } = run;
  if (run.accepted) return isWritten(peer, run, now) ? [{ repository }] : [];
  return isAboutToBegin(peer, run, now) ? [{ repository, wish: { slot, uid: peer.metadata.uid } }] : [];
}

/** Why nobody looks after a run any more: what has become of it is not known, and will not be. */
const OUT_OF_SIGHT: ReadonlySet<string> = new Set([
  'InvalidSpec',
  'NotGranted',
  'ConnectionNotFound',
  'RepositoryMissing',
  'RepositoryShared',
  'RepositoryUnreadable',
  'MissingPrivileges',
  'Retrying',
]);

/** One that nobody looks after keeps its place until its deadline: it would keep it for ever. */
function isWritten({ spec, status }: Schedule, run: Run, now: number): boolean {
  const reason = findCondition(status, 'Ready')?.reason ?? '';
  if (!OUT_OF_SIGHT.has(reason)) return true;
  const age = now - (timeOf(run.startTime ?? run.slot) ?? now);
  return age <= (parseDuration(spec.deadline) ?? 0);
}

/** What `Ready` says of earlier snapshots, or of this very limit, keeps nobody from making the next. */
const NO_HINDRANCE: ReadonlySet<string> = new Set([
  'WaitingForTurn',
  'SnapshotFailed',
  'SnapshotPartial',
  'SnapshotEmpty',
  'DeadlineExceeded',
]);

/** A wish takes a place only while nothing keeps its schedule from making it: else it would keep the others waiting. */
function isAboutToBegin({ metadata, spec, status }: Schedule, run: Run, now: number): boolean {
  if (spec.suspend || metadata.deletionTimestamp !== undefined) return false;
  const isHindered = status?.conditions?.some(
    ({ type, status, reason }) =>
      (type === 'Reconciling' || type === 'Stalled') && status === 'True' && !NO_HINDRANCE.has(reason),
  );
  return isHindered !== true && waitOf(run, spec, now) <= 0;
}
