import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Followers } from './followers.ts';

function following(life = new AbortController()) {
  const woken: string[] = [];
  const followers = new Followers(life.signal, (key) => woken.push(key));
  return { woken, followers, life };
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

it('begins nothing once its life is over', () => {
  const { followers, life } = following();
  let waits = 0;
  life.abort();
  followers.follow('a/b', 'task 1', async () => void (waits += 1));
  expect(waits).toBe(0);
});
