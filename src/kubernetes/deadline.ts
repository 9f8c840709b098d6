export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly publicMessage: string;
  constructor(what: string, ms: number) {
    super(`${what}: not done within ${ms} ms`);
    this.publicMessage = this.message;
  }
}

/**
 * Runs `work` with a signal that aborts with the caller's or after `ms`. Leaves neither a timer nor a listener behind,
 * which `AbortSignal.any` over a signal that lives as long as the process would.
 */
export async function withDeadline<T>(
  limit: {
    readonly what: string;
    readonly ms: number;
    readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  },
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const inner = new AbortController();
  const over = new AbortController();
  const follow = () => inner.abort(outer?.reason);
  outer?.addEventListener('abort', follow, { once: true });
  limit.clock.sleep(limit.ms, over.signal).then(
    () => inner.abort(new DeadlineError(limit.what, limit.ms)),
    () => undefined, // the work was done first
  );
  try {
    return await work(inner.signal);
  } finally {
    over.abort();
    outer?.removeEventListener('abort', follow);
  }
}
