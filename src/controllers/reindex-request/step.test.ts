import { expect, it } from 'vitest';
import { NOW, observed, request } from '../../../test/support/reindex-situations.ts';
import { CLEANUP_FINALIZER } from '../../crds/shared.ts';
import { situationOf } from './situation.ts';
import { fail, step } from './step.ts';

it.each([
  ['holds what its own finalizer stands for', CLEANUP_FINALIZER, true],
  ['holds nothing for the finalizer of somebody else', 'example.com/audit', false],
])('a failed request %s', (_, finalizer, holds) => {
  const situation = situationOf(request({}, {}, { finalizers: [finalizer] }), observed(), NOW);
  expect(fail(situation, 'PreflightFailed', 'no').holds).toBe(holds);
});

it('tries what fails while writers wait again after ten seconds at the latest', () => {
  const dueIn = (status: object) => {
    const situation = situationOf(request(status), observed(), NOW);
    return step(situation, { phase: 'CatchingUp', message: '', status }).dueIn;
  };
  expect(dueIn({ blockedSince: '2026-03-01T11:59:00Z' })).toBe(10_000);
  expect(dueIn({})).toBeUndefined();
});
