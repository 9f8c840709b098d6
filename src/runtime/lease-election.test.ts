import { describe, expect, it, onTestFinished } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { ManualClock } from '../../test/support/manual-clock.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesErrorClass } from '../kubernetes/errors.ts';
import type { PassLogger } from './controller.ts';
import { LeadershipLostError } from './leader.ts';
import { LeaseElection } from './lease-election.ts';
import type { Lease, LeaseSpec } from './lease.ts';

const silent = { info: () => undefined, warn: () => undefined };

type LeaseApi = Pick<KubernetesApi, 'get' | 'create' | 'replace'>;

/** One lease with the API server's compare-and-swap. `fault` runs before each call. */
class LeaseStore {
  lease: Lease | undefined;
  writes = 0;
  fault: (verb: string) => void | Promise<void> = () => undefined;

  readonly api: LeaseApi = {
    get: async <T>() => {
      await this.fault('get');
      return this.lease as T | undefined;
    },
    create: async <T>(_kind: unknown, _namespace: unknown, body: unknown) => {
      await this.fault('create');
      if (this.lease) throw failure('alreadyExists');
      return this.#write(body as Lease) as T;
    },
    replace: async <T>(_ref: unknown, body: unknown) => {
      await this.fault('replace');
      const lease = body as Lease;
      if (lease.metadata.resourceVersion !== this.lease?.metadata.resourceVersion) throw failure('conflict');
      return this.#write(lease) as T;
    },
  };

  #write(lease: Lease): Lease {
    this.writes += 1;
    const metadata = { ...lease.metadata, uid: 'u', resourceVersion: String(this.writes) };
    this.lease = { ...lease, metadata };
    return this.lease;
  }
}

function failure(errorClass: KubernetesErrorClass): KubernetesError {
  return new KubernetesError('PUT leases', errorClass, {
    class: errorClass,
    status: 0,
    reason: '',
    outcomeUnknown: false,
  });
}

interface Candidate {
  readonly election: LeaseElection;
  elected: boolean;
  ended: unknown;
  readonly stop: AbortController;
}

const leaseOf = (spec: LeaseSpec, resourceVersion = '7') =>
  ({ metadata: { name: 'es-steward', resourceVersion }, spec }) as Lease; // a cast: nothing else of it is looked at

function candidate(
  identity: string,
  store: LeaseStore,
  clock: ManualClock,
  log: PassLogger = silent,
): Candidate {
  const election = new LeaseElection({
    kubernetes: store.api,
    clock,
    log,
    namespace: 'ops',
    name: 'es-steward',
    identity,
    random: () => 0.5,
  });
  const result: Candidate = { election, elected: false, ended: undefined, stop: new AbortController() };
  election
    .run(() => {
      result.elected = true;
    }, result.stop.signal)
    .then(
      () => {
        result.ended = 'stopped';
      },
      (error: unknown) => {
        result.ended = error;
      },
    );
  onTestFinished(() => result.stop.abort());
  return result;
}

