import { describe, expect, it } from 'vitest';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesErrorClass } from '../kubernetes/errors.ts';
import { initialReflectorState, step } from './reflector-state.ts';
import type { ReflectorInput, ReflectorState } from './reflector-state.ts';

const error = (errorClass: KubernetesErrorClass, retryAfterMs?: number) =>
  new KubernetesError('WATCH lamps', '', {
    class: errorClass,
    status: 0,
    reason: '',
    outcomeUnknown: false,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
const failed = (
  errorClass: KubernetesErrorClass,
  more: { sawLife?: boolean; retryAfterMs?: number } = {},
): ReflectorInput => ({
  type: 'failed',
  error: error(errorClass, more.retryAfterMs),
  resourceVersion: '7',
  sawLife: more.sawLife ?? false,
});
const ended = (sawLife: boolean, lastedMs = 90_000): ReflectorInput => ({
  type: 'ended',
  resourceVersion: sawLife ? '9' : '5',
  sawLife,
  lastedMs,
});
const listed: ReflectorInput = { type: 'listed', resourceVersion: '5' };

function run(...inputs: readonly ReflectorInput[]) {
  let state: ReflectorState = initialReflectorState;
  const waits: number[] = [];
  for (const input of inputs) {
    const next = step(state, input, () => 0.5);
    state = next.state;
    waits.push(next.waitMs);
  }
  return { state, waits, wait: waits.at(-1) ?? 0 };
}

describe('a reflector', () => {
  it('lists first, then watches from there', () => {
    expect(initialReflectorState.resourceVersion).toBeUndefined();
    expect(run(listed)).toMatchObject({ state: { resourceVersion: '5' }, wait: 0 });
  });

  it('goes on from the last version, for nothing, when a watch ends', () => {
    expect(run(listed, ended(true))).toMatchObject({ state: { resourceVersion: '9' }, wait: 0 });
  });

  it('goes on from the last version, for nothing, after the first silence', () => {
    expect(run(listed, ended(false))).toMatchObject({ state: { resourceVersion: '5' }, wait: 0 });
  });

  it('lists again after two watches without a sign of life', () => {
    expect(run(listed, ended(false), ended(false))).toMatchObject({
      state: { resourceVersion: undefined },
      wait: 0,
    });
    expect(run(listed, ended(false), ended(true), ended(false)).state.resourceVersion).toBeDefined();
  });

  it('slows down when the server closes every watch at once', () => {
    const { waits } = run(listed, ended(false, 10), ended(false, 10), listed, ended(false, 10));
    expect(waits[1]).toBeGreaterThanOrEqual(800);
    expect(waits[4]).toBeGreaterThan(waits[1] ?? 0);
  });

  it('slows down when every watch repeats what is known and ends', () => {
    const repeating: ReflectorInput = { type: 'ended', resourceVersion: '5', sawLife: true, lastedMs: 10 };
    expect(run(listed, repeating).wait).toBeGreaterThanOrEqual(800);
    expect(run(listed, { ...repeating, resourceVersion: '6' }).wait).toBe(0);
    expect(run(listed, { ...repeating, lastedMs: 90_000 }).wait).toBe(0);
  });

  it('lists at once after the first 410, and backs off when the next one follows without a sign of life', () => {
    expect(run(listed, failed('expired'))).toMatchObject({ state: { resourceVersion: undefined }, wait: 0 });
    expect(run(listed, failed('expired'), listed, failed('expired')).wait).toBeGreaterThanOrEqual(800);
    expect(run(listed, failed('expired'), listed, ended(true), failed('expired')).wait).toBe(0);
  });

  it('keeps its place over other errors, backing off to half a minute', () => {
    const { state, waits } = run(listed, ...Array.from({ length: 10 }, () => failed('unavailable')));
    expect(state.resourceVersion).toBe('7');
    expect(waits[1]).toBeLessThan(2_000);
    expect(waits.at(-1)).toBe(15_400);
  });

  it('forgets its failures with the first sign of life', () => {
    expect(
      run(listed, failed('internal'), failed('internal'), failed('internal', { sawLife: true })).state
        .failures,
    ).toBe(1);
  });

  it('waits as long as an overloaded server asks', () => {
    expect(run(listed, failed('throttled', { retryAfterMs: 45_000 })).wait).toBe(45_000);
  });

  it('looks slowly for a kind that is not installed, and is not ready meanwhile', () => {
    const missing = run(failed('kindNotInstalled'));
    expect(missing).toMatchObject({
      state: { isInstalled: false, resourceVersion: undefined },
      wait: 10_000,
    });
    expect(run(failed('kindNotInstalled'), listed).state.isInstalled).toBe(true);
  });
});
