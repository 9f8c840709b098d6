import { expect, it } from 'vitest';
import { RUN_NOW } from '../crds/shared.ts';
import { pendingRunNow } from './run-now.ts';

it.each([
  ['is absent', undefined, undefined, undefined],
  ['is empty', '', undefined, undefined],
  ['is empty after one that was answered', '', 'one', undefined],
  ['is the first', 'one', undefined, 'one'],
  ['was answered', 'one', 'one', undefined],
  ['is another one', 'two', 'one', 'two'],
  ['is longer than status can tell, and was answered', 'x'.repeat(300), 'x'.repeat(255), undefined],
])('run-now that %s', (_how, asked, answered, expected) => {
  const annotations = asked === undefined ? {} : { [RUN_NOW]: asked };
  const status = answered === undefined ? {} : { lastHandledRunNow: answered };
  expect(pendingRunNow({ metadata: { annotations }, status })).toBe(expected);
});
