import { expect, it } from 'vitest';
import { createHealth } from './health.ts';

function health() {
  const state = { synced: true, ageMs: 0, triedMs: Infinity, stopping: false };
  const view = {
    name: 'lamp',
    unlisted: () => (state.synced ? [] : ['lamps in namespace team-a']),
    viewAgeMs: () => state.ageMs,
  };
  const routes = createHealth({
    views: [view],
    sinceTriedMs: () => state.triedMs,
    isStopping: () => state.stopping,
  });
  const ok = (path: string) => {
    const answer = routes[path]?.();
    return answer !== undefined && 'ok' in answer && answer.ok;
  };
  return { state, routes, healthy: () => ok('/healthz'), ready: () => ok('/readyz') };
}

it('is well and ready with a fresh view', () => {
  const { healthy, ready } = health();
  expect([healthy(), ready()]).toEqual([true, true]);
});

it('is alive but not ready while the kind is not installed', () => {
  const { state, healthy, ready } = health();
  Object.assign(state, { synced: false, ageMs: 3_600_000, triedMs: 30_000 });
  expect([healthy(), ready()]).toEqual([true, false]);
});

it('says which list it waits for', () => {
  const { state, routes } = health();
  state.synced = false;
  expect(routes['/readyz']?.()).toMatchObject({ body: expect.stringContaining('lamps in namespace team-a') });
});

it('is not alive when a view neither hears nor tries anything for 4.5 minutes', () => {
  const { state, healthy } = health();
  Object.assign(state, { ageMs: 270_001, triedMs: 270_001 });
  expect(healthy()).toBe(false);
  state.triedMs = 0;
  expect(healthy()).toBe(true);
});

it('is not ready while it stops', () => {
  const { state, healthy, ready } = health();
  state.stopping = true;
  expect([healthy(), ready()]).toEqual([true, false]);
});
