/** Something that runs beside the rest until it is told to stop. */
export interface Background {
  /** Settles when it is over; rejects when it failed. */
  readonly done: Promise<void>;
  /** Tells it to stop and waits until it has. */
  stop(): Promise<void>;
}

export function inBackground(run: (signal: AbortSignal) => Promise<unknown>): Background {
  const controller = new AbortController();
  const done = run(controller.signal).then(() => undefined);
  // Whoever waits for `done` hears of a failure; if nobody does yet, that is no unhandled one.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      controller.abort();
      await done;
    },
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
