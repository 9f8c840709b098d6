import { expect, it, onTestFinished } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { createKillSwitch } from './kill-switch.ts';

type Answer = Readonly<Record<string, string>> | 'absent' | 'fails' | 'hangs';

function killSwitch(first: Answer, forced = false) {
  const clock = manualClock();
  const stop = new AbortController();
  const world = { answer: first, warnings: 0 };
  const get = async () => {
    await Promise.resolve();
    if (world.answer === 'fails') throw new Error('403');
    if (world.answer === 'hangs') await clock.sleep(1e9, stop.signal);
    return world.answer === 'absent' ? undefined : ({ data: world.answer } as never);
  };
  const log = { info: () => undefined, warn: () => void (world.warnings += 1) };
  const subject = createKillSwitch({ kubernetes: { get }, clock, log, namespace: 'ops', forced });
  onTestFinished(() => stop.abort());
  return { subject, clock, world, start: () => void subject.run(stop.signal) };
}

it.each<[Answer, boolean]>([
  ['absent', false],
  [{}, false],
  [{ paused: 'false' }, false],
  [{ paused: 'true' }, true],
  [{ paused: 'True' }, true],
  [{ paused: 'yes please' }, true],
  [{ paused: '' }, true],
  [{ pausedByChart: 'true' }, true],
  [{ paused: 'false', pausedByChart: 'true' }, true],
  [{ paused: 'true', pausedByChart: 'false' }, true],
  ['fails', true],
  ['hangs', true],
])('with a ConfigMap that is %j, on is %s', async (answer, on) => {
  const { subject, clock, start } = killSwitch(answer);
  start();
  await clock.advance(1);
  expect(subject.isOn()).toBe(on);
  // What fails or hangs tells nothing of anybody's wish.
  expect(subject.isSwitchedOn()).toBe(on && typeof answer === 'object');
});

it('is on before it has looked', () => {
  expect(killSwitch('absent').subject.isOn()).toBe(true);
});

it('stays on when --paused says so', async () => {
  const { subject, clock, start } = killSwitch({ paused: 'false' }, true);
  start();
  await clock.advance(10_000);
  expect(subject.isOn()).toBe(true);
});

it('follows the ConfigMap both ways within five seconds', async () => {
  const { subject, clock, world, start } = killSwitch('absent');
  start();
  await clock.advance(10_001);
  world.answer = { paused: 'true' };
  await clock.advance(5_000);
  expect(subject.isOn()).toBe(true);
  world.answer = { paused: 'false' };
  await clock.advance(5_000);
  expect(subject.isOn()).toBe(false);
});

it('rides out a short failure, turns on in a long one, and says so once', async () => {
  const { subject, clock, world, start } = killSwitch('absent');
  start();
  await clock.advance(1);
  world.answer = 'fails';
  await clock.advance(10_000);
  expect(subject.isOn()).toBe(false);
  await clock.advance(10_000);
  expect(subject.isOn()).toBe(true);
  expect(world.warnings).toBe(1);
});

it('is on when the process wakes from a long stop', async () => {
  const { subject, clock, start } = killSwitch('absent');
  start();
  await clock.advance(1);
  clock.jump(60_000);
  expect(subject.isOn()).toBe(true);
});
