import { describe, expect, it } from 'vitest';
import type { Condition } from '../crds/shared.ts';
import type { Change } from '../runtime/store.ts';
import { connectionNews } from './connection-news.ts';

const KEY = 'default/main';

interface State {
  readonly generation?: number;
  readonly judged?: number;
  readonly ready?: Condition['status'];
  readonly reason?: string;
  readonly suspend?: boolean;
  readonly uid?: string;
  readonly message?: string;
  readonly status?: object;
}

function connection(state: State = {}): never {
  const { generation = 1, judged = generation, ready = 'True', reason = 'Connected' } = state;
  const { suspend = false, uid = 'u1', message = '', status } = state;
  const condition = { type: 'Ready', status: ready, reason, message, observedGeneration: judged };
  return {
    metadata: { namespace: 'default', name: 'main', uid, generation },
    spec: { suspend },
    status: { conditions: [condition], clusterUUID: 'c1', ...status },
  } as never;
}

/** What is told when the connection goes through these states; undefined: it is deleted. */
function told(...states: readonly (State | undefined)[]): number {
  let count = 0;
  const seen = connectionNews((key) => (count += key === KEY ? 1 : Number.NaN));
  states.forEach((state, place) => {
    const after = connection(state);
    const change: Change =
      state === undefined
        ? { type: 'removed', key: KEY, before: after }
        : place === 0
          ? { type: 'added', key: KEY, after, isInitial: true }
          : { type: 'changed', key: KEY, before: after, after };
    seen(change);
  });
  return count;
}

describe('what uses a connection is told', () => {
  it('once it is there and was tried', () => {
    expect(told({})).toBe(1);
    expect(told({ generation: 2, judged: 1 })).toBe(0);
  });

  it.each<readonly [string, State]>([
    ['cannot be reached any more', { ready: 'False', reason: 'Unreachable' }],
    ['is suspended', { generation: 2, judged: 1, suspend: true }],
    ['was edited and tried', { generation: 2 }],
    ['was made anew', { uid: 'u2' }],
    ['leads to another cluster', { status: { clusterUUID: 'c2' } }],
    ['had its cluster replaced', { status: { replacedClusterUUID: 'c0' } }],
  ])('when it %s, and when that is over', (_what, state) => {
    expect(told({}, state)).toBe(2);
    expect(told({}, state, state)).toBe(2);
    expect(told({}, state, {})).toBe(3);
  });

  it('of nothing that makes no difference to them', () => {
    expect(told({}, { message: 'other words' }, { status: { health: 'red' } })).toBe(1);
    expect(told({}, { generation: 2, judged: 1 })).toBe(1);
  });

  it('when it is deleted, and when it is back', () => {
    expect(told({}, undefined)).toBe(2);
    expect(told({}, undefined, {})).toBe(3);
  });
});
