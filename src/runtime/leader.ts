import type { KubernetesApi, ObjectRef } from '../kubernetes/api.ts';
import { withDeadline } from '../kubernetes/deadline.ts';
import { isKubernetesError } from '../kubernetes/errors.ts';
import { aborted } from './background.ts';
import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';
import { tellingWait } from './lease-wait.ts';
import { heldSpec, leaseRef, releasedSpec } from './lease.ts';
import type { Lease } from './lease.ts';

export interface ElectionOptions {
  readonly kubernetes: Pick<KubernetesApi, 'get' | 'create' | 'replace'>;
  readonly clock: Clock;
  readonly log: PassLogger;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, also after a restart in the same pod. */
  readonly identity: string;
  readonly random: () => number;
  readonly times?: ElectionTimes;
}

/** Milliseconds. `leaseMs` > `renewDeadlineMs` is what keeps an old leader silent before a new one speaks. */
export interface ElectionTimes {
  /** Others may take the lease when it has not changed for so long. */
  readonly leaseMs: number;
  /** The leader stops to be one when it could not renew for so long. */
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** The defaults of client-go. */
const TIMES: ElectionTimes = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** Of our own writes only the last one can come in between, and of others' only some. */
const GIVEN_AWAY_AT_MOST = 3;

/** The process must end: another one may act now. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

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

/** The record as last seen, and when it was first seen like this. */
interface Seen {
  readonly lease: Lease;
  readonly since: number;
}

/**
 * Election by a Lease, after client-go's rules: writes carry the resourceVersion, so that one of two wins; whether the
 * holder is gone is judged by how long its record has not changed before our eyes, never by comparing clocks.
 */
export class LeaseElection implements Election {
  readonly #options: ElectionOptions;
  readonly #times: ElectionTimes;
  readonly #ref: ObjectRef;
  readonly #waits: ReturnType<typeof tellingWait>;
  #seen: Seen | undefined;
  /** When the request of the last successful renewal was sent; undefined while not the leader. */
  #renewedAt: number | undefined;
  #complaint = '';

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#ref = leaseRef(options.namespace, options.name);
    this.#waits = tellingWait(options);
  }

  isLeader(): boolean {
    return this.#renewedAt !== undefined && this.#now() - this.#renewedAt < this.#times.renewDeadlineMs;
  }

  async run(onElected: () => void, signal: AbortSignal): Promise<void> {
    try {
      await this.#acquire(signal);
      if (!this.isLeader()) return;
      this.#options.log.info(
        { lease: this.#options.name, identity: this.#options.identity },
        'became the leader',
      );
      onElected();
      await this.#hold(signal);
    } catch (error) {
      this.#renewedAt = undefined;
      throw error;
    }
  }

