import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { memoryKubernetes } from '../../test/support/memory-kubernetes.ts';
import { lamp } from '../../test/support/toy-kind.ts';
import { createRunner } from './start-controller.ts';

const ready = { type: 'ready', reason: 'Shines', message: 'It shines.' } as const;

/** Results of the passes over one lamp, each of which reads for so long. */
function bed(readsForMs: number, metadata: object = {}) {
  const clock = manualClock();
  const kubernetes = memoryKubernetes();
  kubernetes.put('a', { spec: { brightness: 1 }, metadata });
  const results: string[] = [];
  const told: string[] = [];
  const runner = createRunner({
    controller: {
      definition: lamp,
      observe: (_, { signal }) => clock.sleep(readsForMs, signal).then(() => undefined),
      decide: () => ({ status: {}, ready, next: 'changed' }),
      perform: () => Promise.resolve(),
    },
    engine: {
      kubernetes,
      clock,
      serverNow: () => clock.now(),
      log: { info: () => undefined, warn: () => undefined },
      version: '1.2.3',
      mayAct: () => true,
      record: () => undefined,
    },
    random: () => 0.5,
    onChange: (change) => void told.push(change.type),
    hooks: { reconciled: (result) => void results.push(result) },
  });
  const stop = new AbortController();
  void runner.watch(stop.signal);
  void runner.work(stop.signal);
  return { clock, results, told, runner };
}

it('lets a pass take as long as the longest request that a connection may allow', async () => {
  const { clock, results } = bed(300_000);
  await clock.advance(310_000);
  expect(results).toEqual(['success']);
});

it('ends a pass that hangs', async () => {
  const { clock, results } = bed(3_600_000);
  await clock.advance(601_000);
  expect(results).toEqual(['error']);
});

it('gives a pass over what is being deleted a minute, whatever a request may take', async () => {
  const metadata = { finalizers: ['other/one'], deletionTimestamp: '2026-01-01T00:00:00Z' };
  const { clock, results } = bed(300_000, metadata);
  await clock.advance(61_000);
  expect(results).toEqual(['error']);
});

it('passes over everything again when it is woken', async () => {
  const { clock, results, runner } = bed(0);
  await clock.advance(1_000);
  expect(results).toEqual(['success']);
  runner.wakeAll();
  await clock.advance(1_000);
  expect(results).toEqual(['success', 'success']);
});

it('tells once of each change, of its own writes as well, whose events are no news any more', async () => {
  const { clock, told } = bed(0);
  await clock.advance(1_000);
  expect(told).toEqual(['added', 'changed']);
});
