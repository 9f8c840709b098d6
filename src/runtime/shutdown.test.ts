import { expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../test/support/manual-clock.ts';
import { shutDown } from './shutdown.ts';
import type { ShutdownStep } from './shutdown.ts';

async function run(make: (done: (name: string) => void) => readonly ShutdownStep[]) {
  const clock = manualClock();
  const order: string[] = [];
  const log = { info: () => undefined, warn: () => undefined };
  const ended = shutDown(
    make((name) => order.push(name)),
    { clock, log },
  );
  await clock.advance(10_000);
  return { order, clean: await ended };
}

const never = () => Promise.withResolvers<void>().promise;
const now = (name: string, done: (name: string) => void): ShutdownStep => ({
  name,
  untilMs: 9_000,
  run: async () => done(name),
});

it('takes the steps in order', async () => {
  expect(await run((done) => [now('a', done), now('b', done)])).toEqual({ order: ['a', 'b'], clean: true });
});

it('goes on after a step that hangs or fails, and says that it was not clean', async () => {
  const result = await run((done) => [
    { name: 'hangs', untilMs: 1_000, run: never },
    { name: 'fails', untilMs: 2_000, run: () => Promise.reject(new Error('no')) },
    now('last', done),
  ]);
  expect(result).toEqual({ order: ['last'], clean: false });
});

it('is over in time if every step hangs, and gives the time of a fast step to the next', async () => {
  const begun: Record<string, number> = {};
  const hanging = (name: string, untilMs: number, clock: ManualClock) => ({
    name,
    untilMs,
    run: () => {
      begun[name] = clock.now();
      return never();
    },
  });
  const clock = manualClock();
  const start = clock.now();
  const log = { info: () => undefined, warn: () => undefined };
  const fast = { name: 'fast', untilMs: 3_000, run: async () => undefined };
  const steps = [fast, hanging('first', 7_500, clock), hanging('second', 10_000, clock)];
  const ended = shutDown(steps, { clock, log }).then((clean) => ({ clean, after: clock.now() - start }));
  await clock.advance(10_000);
  expect(await ended).toEqual({ clean: false, after: 10_000 });
  expect(begun).toEqual({ first: start, second: start + 7_500 });
});
