import { aborted } from './background.ts';

export interface Election {
  /**
   * Renewed within the renew deadline, by the monotonic clock: also false right after the process was stopped and
   * continued, before any timer ran.
   */
  isLeader(): boolean;
  /**
   * Waits for the lease, calls `onElected` once, then renews until `signal` aborts. Keep it running until the last
   * worker has stopped.
   * @throws LeadershipLostError when the lease could not be renewed in time or is another's.
   */
  run(onElected: () => void, signal: AbortSignal): Promise<void>;
  /** Lets the next one in at once. Only after the workers have stopped. */
  release(): Promise<void>;
}

/** The process must end: another one may act now. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/** For a single replica (--leader-elect=false). */
export function electionOfOne(): Election {
  return {
    isLeader: () => true,
    async run(onElected, signal) {
      onElected();
      await aborted(signal);
    },
    release: async () => undefined,
  };
}
