import type { Run, Schedule } from './observed.ts';
import { connectionOf, runsOf } from './situation.ts';
import { timeOf } from './time.ts';

/** The repositories that other schedules of the same connection write, or are about to. */
export function repositoriesAtWork(
  resource: Schedule,
  schedules: readonly Schedule[],
  now: number,
): ReadonlySet<string> {
  const connection = connectionOf(resource);
  const peers = schedules.filter(
    (other) => other.metadata.uid !== resource.metadata.uid && connectionOf(other) === connection,
  );
  return new Set(
    peers.flatMap((peer) =>
      runsOf(peer.status ?? {})
        .filter((run) => run.accepted || isAboutToBegin(peer, run, now))
        .map(({ repository }) => repository),
    ),
  );
}

/** A wish takes a place only while nothing keeps its schedule from making it: else it would keep the others waiting. */
function isAboutToBegin({ metadata, spec, status }: Schedule, run: Run, now: number): boolean {
  if (spec.suspend || metadata.deletionTimestamp !== undefined) return false;
  const isHindered = status?.conditions?.some(
    (condition) =>
      (condition.type === 'Reconciling' || condition.type === 'Stalled') && condition.status === 'True',
  );
  return isHindered !== true && (timeOf(run.retryTime) ?? 0) <= now;
}
