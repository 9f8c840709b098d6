import { describe, expect, it } from 'vitest';
import {
  addFinalizerPatch,
  cleanupTimeLeft,
  holdsFinalizer,
  awaitsCleanup,
  removeFinalizerPatch,
} from './finalizer.ts';
import type { RawObject } from './resource.ts';

const OURS = 'es-steward.dev/cleanup';
const DELETED = '2026-01-01T00:00:00Z';
const object = (metadata: Partial<RawObject['metadata']>): RawObject => ({
  metadata: {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: DELETED,
    ...metadata,
  },
});

describe('the finalizer', () => {
  it('is put beside those of others, on exactly the list that was seen', () => {
    const patch = addFinalizerPatch(object({ finalizers: ['other/one'] }));
    expect(patch).toEqual({ metadata: { resourceVersion: '7', finalizers: ['other/one', OURS] } });
  });

  it('is taken from those of others, on exactly the list that was seen', () => {
    const patch = removeFinalizerPatch(object({ finalizers: [OURS, 'other/one'] }));
    expect(patch).toEqual({ metadata: { resourceVersion: '7', finalizers: ['other/one'] } });
  });

  it('is known by its name', () => {
    expect(holdsFinalizer(object({ finalizers: [OURS] }))).toBe(true);
    expect(holdsFinalizer(object({ finalizers: ['other/one'] }))).toBe(false);
    expect(holdsFinalizer(object({}))).toBe(false);
  });

  it('waits for a cleanup that fails: two minutes of it, and less when the deletion is long ago', () => {
    const deleted = object({ finalizers: [OURS], deletionTimestamp: DELETED });
    const left = (failingForMs: number, deletedForMs: number) =>
      cleanupTimeLeft(deleted, failingForMs, Date.parse(DELETED) + deletedForMs);
    expect(left(0, 0)).toBe(120_000);
    expect(left(30_000, 300_000)).toBe(90_000);
    expect(left(120_000, 300_000)).toBe(0);
    expect(left(0, 560_000)).toBe(40_000);
    expect(left(0, 3_600_000)).toBe(30_000);
    expect(left(30_000, 3_600_000)).toBe(0);
    expect(left(130_000, -3_600_000)).toBe(0);
  });

  it('is waited for by whoever deletes the resource', () => {
    expect(awaitsCleanup(object({ finalizers: [OURS], deletionTimestamp: DELETED }))).toBe(true);
    expect(awaitsCleanup(object({ finalizers: [OURS] }))).toBe(false);
    expect(awaitsCleanup(object({ deletionTimestamp: DELETED }))).toBe(false);
  });
});
