import { setTimeout as pause } from 'node:timers/promises';
import { type BulkTarget, type DocumentOf, sendBulk, type StepOutcome } from './workload-bulk.ts';
import type { Pulse } from './workload-pulse.ts';
import type { Operation, WriterRecord } from './workload-record.ts';

export interface Writer extends BulkTarget {
  readonly record: WriterRecord;
  readonly pulse: Pulse;
  readonly documentOf: DocumentOf;
  /** Milliseconds from one bulk request to the next; a slow answer delays the next one, nothing is made up for. */
  readonly intervalMs: number;
  /** Told of steps that have happened. */
  readonly onHappened: (steps: number) => void;
  /** Told of every step that has to be sent again. */
  readonly onRetry: (reason: string) => void;
}

/** As applications send them. */
export const OPERATIONS_PER_BULK = 25;
const RETRY_MS = 20;

/**
 * Writes until told to stop, and then until every step is known to have happened.
 * @param giveUp ends it at once: then its record is not exact.
 */
export async function writeUntil(stop: AbortSignal, giveUp: AbortSignal, writer: Writer): Promise<void> {
  for (
    let next = performance.now();
    !stop.aborted;
    next = Math.max(next + writer.intervalMs, performance.now())
  ) {
    await pause(Math.max(next - performance.now(), 0));
    const operations = writer.record.plan(OPERATIONS_PER_BULK);
    await sendUntilKnown(operations, giveUp, writer);
    writer.onHappened(operations.length);
  }
}

async function sendUntilKnown(
  operations: readonly Operation[],
  giveUp: AbortSignal,
  writer: Writer,
): Promise<void> {
  const doubtful = new Set<Operation>();
  for (let left = operations; left.length > 0; ) {
    giveUp.throwIfAborted();
    const outcomes = await sendBulk(writer, left, writer.documentOf);
    const after = left.filter((operation, place) => {
      const outcome = outcomes[place] ?? { type: 'doubtful' };
      if (outcome.type === 'doubtful') doubtful.add(operation);
      if (outcome.type === 'happened') writer.record.happened(operation, doubtful.has(operation));
      else writer.onRetry(outcome.type === 'refused' ? outcome.reason : outcome.type);
      return outcome.type !== 'happened';
    });
    if (after.length < left.length) writer.pulse.acknowledged();
    if (outcomes.some(isBlock)) writer.pulse.refusedByBlock();
    if (after.length > 0) await pause(RETRY_MS);
    left = after;
  }
}

function isBlock(outcome: StepOutcome): boolean {
  return outcome.type === 'refused' && outcome.reason === 'blocked';
}
