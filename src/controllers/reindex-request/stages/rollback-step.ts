import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { Situation } from '../situation.ts';
import { type Step, type StepOptions, step } from '../step.ts';

export type Rollback = NonNullable<ReindexRequestStatus['rollback']>;

/** The request goes on saying that it is complete, which it is. */
export function rollbackStep(
  moved: Situation,
  message: string,
  options: Pick<StepOptions, 'actions' | 'status' | 'next'>,
): Step {
  return step(moved, {
    phase: 'RollbackWindow',
    message,
    ready: { type: 'ready', reason: 'Completed', message },
    ...options,
  });
}

export function withRollback({ status }: Situation, change: Partial<Rollback>): ReindexRequestStatus {
  return status.rollback ? { ...status, rollback: { ...status.rollback, ...change } } : status;
}
