import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
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
  limitMs: 1_000,
  run: async () => done(name),
});

it('takes the steps in order', async () => {
  expect(await run((done) => [now('a', done), now('b', done)])).toEqual({ order: ['a', 'b'], clean: true });
});

it('goes on after a step that hangs or fails, and says that it was not clean', async () => {
  const result = await run((done) => [
    { name: 'hangs', limitMs: 1_000, run: never },
    { name: 'fails', limitMs: 1_000, run: () => Promise.reject(new Error('no')) },
    now('last', done),
  ]);
  expect(result).toEqual({ order: ['last'], clean: false });
});

it('leaves out what needs a step that did not end', async () => {
  const release = (done: (name: string) => void) => ({ ...now('release', done), needs: 'workers' });
  const hanging = { name: 'workers', limitMs: 1_000, run: never };
  const other = { name: 'events', limitMs: 1_000, run: never };
  expect((await run((done) => [hanging, release(done), now('close', done)])).order).toEqual(['close']);
  expect((await run((done) => [now('workers', done), other, release(done)])).order).toEqual([
    'workers',
    'release',
  ]);
});
