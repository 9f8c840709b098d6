import { describe, expect, it } from 'vitest';
import { indexOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { createObserve } from './observe.ts';
import { createListings } from './observe-listings.ts';
import { compileTargets } from './targets.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const MINUTE = 60_000;
const ASKED = new Error('the indexes were asked for');
const log = { info: () => undefined, warn: () => undefined };
const target = { name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } };

class Life extends PolicyLife {
  constructor(name: string, more: SpecPart = {}) {
    super([target], { schedule: '@yearly', ...more });
    const { metadata } = this.policy;
    this.policy = { ...this.policy, metadata: { ...metadata, name, uid: name } };
  }

  look(now: number, ...rivals: readonly Life[]) {
    const seen = rivals.map(({ policy: { metadata, spec } }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      targets: compileTargets(spec),
    }));
    return this.pass(seenOf([indexOf('logs-2016.01.01')], { rivals: seen }), now).ready.reason;
  }
}

/** An older policy at rest, and one that came later and has found the conflict. */
function both(more: SpecPart = {}) {
  const older = new Life('older', more);
  older.look(START);
  const newer = new Life('newer');
  expect(newer.look(START + MINUTE, older)).toBe('Conflict');
  return { older, newer };
}

function observing(...lives: readonly Life[]) {
  const woken: string[] = [];
  const observe = createObserve({
    // A cast: nothing else of it is used.
    connections: { use: () => Promise.resolve({}) } as unknown as Connections,
    listings: { ...createListings(), of: () => Promise.reject(ASKED) },
    policies: () => lives.map(({ policy }) => policy),
    wake: (key) => woken.push(key),
    requests: () => [],
    clusterUuidOf: () => 'cluster',
    snapshotOwners: () => () => false,
  });
  const asks = ({ policy }: Life, now: number) =>
    observe(policy, { now, signal: new AbortController().signal, log }).then(
      () => false,
      (error: unknown) => error === ASKED,
    );
  return { asks, woken };
}

describe('an older policy at rest', () => {
  it('is woken by the one that found a conflict, until it knows', async () => {
    const { older, newer } = both();
    const { asks, woken } = observing(older, newer);
    await asks(newer, START + 2 * MINUTE);
    expect(woken).toEqual(['search/older']);
    older.look(START + 2 * MINUTE, newer);
    await asks(newer, START + 3 * MINUTE);
    expect(woken).toEqual(['search/older']);
  });

  it('looks once it is accused, and is in conflict as well', async () => {
    const { older, newer } = both();
    expect(await observing(older, newer).asks(older, START + 2 * MINUTE)).toBe(true);
    expect(older.look(START + 2 * MINUTE, newer)).toBe('Conflict');
    expect(older.last?.next).toBe(MINUTE);
    expect(await observing(older, newer).asks(older, START + 2 * MINUTE)).toBe(false);
  });

  it('does not look while nobody has found a conflict with it', async () => {
    const { older, newer } = both();
    expect(await observing(older).asks(older, START + 2 * MINUTE)).toBe(false);
    newer.look(START + 2 * MINUTE);
    expect(newer.status.conflictsWith).toBeUndefined();
    expect(await observing(older, newer).asks(older, START + 3 * MINUTE)).toBe(false);
  });

  it('does not look again for an accusation that it has answered', async () => {
    const { older, newer } = both();
    expect(older.look(START + 2 * MINUTE)).toBe('Scheduled');
    expect(await observing(older, newer).asks(older, START + 3 * MINUTE)).toBe(false);
  });

  it.each([{ mode: 'DryRun' }, { suspend: true }])('that does not act is let be: %j', async (more) => {
    const { older, newer } = both(more);
    expect(await observing(older, newer).asks(older, START + 2 * MINUTE)).toBe(false);
  });
});
