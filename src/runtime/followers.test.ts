import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { Followers } from './followers.ts';

function following(life = new AbortController()) {
  const woken: string[] = [];
  const clock = manualClock();
  const followers = new Followers(life.signal, (key) => woken.push(key), clock);
  return { woken, followers, life, clock };
}

it('asks for a pass when what is waited for has come', async () => {
  const { woken, followers } = following();
  const { promise, resolve } = Promise.withResolvers<void>();
  followers.follow('a/b', 'task 1', () => promise);
  await setImmediate();
  expect(woken).toEqual([]);
  resolve();
  await setImmediate();
  expect(woken).toEqual(['a/b']);
});

it('waits once for one thing, and again after its end', async () => {
  const { followers } = following();
  let waits = 0;
  const wait = async () => void (waits += 1);
  followers.follow('a/b', 'task 1', wait);
  followers.follow('a/b', 'task 1', wait);
  followers.follow('a/c', 'task 1', wait);
  expect(waits).toBe(2);
  await setImmediate();
  followers.follow('a/b', 'task 1', wait);
  expect(waits).toBe(3);
});

it('leaves it to the next look when a wait fails', async () => {
  const { woken, followers } = following();
  followers.follow('a/b', 'task 1', () => Promise.reject(new Error('cut')));
  await setImmediate();
  expect(woken).toEqual([]);
});

it('waits no longer than a quiet connection lasts, and leaves nothing behind', async () => {
  const { followers, clock, life } = following();
  const signals: AbortSignal[] = [];
  const wait = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signals.push(signal);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  followers.follow('a/b', 'task 1', wait);
  await clock.advance(49_000);
  expect(signals[0]?.aborted).toBe(false);
  await clock.advance(2_000);
  expect(signals[0]?.aborted).toBe(true);
  expect(getEventListeners(life.signal, 'abort')).toHaveLength(0);
  followers.follow('a/b', 'task 1', wait);
  expect(signals).toHaveLength(2);
});

it('begins nothing once its life is over', () => {
  const { followers, life } = following();
  let waits = 0;
  life.abort();
  followers.follow('a/b', 'task 1', async () => void (waits += 1));
  expect(waits).toBe(0);
});
