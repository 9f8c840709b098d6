/**
 * What can end a pass besides success, told apart by who must act (the idea is Flux's `internal/error`).
 * Anything else that is thrown is a fault: retried with back-off, the last Ready condition kept, unless the error has a
 * `lastingReason`, which then is that of Ready=False.
 */

/** The resource itself must change, or it has failed for good: Ready=False, Stalled=True, no retry of its own. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly reason: string;
  /** @param reason PascalCase, documented. @param message one stable sentence: the thing, the reason, the cure. */
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Something outside must become true: Ready=False, Reconciling=True, looked at again after `afterMs`. */
export class WaitingError extends Error {
  override readonly name = 'WaitingError';
  readonly reason: string;
  readonly afterMs: number;
  constructor(reason: string, message: string, afterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.afterMs = afterMs;
  }
}

/** This process may no longer act (leadership lost, or the resource moved on). Not a fault; nothing is written. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}
