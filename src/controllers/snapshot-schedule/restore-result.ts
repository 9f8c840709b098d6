import { counted } from '../counted.ts';
import type { Comparison, RestoreFacts, Restoring } from './observed.ts';
import type { Situation } from './situation.ts';

/** What a restore check comes to. */

export type Result = NonNullable<Restoring['result']>;

export const STOPPED: Result = { result: 'Skipped', message: 'it was stopped before its end' };

/** Undefined while it is not over. */
export function resultOf(
  { plan, mayAct, seen, now }: Situation,
  restoring: Restoring,
  { restored, taken: [taken] = [], comparisons }: RestoreFacts,
): Result | undefined {
  // Without the grant or the repository it can only be let go.
  if (!mayAct || seen === undefined) return STOPPED;
  if (taken !== undefined)
    return {
      result: 'Skipped',
      message: `somebody has created an index of the temporary name ${taken}: it is left alone, and the next check uses another name`,
    };
  const failure = failureOf(restoring, restored);
  if (failure !== undefined) return failure;
  if (restoring.requested && restored.length < restoring.indices.length)
    return { result: 'Skipped', message: 'somebody deleted the temporary indexes before they were compared' };
  if (now - Date.parse(restoring.startTime) > plan.deadlineMs)
    return {
      result: 'Failed',
      message: `the restore from ${restoring.snapshot} did not end within spec.deadline`,
    };
  if (comparisons === undefined)
    return { result: 'Skipped', message: 'the user of the connection may not read what was restored' };
  return comparisons.length === restoring.indices.length ? verdictOf(comparisons) : undefined;
}

/** That Elasticsearch has given up on an index. Its copy is red, so that this is not waited out. */
function failureOf(
  { snapshot, repository, indices }: Restoring,
  restored: RestoreFacts['restored'],
): Result | undefined {
  const failed = restored.find(({ state }) => state === 'failed' || state === 'unplaced');
  const given = failed ?? restored.find(({ state }) => state === 'lost');
  if (given === undefined) return undefined;
  const source = indices.find((index) => index.restored === given.name)?.source ?? given.name;
  if (given.state === 'lost')
    return {
      result: 'Skipped',
      message: `the copy of ${source} went away with a node, or its restore was cut off by the restart of one: this says nothing of ${snapshot}`,
    };
  const why =
    given.state === 'failed'
      ? `files of it in ${repository} are missing or damaged; the next snapshot does not copy them again unless the index changes`
      : 'its copy could not be placed on any node; make room (GET _cat/allocation: a disk above cluster.routing.allocation.disk.watermark.low takes none), or loosen cluster.routing.allocation';
  return { result: 'Failed', message: `${source} cannot be restored from ${snapshot}: ${why}` };
}

/** Each may take 300 characters, of the 1,024 that a message has. */
const SHOWN = 3;

function verdictOf(comparisons: readonly Comparison[]): Result {
  const wrong = comparisons.find(({ unchanged, living, restored }) => unchanged && living !== restored);
  if (wrong?.restored !== undefined) {
    const were = wrong.restored === 1 ? 'was' : 'were';
    const message = `${wrong.source} has ${counted(wrong.living ?? 0, 'document')} and did not change, but ${wrong.restored} ${were} restored`;
    return { result: 'Failed', message };
  }
  const shown = comparisons.slice(0, SHOWN).map(told).join('; ');
  const others = comparisons.length - SHOWN;
  const result = comparisons.some(({ restored }) => restored !== undefined) ? 'Passed' : 'Skipped';
  return { result, message: others > 0 ? `${shown}; and ${others} more` : shown };
}

function told({ source, restored, living, isGone, unchanged }: Comparison): string {
  if (restored === undefined)
    return `${source}: restored, but not comparable, as Elasticsearch could not count it`;
  const documents = `${source}: ${counted(restored, 'document')} restored`;
  if (living === undefined)
    return isGone
      ? `${documents}, the index itself is gone`
      : `${documents}; the index itself is closed, or the user of the connection may not count it`;
  return unchanged
    ? `${documents}, as many as it has`
    : `${documents}; it has changed since and has ${living}`;
}
