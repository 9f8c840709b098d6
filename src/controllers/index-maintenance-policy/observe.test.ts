import { describe, expect, it } from 'vitest';
import { indexOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { Cluster, Connections } from '../../elasticsearch/connections.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { createObserve } from './observe.ts';
import { createListings } from './observe-listings.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const MINUTE = 60_000;
const log = { info: () => undefined, warn: () => undefined };
const LISTED = new Error('the indexes were listed');
const target = { name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } };

/** A policy whose next slot is far away. */
function resting(more: SpecPart = {}): PolicyLife {
  const life = new PolicyLife([target], { schedule: '@yearly', ...more });
  life.pass(seenOf([indexOf('logs-2016.01.01')]), START);
  return life;
}

function observing({ policy }: Pick<PolicyLife, 'policy'>, refusal?: Error) {
  const cluster = {} as Cluster;
  const observe = createObserve({
    // A cast: nothing else of it is used.
    connections: {
      use: () => (refusal ? Promise.reject(refusal) : Promise.resolve(cluster)),
    } as unknown as Connections,
    listings: { ...createListings(), of: () => Promise.reject(LISTED) },
    policies: () => [policy],
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  });
  return observe(policy, { now: START + MINUTE, signal: new AbortController().signal, log });
}

const refusals = ['ConnectionNotReady', 'ConnectionSuspended', 'ConnectionNotFound', 'NotGranted'];

describe('a policy for which nothing is due', () => {
  it.each(refusals)('says %s all the same', async (reason) => {
    const refusal = new WaitingError(reason, 'why', 1_000);
    await expect(observing(resting(), refusal)).rejects.toBe(refusal);
  });

  it.each(refusals)('plans anew once %s is over, as it may have missed something', async (reason) => {
    const { policy } = resting();
    const ready = { type: 'Ready', status: 'False', reason, message: '', lastTransitionTime: '' } as const;
    const hindered = { ...policy, status: { ...policy.status, conditions: [ready] } };
    await expect(observing({ policy: hindered })).rejects.toBe(LISTED);
  });

  it('lists nothing while its connection is good', async () => {
    expect(await observing(resting())).toEqual({ type: 'nothing' });
  });

  it('says nothing of its connection while it is suspended', async () => {
    const refusal = new WaitingError('ConnectionNotReady', 'why', 1_000);
    expect(await observing(resting({ suspend: true }), refusal)).toEqual({ type: 'nothing' });
  });
});
