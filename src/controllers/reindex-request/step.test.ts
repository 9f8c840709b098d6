import { expect, it } from 'vitest';
import { NOW, observed, request } from '../../../test/support/reindex-situations.ts';
import { CLEANUP_FINALIZER } from '../../crds/shared.ts';
import { situationOf } from './situation.ts';
import { fail } from './step.ts';

it.each([
  ['holds what its own finalizer stands for', CLEANUP_FINALIZER, true],
  ['holds nothing for the finalizer of somebody else', 'example.com/audit', false],
])('a failed request %s', (_, finalizer, holds) => {
  const situation = situationOf(request({}, {}, { finalizers: [finalizer] }), observed(), NOW);
  expect(fail(situation, 'PreflightFailed', 'no').holds).toBe(holds);
});
