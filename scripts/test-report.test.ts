import { expect, it } from 'vitest';
import { both, closingLines, nothing, outcomeOf } from './test-report.ts';

const test = (fullName: string, status: string, ...failureMessages: readonly string[]) => ({
  fullName,
  status,
  failureMessages,
});
const reportOf = (...testResults: readonly object[]) => ({
  numPassedTests: 2,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults,
});

it('counts a file that does not load as a failure', () => {
  const broken = { name: 'broken.test.ts', status: 'failed', assertionResults: [] };
  expect(outcomeOf(reportOf(broken))).toEqual({ passed: 2, failed: 1, skipped: 2, retried: [] });
});

it('names the tests that have passed only when they were tried again, before the figures', () => {
  const assertionResults = [
    test('a copy is exact', 'passed', 'AssertionError: expected 199 to be 200'),
    test('a copy ends', 'passed'),
    test('a copy begins', 'failed', 'Error: no', 'Error: no'),
  ];
  const outcome = outcomeOf(reportOf({ name: 'copy.test.ts', status: 'failed', assertionResults }));
  expect(closingLines(both(nothing, outcome))).toEqual([
    'passed only when it was tried again: copy.test.ts: a copy is exact',
    '2 passed, 1 failed, 2 skipped',
  ]);
});
