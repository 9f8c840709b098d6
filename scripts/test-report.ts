import { z } from 'zod';

/** The part of vitest's JSON report that counts. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

type FileReport = z.infer<typeof reportSchema>['testResults'][number];

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Tests that have passed only when they were tried again: file and name. */
  readonly retried: readonly string[];
}

export const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, retried: [] };

export function outcomeOf(report: unknown): Outcome {
  const { numPassedTests, numPendingTests, numTodoTests, testResults } = reportSchema.parse(report);
  return {
    passed: numPassedTests,
    failed: testResults.map(failuresOf).reduce((sum, failures) => sum + failures, 0),
    skipped: numPendingTests + numTodoTests,
    retried: testResults.flatMap(retriedOf),
  };
}

/** A file that does not even load counts as one failure. */
function failuresOf({ status, assertionResults }: FileReport): number {
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  return status === 'failed' ? Math.max(failed, 1) : failed;
}

/** A test that has passed keeps the failures of its earlier tries. */
function retriedOf({ name, assertionResults }: FileReport): readonly string[] {
  return assertionResults
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName }) => `${name}: ${fullName}`);
}

export function both(one: Outcome, other: Outcome): Outcome {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    retried: [...one.retried, ...other.retried],
  };
}

/** The last lines of a run. What passes at the second try only may be a race in the product, and must not stay unseen. */
export function closingLines({ passed, failed, skipped, retried }: Outcome): readonly string[] {
  return [
    ...retried.map((test) => `passed only when it was tried again: ${test}`),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}
