import type { KubernetesApi, ObjectRef } from '../kubernetes/api.ts';
import { withDeadline } from '../kubernetes/deadline.ts';
import { isKubernetesError } from '../kubernetes/errors.ts';
import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import type { PassLogger } from './controller.ts';
import { type Election, LeadershipLostError } from './leader.ts';
import { tellingFailures } from './lease-failures.ts';
import { tellingWait } from './lease-wait.ts';
import { heldSpec, leaseRef, releasedSpec } from './lease.ts';
import type { Lease } from './lease.ts';
import { heldForMs, isFreeFor, isHeldByAnother, type SeenLease, seenAgain } from './seen-lease.ts';

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

/**
 * Election by a Lease, after client-go's rules: writes carry the resourceVersion, so that one of two wins; whether the
 * holder is gone is judged by how long its record has not changed before our eyes, never by comparing clocks.
 */
export class LeaseElection implements Election {
  readonly #options: ElectionOptions;
  readonly #times: ElectionTimes;
  readonly #ref: ObjectRef;
  readonly #waits: ReturnType<typeof tellingWait>;
  readonly #try: ReturnType<typeof tellingFailures>;
  #seen: SeenLease | undefined;
  /** When the request of the last successful renewal was sent; undefined while not the leader. */
  #renewedAt: number | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#ref = leaseRef(options.namespace, options.name);
    this.#waits = tellingWait(options);
    this.#try = tellingFailures(options);
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
      const isTaken = isHeldByAnother(this.#options.identity, this.#seen);
      if (!signal.aborted && isTaken) throw this.#lost('was taken by another process', cause);
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
    const seen = this.#see(lease);
    const { leaseMs } = this.#times;
    if (isFreeFor(this.#options.identity, seen, leaseMs, this.#now())) await this.#write(lease, signal);
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

  #see(lease: Lease): SeenLease {
    this.#seen = seenAgain(this.#seen, lease, this.#now());
    return this.#seen;
  }

  #tellWait(): void {
    const seen = this.#seen;
    if (seen?.lease.spec === undefined || !isHeldByAnother(this.#options.identity, seen)) return;
    this.#waits(seen.lease.spec, Math.max(0, heldForMs(seen, this.#times.leaseMs, this.#now())));
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
