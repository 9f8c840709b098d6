import { withDeadline } from '../kubernetes/deadline.ts';
import type { Clock } from './clock.ts';

/** What sits between closes a connection that is quiet for a minute. */
const LONGEST_WAIT_MS = 50_000;

/**
 * Waits, beside the passes, for what a resource waits for: as soon as it has come there is a pass, instead of at the next
 * look. Nothing depends on it: where a wait fails or the process ends, the next look finds out.
 */
export class Followers {
  readonly #life: AbortSignal;
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #wake: (key: string) => void;
  readonly #followed = new Set<string>();

  /** @param life ends all waits. @param wake asks for a pass. */
  constructor(life: AbortSignal, wake: (key: string) => void, clock: Pick<Clock, 'sleep'>) {
    this.#life = life;
    this.#clock = clock;
    this.#wake = wake;
  }

  /** @param what names the wait: one that is under way already is not begun again. @param wait ends with its signal. */
  follow(key: string, what: string, wait: (signal: AbortSignal) => Promise<unknown>): void {
    const name = `${key} ${what}`;
    if (this.#followed.has(name)) return;
    this.#followed.add(name);
    withDeadline({ what, ms: LONGEST_WAIT_MS, clock: this.#clock }, this.#life, wait)
      .then(
        () => this.#wake(key),
        () => undefined, // the next look is due anyway
      )
      .finally(() => this.#followed.delete(name));
  }
}
