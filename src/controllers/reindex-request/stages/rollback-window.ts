import type { Readiness } from '../../../runtime/controller.ts';
import { writesBlocked } from '../index-facts.ts';
import { afterMove, aliasesOfDestination, windowEnd } from '../moved.ts';
import type { Situation } from '../situation.ts';
import { time } from '../moments.ts';
import { type Step, step } from '../step.ts';
import {
  closeViews,
  dropStray,
  hideSource,
  leadTo,
  lossEvents,
  movedFigures,
  serve,
  withLosses,
} from './serving.ts';

/** How soon it is noticed that a later request has moved the aliases on. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * The destination serves; the old index keeps its block, hidden and without aliases, so that the way back loses nothing
 * and nobody writes into it unseen.
 */
export function keepWindow(situation: Situation): Step {
  const moved = afterMove(situation);
  const until = windowEnd(moved);
  const actions = [...serve(moved), ...dropStray(moved), ...hideSource(moved), ...closeViews(situation)];
  const status = { ...withLosses(moved), rollbackUntil: time(until) };
  const message = windowMessage(moved);
  return step(moved, {
    phase: 'RollbackWindow',
    message,
    status,
    percent: 99,
    progress: { ...status.progress, message: movedFigures(moved) },
    ready: readiness(moved, message),
    actions,
    next: actions.length > 0 ? 'now' : Math.min(until - moved.now, LOOK_AGAIN_MS),
    events: lossEvents(moved, status),
  });
}

function readiness(moved: Situation, message: string): Readiness {
  return moved.spec.suspend
    ? {
        type: 'suspended',
        reason: 'Suspended',
        message: `${message} While spec.suspend is set ${movedOnes(moved)} cannot be moved back.`,
      }
    : { type: 'ready', reason: 'Completed', message };
}

function windowMessage(moved: Situation): string {
  const { spec, status } = moved;
  const fate = spec.sourceAfter.policy === 'Delete' ? ', then it is deleted' : '';
  return `${leadTo(moved)}. Until status.rollbackUntil the annotation es-steward.dev/rollback can move ${movedOnes(moved)} back; until then ${status.source?.index} is hidden ${taking(moved)}${fate}.`;
}

/** Named before. */
function movedOnes(moved: Situation): string {
  return aliasesOfDestination(moved).length === 1 ? 'it' : 'them';
}

function taking({ source }: Situation): string {
  if (!source || writesBlocked(source)) return 'and takes no writes';
  return 'but can be written to, because somebody has lifted its write block';
}