describe('taking the lease', () => {
  it('creates it with six digits of a second, as the API server demands', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    const first = candidate('a', store, clock);
    await clock.advance(0);
    expect(first.elected).toBe(true);
    expect(first.election.isLeader()).toBe(true);
    expect(store.lease?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 1,
    });
  });

  it('lets one of two win', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    const both = [candidate('a', store, clock), candidate('b', store, clock)];
    await clock.advance(60_000);
    expect(both.filter(({ election }) => election.isLeader())).toHaveLength(1);
    expect(both.filter(({ elected }) => elected)).toHaveLength(1);
  });

  it('waits until the record of a dead holder has not changed for its whole duration', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    const dead = candidate('a', store, clock);
    await clock.advance(0);
    dead.stop.abort(); // no release: a crash
    const next = candidate('b', store, clock);
    await clock.advance(15_000);
    expect(next.elected).toBe(false);
    await clock.advance(4_000);
    expect(next.elected).toBe(true);
    expect(store.lease?.spec?.leaseTransitions).toBe(2);
  });

  it('does not believe the clock of the holder', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    candidate('a', store, clock);
    await clock.advance(0);
    const skewed = manualClock(clock.now() + 86_400_000);
    const next = candidate('b', store, skewed);
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      await skewed.advance(1_000);
    }
    expect(next.elected).toBe(false);
  });

  it('comes within one round after a release', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    const [first, next] = [candidate('a', store, clock), candidate('b', store, clock)];
    await clock.advance(10_000);
    first.stop.abort();
    await clock.advance(0);
    await first.election.release();
    expect(first.election.isLeader()).toBe(false);
    await clock.advance(2_400);
    expect(next.elected).toBe(true);
  });

  it('counts no further than the API server does', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    store.lease = leaseOf({ holderIdentity: '', leaseTransitions: 2 ** 31 - 1 });
    expect(candidate('a', store, clock).elected).toBe(false);
    await clock.advance(0);
    expect(store.lease.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 2 ** 31 - 1 });
  });

  it('tells once who holds it, again when it is another, and each five minutes', async () => {
    const [clock, store, told] = [manualClock(), new LeaseStore(), new Array<string>()];
    store.lease = leaseOf({ holderIdentity: 'b', leaseDurationSeconds: 500 });
    candidate('a', store, clock, {
      info: ({ holder, until }) => void told.push([holder, until].join(' ')),
      warn: () => undefined,
    });
    await clock.advance(100_000);
    expect(told).toEqual(['b 2026-01-01T00:08:20.000Z']);
    store.lease = leaseOf({ holderIdentity: 'c', leaseDurationSeconds: 500 }, '8');
    await clock.advance(290_000);
    expect(told).toHaveLength(2);
    await clock.advance(20_000);
    expect(told).toHaveLength(3);
  });

  it('warns of a lease that is held for longer than any operator would', async () => {
    const [clock, store, warned] = [manualClock(), new LeaseStore(), new Array<string>()];
    store.lease = leaseOf({ holderIdentity: 'b', leaseDurationSeconds: 2 ** 31 - 1 });
    candidate('a', store, clock, {
      info: () => undefined,
      warn: (_, text) => void warned.push(text),
    });
    await clock.advance(10_000);
    expect(warned).toEqual([expect.stringContaining('kubectl -n ops delete lease es-steward')]);
  });

  it('goes on trying while the API server is away', async () => {
    const [clock, store] = [manualClock(), new LeaseStore()];
    store.fault = () => {
      throw failure('unavailable');
    };
    const only = candidate('a', store, clock);
    await clock.advance(60_000);
    expect([only.elected, only.ended]).toEqual([false, undefined]);
    store.fault = () => undefined;
    await clock.advance(3_000);
    expect(only.elected).toBe(true);
  });
});

