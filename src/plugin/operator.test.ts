import { expect, it } from 'vitest';
import { NOW, request } from '../../test/support/plugin-objects.ts';
import { leaseless, livenessOf, operatorLine } from './operator.ts';

const absent = { state: 'absent', paused: false } as const;
const lineOf = (observedGeneration: readonly number[]) =>
  leaseless(
    [absent],
    observedGeneration.map((each) => request({ observedGeneration: each })),
  ).map((facts) => operatorLine(facts, NOW));

it('has never run where there is no Lease and nothing that it has looked at', () => {
  expect(lineOf([-1])).toMatchObject([{ good: false, text: expect.stringMatching(/never run/) }]);
});

it('may run without a Lease of that name where it has looked at something', () => {
  expect(lineOf([-1, 1])).toMatchObject([{ good: true, text: expect.stringMatching(/--lease-name/) }]);
});

it('is silent where its Lease is, whatever it has looked at', () => {
  const silent = { state: 'silent', paused: false } as const;
  expect(leaseless([silent], [request({ observedGeneration: 1 })])).toEqual([silent]);
});

it.each([
  [-3_600_000, 'silent'],
  [-10_000, 'alive'],
  [10_000, 'alive'],
  [3_600_000, 'silent'],
])('is by a Lease that was renewed %d ms from now: %s', (ms, state) => {
  const spec = { holderIdentity: 'pod_1', renewTime: new Date(NOW + ms).toISOString() };
  expect(livenessOf({ spec }, NOW)).toBe(state);
});

it('tells of a renewal that is yet to come as such', () => {
  const silent = {
    state: 'silent',
    paused: false,
    renewTime: new Date(NOW + 7_200_000).toISOString(),
  } as const;
  expect(operatorLine(silent, NOW).text).toContain('yet to come (in 120m)');
});
