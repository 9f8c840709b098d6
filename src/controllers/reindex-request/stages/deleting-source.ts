import { foreignAliases } from '../moved.ts';
import type { Situation } from '../situation.ts';
import { SOON_MS, type Step, time } from '../step.ts';
import { cleaningStep } from './serving.ts';

/** How soon a deletion is tried again that waits for a snapshot. */
const SNAPSHOT_MS = 10_000;
/** With less than this part of the documents that were proven, the old index may be the last whole copy. */
const FEWEST = 0.5;

/**
 * Only when asked, and only what the destination certainly holds. Whatever speaks against it keeps the index for good:
 * a person can still delete it, nobody can bring it back.
 */
export function deleteSource(moved: Situation): Step | undefined {
  const { spec, status, source, resource } = moved;
  const wanted =
    spec.sourceAfter.policy === 'Delete' && !resource.metadata.deletionTimestamp && !status.sourceKept;
  if (!source) return sayDeleted(moved);
  if (!wanted) return undefined;
  if (spec.suspend) return wait(moved);
  const { shards, counts } = moved.observed;
  if (!shards || (moved.destination && !counts))
    return cleaningStep(moved, `looking whether ${source.name} can be deleted`, { next: SOON_MS });
  const why = whyKept(moved);
  return why === undefined ? carryOut(moved) : keep(moved, why);
}

function sayDeleted(moved: Situation): Step | undefined {
  const { intent, sourceBusy: _busy, ...status } = moved.status;
  if (intent?.type !== 'DeleteSource') return undefined;
  const message = `Deleted index: ${status.source?.index}`;
  return cleaningStep(moved, message, { status, progress: { ...status.progress, message } });
}

function wait(moved: Situation): Step {
  const message = `suspended by spec.suspend before ${moved.status.source?.index} is deleted`;
  return cleaningStep(moved, message, {
    ready: { type: 'suspended', reason: 'Suspended', message },
    next: 'changed',
  });
}

function whyKept(moved: Situation): string | undefined {
  const { source, destination, observed, status } = moved;
  if (!source || observed.protects(source.name)) return 'it is protected';
  if ((status.aliasesMoved ?? []).length === 0) return 'no alias has moved away from it';
  const aliases = foreignAliases(source);
  if (aliases.length > 0) return `${aliases.slice(0, 5).join(', ')} leads to it`;
  if (status.writesAfterFence === undefined)
    return 'it is not known any more what it held when the aliases moved';
  if (status.writesAfterFence > 0) return 'it has taken writes that the destination does not have';
  const counts = observed.counts;
  if (!destination || destination.uuid !== status.destination?.uuid || !counts)
    return `${status.destination?.index} is gone or was made anew`;
  if (counts.destination < counts.source * FEWEST)
    return `${destination.name} has only ${counts.destination} documents left where ${counts.source} were copied`;
  return undefined;
}

function keep(moved: Situation, why: string): Step {
  const sourceKept = `${moved.status.source?.index} was not deleted: ${why}`;
  const { intent: _intent, sourceBusy: _busy, ...status } = moved.status;
  return cleaningStep(moved, sourceKept, {
    status: { ...status, sourceKept },
    events: [{ type: 'Warning', reason: 'SourceKept', action: 'DeleteSource', note: sourceKept }],
  });
}

function carryOut(moved: Situation): Step {
  const { status, source, now } = moved;
  const target = { index: source?.name ?? '', uuid: source?.uuid ?? '' };
  const message = status.sourceBusy
    ? `waiting until the snapshot that holds ${target.index} has ended`
    : `deleting ${target.index}`;
  if (status.intent?.type !== 'DeleteSource')
    return cleaningStep(moved, message, {
      status: { ...status, intent: { type: 'DeleteSource', time: time(now) } },
    });
  const maxSeqNos = status.cutoverMaxSeq?.source ?? [];
  return cleaningStep(moved, message, {
    actions: [{ type: 'DeleteSource', target, maxSeqNos }],
    next: status.sourceBusy ? SNAPSHOT_MS : 'now',
  });
}