  async release(): Promise<void> {
    if (this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    await this.#inTime((signal) => this.#giveAway(signal, GIVEN_AWAY_AT_MOST));
  }

  /** A renewal that the end has cut off was written, or not, or will be yet: then what is there is read. */
  async #giveAway(signal: AbortSignal, tries: number): Promise<void> {
    const { kubernetes, clock, log, name, identity } = this.#options;
    const lease = this.#seen?.lease ?? (await kubernetes.get<Lease>(this.#ref, signal));
    if (lease?.spec?.holderIdentity !== identity) return;
    try {
      const spec = releasedSpec(lease.spec, clock.now());
      await kubernetes.replace<Lease>(this.#ref, { ...lease, spec }, signal);
      log.info({ lease: name }, 'released the lease');
    } catch (error) {
      if (tries <= 1 || !isKubernetesError(error, 'conflict')) throw error;
      this.#seen = undefined;
      await this.#giveAway(signal, tries - 1);
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#try(() => this.#readAndTake(signal));
      if (this.isLeader()) return;
      this.#tellWait();
      await pause(this.#options.clock, this.#times.retryMs * (1 + 0.2 * this.#options.random()), signal);
    }
  }

  async #hold(signal: AbortSignal): Promise<void> {
    let cause: unknown;
    for (;;) {
      await pause(this.#options.clock, this.#times.retryMs, signal);
      if (signal.aborted) return;
      if (!this.isLeader()) throw this.#lost('could not be renewed in time', cause);
      cause = await this.#try(() => this.#renew(signal));
      if (!signal.aborted && this.#isHeldByAnother()) throw this.#lost('was taken by another process', cause);
    }
  }

  /** One write as long as nobody else touches the lease; after anything unexpected it is read first. */
  async #renew(signal: AbortSignal): Promise<void> {
    const lease = this.#seen?.lease;
    if (lease === undefined) return this.#readAndTake(signal);
    try {
      await this.#write(lease, signal);
    } catch (error) {
      this.#seen = undefined;
      if (!isKubernetesError(error, 'conflict')) throw error;
      await this.#readAndTake(signal);
    }
  }

  async #readAndTake(signal: AbortSignal): Promise<void> {
    const lease = await this.#inTime(
      (inner) => this.#options.kubernetes.get<Lease>(this.#ref, inner),
      signal,
    );
    if (lease === undefined) return this.#write(undefined, signal);
    this.#see(lease);
    if (this.#isFree()) await this.#write(lease, signal);
  }

  async #write(lease: Lease | undefined, signal: AbortSignal): Promise<void> {
    const { kubernetes, clock, namespace, name, identity } = this.#options;
    const sentAt = this.#now();
    const spec = heldSpec(lease?.spec ?? {}, identity, this.#times.leaseMs, clock.now());
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      ...lease,
      spec,
    };
    const written = await this.#inTime(
      (inner) =>
        lease === undefined
          ? kubernetes.create<Lease>(this.#ref.kind, namespace, body, inner)
          : kubernetes.replace<Lease>(this.#ref, body, inner),
      signal,
    );
    this.#see(written);
    this.#renewedAt = sentAt;
  }

  #see(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#seen = { lease, since: this.#now() };
  }

  #isFree(): boolean {
    if (this.#seen === undefined) return false;
    const holder = this.#seen.lease.spec?.holderIdentity;
    return !holder || holder === this.#options.identity || this.#heldForMs(this.#seen) < 0;
  }

  /** Milliseconds until another's lease is free, if it does not change. */
  #heldForMs({ lease, since }: Seen): number {
    const { leaseDurationSeconds } = lease.spec ?? {};
    const durationMs = leaseDurationSeconds === undefined ? this.#times.leaseMs : leaseDurationSeconds * 1000;
    return since + durationMs - this.#now();
  }

  #tellWait(): void {
    const seen = this.#seen;
    if (seen?.lease.spec !== undefined && this.#isHeldByAnother())
      this.#waits(seen.lease.spec, Math.max(0, this.#heldForMs(seen)));
  }

  #isHeldByAnother(): boolean {
    const holder = this.#seen?.lease.spec?.holderIdentity;
    return holder !== undefined && holder !== this.#options.identity;
  }

  /** Runs one round. Failures are told when they change, not each two seconds, and handed back. */
  async #try(round: () => Promise<void>): Promise<unknown> {
    try {
      await round();
      this.#complaint = '';
      return undefined;
    } catch (error) {
      const complaint = String(error);
      if (complaint !== this.#complaint)
        this.#options.log.warn(
          { err: error, lease: this.#options.name },
          'the lease could not be read or written',
        );
      this.#complaint = complaint;
      return error;
    }
  }

  #lost(why: string, cause: unknown): LeadershipLostError {
    const { namespace, name } = this.#options;
    return new LeadershipLostError(
      `the lease ${namespace}/${name} ${why}: this process may not act any more`,
      { cause },
    );
  }

  /** Two tries must fit into the renew deadline. */
  #inTime<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock, name } = this.#options;
    return withDeadline({ what: `lease ${name}`, ms: this.#times.renewDeadlineMs / 2, clock }, signal, work);
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
