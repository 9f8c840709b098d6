import { describe, expect, it } from 'vitest';
import { addFinalizerPatch, cleanupTimeLeft, holdsFinalizer, removeFinalizerPatch } from './finalizer.ts';
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

  it('waits two minutes for a cleanup, counted from the wish to delete', () => {
    const deleted = object({ finalizers: [OURS], deletionTimestamp: DELETED });
    expect(cleanupTimeLeft(deleted, Date.parse(DELETED) + 30_000)).toBe(90_000);
    expect(cleanupTimeLeft(deleted, Date.parse(DELETED) + 500_000)).toBe(0);
    expect(cleanupTimeLeft(object({ finalizers: [OURS] }), Date.now())).toBeUndefined();
    expect(cleanupTimeLeft(object({ deletionTimestamp: DELETED }), Date.now())).toBeUndefined();
  });
});
