import { withDeadline } from '../kubernetes/deadline.ts';
import type { Clock } from './clock.ts';
import type { PassLogger, ResourceKey } from './controller.ts';
import { keyText } from './resource.ts';

/**
 * Something that is held outside and must end even if nobody can tell this process so: it does not ask whether it
 * leads, nor the API server. Hence `release` must do no harm when it comes late, twice, or after somebody else's.
 */
export interface Obligation {
  /** Milliseconds since the epoch; absent: for as long as the API server answers. */
  readonly until?: number | undefined;
  /** Released when this process ends, although the next one could go on with it. */
  readonly endsWithProcess: boolean;
  release(signal: AbortSignal): Promise<void>;
}

/** The metadata of the resource that something is held for. */
export interface Holder extends ResourceKey {
  readonly uid: string;
}

/**
 * How a controller says what it holds. A resource may be made anew under its name before anybody saw it gone: what its
 * predecessor held is due then.
 */
export interface ObligationBook {
  /** Said again by each pass: the last word counts. */
  owe(holder: Holder, obligation: Obligation): void;
  /** It is let go, or has served its purpose. */
  settled(holder: Holder): void;
  /** Nobody looks after it any more: it is released now. */
  due(key: ResourceKey): void;
}

export interface ObligationsOptions {
  readonly clock: Clock;
  readonly log: PassLogger;
  /** Whether a process that leads could be told anything. @throws when it does not answer. */
  readonly askApiServer: (signal: AbortSignal) => Promise<unknown>;
}

/** An ordinary pass, which leaves a trace in status, goes first. */
const GRACE_MS = 2_000;
const HEARTBEAT_MS = 600_000;
const RETRY_MS = 5_000;
/** An hour: what cannot be reached for so long is for people. */
const MOST_TRIES = 720;
const LIMIT_MS = 8_000;
const ASK_LIMIT_MS = 1_500;

interface Held {
  readonly holder: Holder;
  obligation: Obligation;
  /** After so many tries in vain; whoever asks again begins them anew. */
  isGivenUp: boolean;
  readonly over: AbortController;
}

/** Local timers for what must not outlive its purpose, one for each resource. */
export class Obligations implements ObligationBook {
  readonly #options: ObligationsOptions;
  /** By uid. */
  readonly #held = new Map<string, Held>();

  constructor(options: ObligationsOptions) {
    this.#options = options;
  }

  owe(holder: Holder, obligation: Obligation): void {
    this.#endPredecessors(holder);
    const held = this.#held.get(holder.uid);
    if (held && held.obligation.until === obligation.until) held.obligation = obligation;
    else this.#begin(holder, obligation);
  }

  settled(holder: Holder): void {
    this.#endPredecessors(holder);
    this.#drop(holder);
  }

  due(key: ResourceKey): void {
    this.#endPredecessors({ ...key, uid: '' });
  }

  /**
   * The last thing before the process ends. While the API server answers, the next process will see to the rest.
   * @param orderly false: the lease is lost, so another process leads, if there can be one at all.
   * @throws AggregateError of what could not be released.
   */
  async end(orderly: boolean): Promise<void> {
    if (this.#held.size === 0) return;
    const answers = this.#apiServerAnswers();
    const results = await Promise.allSettled(
      [...this.#held.values()].map(async (held) => {
        const ends = orderly && held.obligation.endsWithProcess;
        if (ends || !(await answers)) await this.#release(held);
      }),
    );
    const errors = results.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, 'not everything that was held could be released');
  }

  /** Once: what is due already is being released. */
  #endPredecessors({ uid, ...key }: Holder): void {
    const before = [...this.#held.values()].filter(
      ({ holder, obligation: { until }, isGivenUp }) =>
        keyText(holder) === keyText(key) && holder.uid !== uid && (until !== 0 || isGivenUp),
    );
    for (const { holder, obligation } of before) this.#begin(holder, { ...obligation, until: 0 });
  }

  #drop({ uid }: Holder): void {
    this.#held.get(uid)?.over.abort();
    this.#held.delete(uid);
  }

  #begin(holder: Holder, obligation: Obligation): void {
    this.#drop(holder);
    const held = { holder, obligation, isGivenUp: false, over: new AbortController() };
    this.#held.set(holder.uid, held);
    this.#keep(held).catch((error: unknown) => {
      held.isGivenUp = true;
      const key = keyText(holder);
      if (!held.over.signal.aborted) this.#options.log.warn({ err: error, key }, 'what is held stays held');
    });
  }

  async #keep(held: Held): Promise<void> {
    const { clock, log } = this.#options;
    const key = keyText(held.holder);
    await this.#untilDue(held);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#release(held);
      } catch (error) {
        if (tries === MOST_TRIES || held.over.signal.aborted) throw error;
        if (tries === 1) log.warn({ err: error, key }, 'could not be released yet; it is tried again');
      }
      await clock.sleep(RETRY_MS, held.over.signal);
    }
  }

  async #untilDue({ obligation, over }: Held): Promise<void> {
    const { clock } = this.#options;
    const { until } = obligation;
    if (until !== undefined) return clock.sleep(until + GRACE_MS - clock.now(), over.signal);
    do await clock.sleep(HEARTBEAT_MS, over.signal);
    while (await this.#apiServerAnswers());
  }

  async #release(held: Held): Promise<void> {
    const key = keyText(held.holder);
    this.#options.log.info({ key }, 'releasing what is held, without a pass');
    await this.#inTime(`release of ${key}`, LIMIT_MS, held.over.signal, (signal) =>
      held.obligation.release(signal),
    );
    if (this.#held.get(held.holder.uid) === held) this.#held.delete(held.holder.uid);
  }

  async #apiServerAnswers(): Promise<boolean> {
    try {
      await this.#inTime('API server', ASK_LIMIT_MS, undefined, this.#options.askApiServer);
      return true;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the API server does not answer');
      return false;
    }
  }

  #inTime<T>(
    what: string,
    ms: number,
    outer: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ) {
    return withDeadline({ what, ms, clock: this.#options.clock }, outer, work);
  }
}