describe('holding the lease', () => {
  async function leader(): Promise<{ clock: ManualClock; store: LeaseStore; only: Candidate }> {
    const [clock, store] = [manualClock(), new LeaseStore()];
    const only = candidate('a', store, clock);
    await clock.advance(0);
    return { clock, store, only };
  }

  it('renews with one write per round', async () => {
    const { clock, store, only } = await leader();
    const calls: string[] = [];
    store.fault = (verb) => void calls.push(verb);
    await clock.advance(60_000);
    expect(calls).toEqual(Array.from({ length: 30 }, () => 'replace'));
    expect(only.election.isLeader()).toBe(true);
    expect(store.lease?.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 1,
    });
  });

  it('is no leader when the process wakes up after a long stop, before any timer runs', async () => {
    const { clock, only } = await leader();
    clock.jump(60_000);
    expect(only.election.isLeader()).toBe(false);
    await clock.advance(0);
    expect(only.ended).toBeInstanceOf(LeadershipLostError);
  });

  it('stays away from a lease that was taken while it slept', async () => {
    const { clock, store, only } = await leader();
    clock.jump(60_000);
    const other = { ...store.lease?.spec, holderIdentity: 'b' };
    await store.api.replace(
      { kind: { group: '', version: '', plural: '' }, name: '' },
      { ...store.lease, spec: other },
    );
    const { writes } = store;
    await clock.advance(30_000);
    expect(store.writes).toBe(writes);
    await only.election.release();
    expect(store.writes).toBe(writes);
  });

  it('gives up when it cannot renew within ten seconds, five before another may begin', async () => {
    const { clock, store, only } = await leader();
    store.fault = () => {
      throw failure('unavailable');
    };
    await clock.advance(9_999);
    expect(only.election.isLeader()).toBe(true);
    await clock.advance(1);
    expect(only.election.isLeader()).toBe(false);
    await clock.advance(2_000);
    expect(only.ended).toBeInstanceOf(LeadershipLostError);
  });

  it('counts from when the renewal was sent, not from its answer', async () => {
    const { clock, store, only } = await leader();
    store.fault = () => clock.sleep(4_000);
    await clock.advance(6_000); // sent at 2 s, answered at 6 s
    store.fault = () => {
      throw failure('unavailable');
    };
    await clock.advance(5_999);
    expect(only.election.isLeader()).toBe(true);
    await clock.advance(1);
    expect(only.election.isLeader()).toBe(false);
  });

  it('gives up at once when another holds the lease', async () => {
    const { clock, store, only } = await leader();
    const other = { ...store.lease?.spec, holderIdentity: 'b' };
    await store.api.replace(
      { kind: { group: '', version: '', plural: '' }, name: '' },
      { ...store.lease, spec: other },
    );
    await clock.advance(2_000);
    expect(only.ended).toBeInstanceOf(LeadershipLostError);
    expect(only.election.isLeader()).toBe(false);
  });

  it('survives a write whose answer is lost', async () => {
    const { clock, store, only } = await leader();
    const replace = store.api.replace.bind(store.api);
    let lost = false;
    store.api.replace = async (...args) => {
      const answer = await replace<never>(...args);
      if (lost) return answer;
      lost = true;
      throw failure('unavailable');
    };
    await clock.advance(30_000);
    expect(only.ended).toBeUndefined();
    expect(only.election.isLeader()).toBe(true);
  });

  describe('told to stop while a renewal is under way', () => {
    type Replace = LeaseApi['replace'];

    /** Stops while the renewal hangs, and releases. */
    async function stopWithin(renewal: (replace: Replace) => Replace) {
      const { clock, store, only } = await leader();
      const replace = store.api.replace.bind(store.api);
      Object.assign(store.api, { replace: renewal(replace) });
      await clock.advance(2_000);
      Object.assign(store.api, { replace });
      only.stop.abort();
      await clock.advance(0);
      expect(only.ended).toBe('stopped');
      return { store, release: () => only.election.release() };
    }
    const cutOff = (signal: AbortSignal | undefined) =>
      new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(failure('unavailable')));
      });

    it.each<[string, (replace: Replace) => Replace]>([
      ['was not written', () => (_ref, _body, signal) => cutOff(signal)],
      [
        'was written',
        (replace) => async (ref, body, signal) => {
          await replace(ref, body, signal);
          return cutOff(signal);
        },
      ],
    ])('releases the lease when that %s', async (_, renewal) => {
      const { store, release } = await stopWithin(renewal);
      await release();
      expect(store.lease?.spec).toMatchObject({ holderIdentity: '' });
    });

    it('releases the lease when that comes late, after the lease was read', async () => {
      let late: () => Promise<unknown> = async () => undefined;
      const { store, release } = await stopWithin((replace) => (ref, body, signal) => {
        late = () => replace(ref, body);
        return cutOff(signal);
      });
      store.fault = async (verb) => {
        if (verb !== 'replace') return;
        store.fault = () => undefined;
        await late();
      };
      await release();
      expect(store.lease?.spec).toMatchObject({ holderIdentity: '' });
    });

    it('leaves it to another one that holds it by now', async () => {
      const { store, release } = await stopWithin(() => (_ref, _body, signal) => cutOff(signal));
      store.lease = { ...store.lease, spec: { holderIdentity: 'b' } } as Lease;
      await release();
      expect(store.lease?.spec).toEqual({ holderIdentity: 'b' });
    });
  });

  it('keeps the lease until the release when it is told to stop', async () => {
    const { clock, store, only } = await leader();
    only.stop.abort();
    await clock.advance(0);
    expect(only.ended).toBe('stopped');
    expect(only.election.isLeader()).toBe(true);
    await only.election.release();
    expect(store.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });
});
