import { DeadlineError } from '../kubernetes/deadline.ts';
import { isKubernetesError, KubernetesError } from '../kubernetes/errors.ts';
import type { Readiness } from './controller.ts';
import type { Outcome } from './engine.ts';
import { FencedError, TerminalError, WaitingError } from './errors.ts';

/** An error that ended a pass or an action: what the user is told and what happens next. */
export interface Failure {
  readonly error: unknown;
  readonly report: FailureReport;
  readonly outcome: Outcome;
}

export type FailureReport =
  /** Not a fault: nothing is written. */
  | { readonly type: 'quiet' }
  /** The error says what the object is: Ready=False with a reason. */
  | { readonly type: 'verdict'; readonly ready: Readiness }
  /** The error says nothing about the object: see retryingConditions. */
  | { readonly type: 'retrying'; readonly message: string };

/** @param signal the signal of the pass: an error after its abort is the abort. */
export function judgeFailure(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted && !(signal.reason instanceof DeadlineError)) return quiet(error, { type: 'aborted' });
  if (signal.aborted) return retrying(signal.reason);
  if (error instanceof FencedError) return quiet(error, { type: 'fenced' });
  if (isKubernetesError(error, 'conflict')) return quiet(error, { type: 'conflict' });
  if (error instanceof TerminalError) return verdict(error, 'stalled', { type: 'stalled' });
  if (error instanceof WaitingError) {
    return verdict(error, 'reconciling', { type: 'waiting', afterMs: error.afterMs });
  }
  return retrying(error);
}

/** Of several actions that failed together, the failure that says most about the object. */
export function gravest(failures: readonly Failure[]): Failure | undefined {
  return [...failures].sort((a, b) => GRAVITY.indexOf(a.outcome.type) - GRAVITY.indexOf(b.outcome.type))[0];
}

const GRAVITY: readonly Outcome['type'][] = ['aborted', 'stalled', 'failed', 'waiting', 'fenced', 'conflict'];

const quiet = (error: unknown, outcome: Outcome): Failure => ({ error, report: { type: 'quiet' }, outcome });

function verdict(error: TerminalError | WaitingError, type: Readiness['type'], outcome: Outcome): Failure {
  const ready = { type, reason: error.reason, message: error.message };
  return { error, report: { type: 'verdict', ready }, outcome };
}

function retrying(error: unknown): Failure {
  const atLeastMs = error instanceof KubernetesError ? error.retryAfterMs : undefined;
  return {
    error,
    report: faultReport(error),
    outcome: { type: 'failed', error, ...(atLeastMs === undefined ? {} : { atLeastMs }) },
  };
}

/** A fault may last until a person acts, and then says so by a reason. It is retried all the same: nobody tells when they did. */
function faultReport(error: unknown): FailureReport {
  const message = publicMessage(error);
  const reason = error instanceof Error && 'lastingReason' in error ? error.lastingReason : undefined;
  return typeof reason === 'string'
    ? { type: 'verdict', ready: { type: 'reconciling', reason, message } }
    : { type: 'retrying', message: `Retrying after a fault: ${message}` };
}

/** What ended a pass or an action, in a sentence that is fit for a status. */
export const failureText = (error: unknown): string =>
  error instanceof TerminalError || error instanceof WaitingError ? error.message : publicMessage(error);

/** An error may offer a sentence that is fit for a status. Of any other only the name is shown: its text may carry a secret. */
function publicMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error, see the log of the operator';
  if ('publicMessage' in error && typeof error.publicMessage === 'string') return error.publicMessage;
  return `${error.name}, see the log of the operator`;
}
