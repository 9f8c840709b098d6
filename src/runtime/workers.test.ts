import { describe, expect, it } from 'vitest';
import { failingCleanups } from './failing-cleanups.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { memoryKubernetes } from '../../test/support/memory-kubernetes.ts';
import { DeadlineError } from '../kubernetes/deadline.ts';
import type { Engine, Outcome } from './engine.ts';
import { WorkQueue } from './queue.ts';
import { runWorkers } from './workers.ts';
import type { RunnerHooks, WorkerOptions } from './workers.ts';

const KEY = 'default/a';

function bed(reconcile: WorkerOptions['reconcile'], hooks: RunnerHooks = {}) {
  const clock = manualClock();
  const queue = new WorkQueue({ clock, random: () => 0.5 });
  const engine: Engine = {
    kubernetes: memoryKubernetes(),
    clock,
    serverNow: () => clock.now(),
    failingCleanups: failingCleanups(),
    log: { info: () => undefined, warn: () => undefined },
    version: '1.2.3',
    mayAct: () => true,
    record: () => undefined,
  };
  const limits = { passMs: 60_000, cleanupMs: 60_000, resyncMs: 36_000_000, graceMs: 2_000 };
  const stop = new AbortController();
  const over = runWorkers(
    { name: 'lamp', queue, engine, hooks, workers: 2, limits, random: () => 0.5, reconcile },
    stop.signal,
  );
  return { clock, queue, over, stop };
}

/** Runs one pass with this outcome and tells after how many seconds the next one begins. */
async function nextAfter(outcome: Outcome, limitSeconds: number): Promise<number | undefined> {
  const starts: number[] = [];
  const { clock, queue, over, stop } = bed(async () => {
    starts.push(clock.monotonic());
    return starts.length === 1 ? outcome : { type: 'gone' };
  });
  queue.add(KEY);
  await clock.advance(limitSeconds * 1_000);
  stop.abort();
  await over;
  const [first = 0, second] = starts;
  return second === undefined ? undefined : (second - first) / 1000;
}

describe('an outcome becomes a call of the queue', () => {
  it.each<[string, Outcome, number | undefined]>([
    ['gone: never again', { type: 'gone' }, undefined],
    ['settled: at the resync', { type: 'settled' }, 36_000],
    ['settled with a time: then', { type: 'settled', afterMs: 7_000 }, 7],
    ['stalled: at the resync', { type: 'stalled' }, 36_000],
    ['more to do: at once', { type: 'again', afterMs: 0 }, 0],
    ['waiting: as long as it says', { type: 'waiting', afterMs: 9_000 }, 9],
    ['a conflict: almost at once', { type: 'conflict' }, 0.05],
    ['fenced: after a second', { type: 'fenced' }, 1],
    ['a fault: after its back-off', { type: 'failed', error: new Error('x') }, 1.5],
    ['an overloaded server: when it wants', { type: 'failed', error: new Error('x'), atLeastMs: 20_000 }, 20],
  ])('%s', async (_, outcome, expected) => {
    expect(await nextAfter(outcome, 50_000)).toBe(expected);
  });
});

describe('workers with much to do', () => {
  it('give the event loop a turn between passes that ask nobody', async () => {
    const order: string[] = [];
    const { clock, queue, over, stop } = bed(async (_, { name }) => {
      order.push(name);
      setImmediate(() => order.push('something else'));
      return { type: 'gone' };
    });
    for (const name of ['a', 'b', 'c', 'd']) queue.add(`default/${name}`);
    await clock.advance(0);
    stop.abort();
    await over;
    // Two workers, so the turn comes after two.
    expect(order.slice(0, 3)).toEqual(['a', 'b', 'something else']);
  });
});

describe('workers that stop', () => {
  it('take no new key, and let a running pass end', async () => {
    const finish = Promise.withResolvers<Outcome>();
    const seen: string[] = [];
    const { clock, queue, over, stop } = bed(async (_, { name }) => {
      seen.push(name);
      return finish.promise;
    });
    queue.add(KEY);
    await clock.advance(0);
    stop.abort();
    queue.add('default/b');
    finish.resolve({ type: 'settled' });
    await over;
    expect(seen).toEqual(['a']);
  });

  it('abort a pass that takes longer than the grace', async () => {
    const { clock, queue, over, stop } = bed(
      (_, __, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ type: 'aborted' }));
        }),
    );
    queue.add(KEY);
    await clock.advance(0);
    stop.abort();
    await clock.advance(2_000);
    await expect(over).resolves.toBeUndefined();
  });
});

describe('the metrics of a pass', () => {
  it('count results as controller-runtime does, and time-outs', async () => {
    const heard: string[] = [];
    const outcomes: Outcome[] = [
      { type: 'again', afterMs: 0 },
      { type: 'failed', error: new DeadlineError('one pass', 1) },
      { type: 'stalled' },
    ];
    const { clock, queue, over, stop } = bed(async () => outcomes.shift() ?? { type: 'gone' }, {
      reconciled: (result) => void heard.push(result),
      stalled: () => void heard.push('stalled'),
      timedOut: () => void heard.push('timed out'),
    });
    queue.add(KEY);
    await clock.advance(10_000);
    stop.abort();
    await over;
    expect(heard).toEqual(['requeue', 'error', 'timed out', 'success', 'stalled']);
  });
});
