import { MOST_SKEW_SECONDS } from '../../../runtime/time.ts';
import { keepsWholeSource } from '../../whole-source.ts';
import { guarding, targetOf } from '../changes.ts';
import { documentsText } from '../failures.ts';
import { deletionIsWanted, hasWindow, isDestinationGone, windowIsOpen } from '../moved.ts';
import { userAliases } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { isHiddenForAnother } from '../own-visibility.ts';
import type { Situation } from '../situation.ts';
import { time } from '../moments.ts';
import type { Step } from '../step.ts';
import { holdWindow } from './overdue-window.ts';
import { cleaningStep, lossEvents, withLosses } from './serving.ts';

/** How soon a deletion is tried again that waits for a snapshot. */
const SNAPSHOT_MS = 10_000;
/** How soon what a person has to mend is looked at again: nobody waits for the deletion. */
const LOOK_AGAIN_MS = 60_000;
/** With less than this part of the documents that were proven, the old index may be the last whole copy. */
const FEWEST = 0.5;

/**
 * Only when asked, and only what the destination certainly holds. Whatever speaks against it keeps the index for good:
 * a person can still delete it, nobody can bring it back.
 */
export function deleteSource(moved: Situation): Step | undefined {
  const { spec, source } = moved;
  if (!source) return sayDeleted(moved);
  if (!deletionIsWanted(moved)) return undefined;
  if (windowIsOpen(moved)) return openAgain(moved);
  if (spec.suspend) return wait(moved);
  const why = whyKept(moved, source);
  if (why !== undefined) return keep(moved, why);
  if (!moved.observed.shards) return waitForShards(moved, source);
  const doubt = whyDoubted(moved);
  if (doubt !== undefined) return keep(moved, doubt);
  return waitForClock(moved, source) ?? carryOut(moved, source);
}

/**
 * A clock that is or was ahead has ended the window too early, or it was made longer while the deletion waited: the source
 * is still blocked and hidden, so the way back is as good as it was.
 */
export function openAgain(moved: Situation): Step {
  const { intent: _intent, sourceBusy: _busy, ...status } = moved.status;
  return { ...holdWindow({ ...moved, status }), next: 'now' };
}

function waitForShards(moved: Situation, { name }: IndexFacts): Step {
  return cleaningStep(
    moved,
    `${name} is deleted when all of its shards can be read: GET _cluster/allocation/explain says what keeps one from starting`,
    { next: LOOK_AGAIN_MS },
  );
}

/** What is gone cannot be given back: not even while the clocks are unknown. Without a window they decide nothing. */
function waitForClock(moved: Situation, { name }: IndexFacts): Step | undefined {
  const { apiServerSkewSeconds = 0, nodeSkewSeconds = Infinity } = moved.observed;
  const skew = Math.max(apiServerSkewSeconds, nodeSkewSeconds);
  if (!hasWindow(moved) || skew <= MOST_SKEW_SECONDS) return undefined;
  return cleaningStep(
    moved,
    `${name} is not deleted while the clocks of operator, API server and Elasticsearch differ by more than a minute, because it is not known whether the rollback window is over: fix the clocks`,
    { next: LOOK_AGAIN_MS },
  );
}

function sayDeleted(moved: Situation): Step | undefined {
  const { intent, sourceBusy: _busy, ...status } = moved.status;
  if (intent?.type !== 'DeleteSource') return undefined;
  const { index } = status.source ?? {};
  const note = `${index} is deleted, as sourceAfter.policy: Delete says`;
  return cleaningStep(moved, `Deleted index: ${index}`, {
    status: { ...status, sourceDeleted: true },
    events: [{ type: 'Normal', reason: 'SourceDeleted', action: 'DeleteSource', note }],
  });
}

function wait(moved: Situation): Step {
  const message = `suspended by spec.suspend before ${moved.status.source?.index} is deleted`;
  return cleaningStep(moved, message, {
    ready: { type: 'suspended', reason: 'Suspended', message },
    next: 'changed',
  });
}

/** What can be told without its shards. */
function whyKept(moved: Situation, source: IndexFacts): string | undefined {
  const { destination, observed, status } = moved;
  if (observed.protects(source.name)) return 'it is protected';
  if (source.closed) return 'it is closed';
  if ((status.aliasesMoved ?? []).length === 0) return 'no alias has moved away from it';
  const aliases = userAliases(source);
  if (aliases.length > 0) return `${aliases.slice(0, 5).join(', ')} leads to it`;
  if (isHiddenForAnother(source, observed.peers)) return 'another request can still move aliases back to it';
  if (!destination || isDestinationGone(moved))
    return `${status.destination?.index} is gone or was recreated`;
  if (destination.closed) return `${destination.name} is closed`;
  return keepsWholeSource(destination)
    ? undefined
    : `${destination.name} does not keep the whole _source of its documents`;
}

/** Judged by the writes of now: it may have waited for long since the last look. */
function whyDoubted(moved: Situation): string | undefined {
  const { observed } = moved;
  const status = withLosses(moved);
  if (status.writesAfterFence === undefined)
    return 'it is not known any more what it held when the aliases moved';
  if (status.writesAfterFence > 0) return 'it has taken writes that the destination does not have';
  return observed.counts ? whatIsMissing(moved, observed.counts) : 'its documents could not be counted';
}

/** What a query, a script or a pipeline leaves out is nowhere else; what could not be written is in the error index. */
function whatIsMissing(
  { spec, status }: Situation,
  counts: { readonly source: number; readonly destination: number },
): string | undefined {
  const { documents } = status.destination ?? {};
  const leavesOut = spec.source.query !== undefined || spec.transform !== undefined;
  if (documents === undefined && leavesOut)
    return 'it is not known any more how many of its documents were copied';
  const copied = (documents ?? counts.source) + (status.progress?.quarantined ?? 0);
  if (counts.source > copied) return `${counts.source - copied} of its documents were not copied`;
  if (counts.destination < copied * FEWEST)
    return `${status.destination?.index} has only ${documentsText(counts.destination)} left where ${copied} were copied`;
  return undefined;
}

function keep(moved: Situation, why: string): Step {
  const sourceKept = `${moved.status.source?.index} was not deleted: ${why}`;
  const { intent: _intent, sourceBusy: _busy, ...status } = withLosses(moved);
  const kept = { type: 'Warning', reason: 'SourceKept', action: 'DeleteSource', note: sourceKept } as const;
  return cleaningStep(moved, sourceKept, {
    status: { ...status, sourceKept },
    events: [...lossEvents(moved, status), kept],
  });
}

function carryOut(moved: Situation, source: IndexFacts): Step {
  const { status, now, destination } = moved;
  const message = status.sourceBusy
    ? `waiting until the snapshot that holds ${source.name} has ended`
    : `deleting ${source.name}`;
  if (status.intent?.type !== 'DeleteSource')
    return cleaningStep(moved, message, {
      status: { ...status, intent: { type: 'DeleteSource', time: time(now) } },
    });
  const maxSeqNos = status.cutoverMaxSeq?.source ?? [];
  return cleaningStep(moved, message, {
    actions: [
      { type: 'DeleteSource', target: targetOf(source), maxSeqNos, beside: guarding(moved, destination) },
    ],
    next: status.sourceBusy ? SNAPSHOT_MS : 'now',
  });
}
