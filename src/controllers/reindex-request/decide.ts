import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { hardenedSettings, hasSettings, tunedSettings } from './destination.ts';
import type { Observed } from './observed.ts';
import { isOver, type Situation, situationOf } from './situation.ts';
import { allDone } from './ranges.ts';
import { cleanUp } from './stages/cleaning-up.ts';
import { copy } from './stages/copying.ts';
import { cutOver } from './stages/cutting-over.ts';
import { fence } from './stages/fencing.ts';
import { harden } from './stages/hardening.ts';
import { over } from './stages/over.ts';
import { takeTurn } from './stages/pending.ts';
import { prepare } from './stages/preparing.ts';
import { undo } from './stages/undoing.ts';
import { validate } from './stages/validating.ts';
import { verify } from './stages/verifying.ts';
import type { Step } from './step.ts';

/** Where a request is, judged from what is there; the phase in status is what people read. */
export type Stage =
  | 'Over'
  | 'Undoing'
  | 'Pending'
  | 'Validating'
  | 'Preparing'
  | 'Fencing'
  | 'Copying'
  | 'Hardening'
  | 'Verifying'
  | 'CuttingOver'
  | 'CleaningUp';

const stages: Readonly<Record<Stage, (situation: Situation) => Step>> = {
  Over: over,
  Undoing: undo,
  Pending: takeTurn,
  Validating: validate,
  Preparing: prepare,
  Fencing: fence,
  Copying: copy,
  Hardening: harden,
  Verifying: verify,
  CuttingOver: cutOver,
  CleaningUp: cleanUp,
};

export function decide(resource: ReindexRequest, observed: Observed, now: number): Step {
  const situation = situationOf(resource, observed, now);
  return stages[stageOf(situation)](situation);
}

/** The first thing that is not done yet. */
export function stageOf(situation: Situation): Stage {
  const { status, spec, resource, swapped } = situation;
  if (isOver(status.phase)) return 'Over';
  if (swapped) return 'CleaningUp';
  // An undo that has begun goes on to its end, whatever is asked for meanwhile: half undone is nothing to go on from.
  if (status.intent?.type === 'Undo') return 'Undoing';
  if (resource.metadata.deletionTimestamp || spec.cancel || spec.suspend || status.failure) return 'Undoing';
  if (!status.plan) return status.phase === 'Validating' ? 'Validating' : 'Pending';
  if (status.phase === 'Validating') return 'Validating';
  if (!isPrepared(situation)) return 'Preparing';
  if (!status.copy || !status.fence?.settled) return 'Fencing';
  if (!allDone(status.copy.shards, status.copy.done) || status.copy.running.length > 0) return 'Copying';
  if (status.phase === 'Copying' || status.phase === 'Hardening' || !isHardened(situation))
    return 'Hardening';
  return status.verification?.verdict ? 'CuttingOver' : 'Verifying';
}

function isHardened({ destination, mark }: Situation): boolean {
  return hasSettings(destination?.settings, hardenedSettings(mark?.restore ?? {}));
}

/** Tuning counts until the copy has begun; Hardening takes it back. */
function isPrepared({ status, spec, source, destination, mark, attempt, epoch, epochs }: Situation): boolean {
  if (!source || !mark?.restore || mark.attempt !== attempt || !epochs.includes(epoch)) return false;
  if (status.copy) return status.destination?.uuid === destination?.uuid;
  return (
    status.destination?.uuid !== undefined &&
    hasSettings(destination?.settings, tunedSettings(spec.destination))
  );
}
