/**
 * Waits, beside the passes, for what a resource waits for: as soon as it has come there is a pass, instead of at the next
 * look. Nothing depends on it: where a wait fails or the process ends, the next look finds out.
 */
export class Followers {
  readonly #life: AbortSignal;
  readonly #wake: (key: string) => void;
  readonly #followed = new Set<string>();

  /** @param life ends all waits. @param wake asks for a pass. */
  constructor(life: AbortSignal, wake: (key: string) => void) {
    this.#life = life;
    this.#wake = wake;
  }

  /** @param what names the wait: one that is under way already is not begun again. */
  follow(key: string, what: string, wait: (signal: AbortSignal) => Promise<unknown>): void {
    const name = `${key} ${what}`;
    if (this.#life.aborted || this.#followed.has(name)) return;
    this.#followed.add(name);
    wait(this.#life)
      .then(
        () => this.#wake(key),
        () => undefined, // the next look is due anyway
      )
      .finally(() => this.#followed.delete(name));
  }
}
