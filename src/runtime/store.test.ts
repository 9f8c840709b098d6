import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes/api.ts';
import { isLater } from './resource-version.ts';
import { Store } from './store.ts';
import type { Change } from './store.ts';
import { wakes } from './watch-predicate.ts';

const object = (
  name: string,
  version: number,
  more: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject => ({
  metadata: {
    name,
    namespace: 'n',
    uid: `uid-${name}`,
    resourceVersion: String(version),
    generation: 1,
    ...more,
  },
});
const brief = (changes: readonly Change[]) => changes.map(({ type, key }) => `${type} ${key}`);

describe('the store', () => {
  it('tells what is new, what changed and what went', () => {
    const store = new Store();
    expect(brief(store.apply(object('a', 1)))).toEqual(['added n/a']);
    expect(brief(store.apply(object('a', 2)))).toEqual(['changed n/a']);
    expect(brief(store.remove(object('a', 3)))).toEqual(['removed n/a']);
    expect(store.size).toBe(0);
  });

  it('takes no notice of what comes twice or too late', () => {
    const store = new Store();
    store.apply(object('a', 5));
    expect(store.apply(object('a', 5))).toEqual([]);
    expect(store.apply(object('a', 4))).toEqual([]);
    expect(store.remove(object('a', 6, { uid: 'a predecessor' }))).toEqual([]);
  });

  it('sees by the uid that an object is another one of the same name', () => {
    const store = new Store();
    store.apply(object('a', 1));
    expect(brief(store.apply(object('a', 9, { uid: 'other' })))).toEqual(['removed n/a', 'added n/a']);
  });

  it('finds in a list only what differs', () => {
    const store = new Store();
    store.replaceAll([object('same', 1), object('changed', 1), object('gone', 1), object('reborn', 1)], true);
    const relisted = [
      object('same', 1),
      object('changed', 2),
      object('reborn', 3, { uid: 'other' }),
      object('new', 4),
    ];
    expect(brief(store.replaceAll(relisted, false))).toEqual([
      'removed n/gone',
      'changed n/changed',
      'removed n/reborn',
      'added n/reborn',
      'added n/new',
    ]);
  });

  it('believes a list of lower versions: the store of the server came back from a backup', () => {
    const store = new Store();
    store.apply(object('a', 100));
    expect(brief(store.replaceAll([object('a', 50)], false))).toEqual(['changed n/a']);
    expect(store.get('n/a')?.metadata.resourceVersion).toBe('50');
  });

  it('learns from own writes, but not of objects that are gone', () => {
    const store = new Store();
    store.learn(object('a', 1));
    expect(store.size).toBe(0);
    store.apply(object('a', 1));
    store.learn(object('a', 3));
    expect(store.apply(object('a', 2))).toEqual([]);
    expect(store.get('n/a')?.metadata.resourceVersion).toBe('3');
  });

  it('keeps neither managed fields nor the last applied configuration', () => {
    const store = new Store();
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' };
    const managed = { annotations, managedFields: [{}] };
    store.apply(object('a', 1, managed));
    expect(store.get('n/a')?.metadata).not.toHaveProperty('managedFields');
    expect(store.get('n/a')?.metadata.annotations).toEqual({ kept: 'yes' });
  });
});

describe('resource versions', () => {
  it('are ordered as the integers that they are', () => {
    const version = fc.bigInt({ min: 0n, max: 2n ** 70n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isLater(String(a), String(b))).toBe(a > b);
      }),
    );
  });

  it('that are no integers are believed', () => {
    expect(isLater('abc', '7')).toBe(true);
    expect(isLater('abc', 'abc')).toBe(false);
  });
});

describe('a change wakes a controller', () => {
  const changed = (more: Partial<KubernetesObject['metadata']>): Change => ({
    type: 'changed',
    key: 'n/a',
    before: object('a', 1),
    after: object('a', 2, more),
  });

  it.each<[string, Partial<KubernetesObject['metadata']>, boolean]>([
    ['of the spec', { generation: 2 }, true],
    ['of the wish to be deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }, true],
    ['of an annotation of ours', { annotations: { 'es-steward.dev/run-now': '1' } }, true],
    ['of nothing that is a wish: never', {}, false],
    ['of the finalizers: never', { finalizers: ['es-steward.dev/cleanup'] }, false],
    ['of a foreign annotation: never', { annotations: { team: 'a' } }, false],
    ['of a label: never', { labels: { team: 'a' } }, false],
  ])('%s', (_, more, expected) => {
    expect(wakes(changed(more))).toBe(expected);
  });

  const conditions = [{ type: 'Ready', status: 'True' }];
  it.each<[string, unknown, unknown, boolean]>([
    ['that is its loss', { observedGeneration: 1, conditions }, { observedGeneration: -1 }, true],
    ['that removes it', { observedGeneration: 1, conditions }, undefined, true],
    ['that removes the conditions', { observedGeneration: 1, conditions }, { observedGeneration: 1 }, true],
    [
      'that says more',
      { observedGeneration: 1, conditions },
      { observedGeneration: 1, conditions, phase: 'Copying' },
      false,
    ],
    ['that is the first', { observedGeneration: -1 }, { observedGeneration: 1, conditions }, false],
    ['before the first verdict', { observedGeneration: -1 }, { observedGeneration: -1, conditions }, false],
  ])('of the status %s', (_, before, after, expected) => {
    const withStatus = (version: number, status: unknown) => ({ ...object('a', version), status });
    const change = { before: withStatus(1, before), after: withStatus(2, after) };
    expect(wakes({ type: 'changed', key: 'n/a', ...change })).toBe(expected);
  });
});
