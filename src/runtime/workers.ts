import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { DeadlineError, withDeadline } from '../kubernetes/deadline.ts';
import type { ResourceKey } from './controller.ts';
import type { Engine, EngineHooks, Outcome } from './engine.ts';
import type { QueueHooks, Task, WorkQueue } from './queue.ts';
import { keyOf } from './resource.ts';

/** Everything a metrics series may hear; named after what happens, not after who listens. */
export interface RunnerHooks extends QueueHooks, EngineHooks {
  reconciled?(result: ReconcileResult, seconds: number): void;
  /** The resource must be changed before another try makes sense. */
  stalled?(): void;
  timedOut?(): void;
}

/** As controller-runtime counts passes. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface WorkerLimits {
  /** A pass that takes longer is aborted and counts as failed. */
  readonly passMs: number;
  /** The same for a resource that is being deleted: its end may not wait for a cluster that does not answer. */
  readonly cleanupMs: number;
  /** Everything is looked at again after this long, give or take a tenth. */
  readonly resyncMs: number;
  /** What running passes get when the process stops, before their signal aborts. */
  readonly graceMs: number;
}

export interface WorkerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly engine: Engine;
  readonly hooks: RunnerHooks;
  readonly workers: number;
  readonly limits: WorkerLimits;
  readonly random: () => number;
  readonly reconcile: (engine: Engine, key: ResourceKey, signal: AbortSignal) => Promise<Outcome>;
}

/** So long a conflict waits at most: two writers that meet again and again must not stay in step. */
const CONFLICT_JITTER_MS = 100;
const FENCED_AGAIN_MS = 1_000;

/**
 * Runs the workers until the signal aborts and what was running is over. No key is taken after the abort; passes that
 * run on after the grace see their own signal abort.
 */
export async function runWorkers(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const drained = new AbortController();
  const onAbort = () => {
    options.queue.close();
    options.engine.clock.sleep(options.limits.graceMs, drained.signal).then(
      () => stop.abort(new Error('the process stops')),
      () => undefined, // all passes ended in time
    );
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  await Promise.all(Array.from({ length: options.workers }, () => work(options, stop.signal)));
  drained.abort();
  signal.removeEventListener('abort', onAbort);
}

async function work(options: WorkerOptions, stop: AbortSignal): Promise<void> {
  const { queue, engine } = options;
  for (let task = await queue.take(); task !== undefined; task = await queue.take()) {
    const start = engine.clock.monotonic();
    const outcome = await runPass(options, task, stop);
    const seconds = (engine.clock.monotonic() - start) / 1000;
    report(options, task, outcome, seconds);
    settle(options, task.key, outcome);
    // A pass that asks nobody never leaves the event loop: a thousand of them would hold up watches, probes, the lease.
    await turnOfEventLoop();
  }
}

async function runPass(options: WorkerOptions, task: Task, stop: AbortSignal): Promise<Outcome> {
  const { engine, limits } = options;
  const key = keyOf(task.key);
  const fields = { controller: options.name, ...key };
  const log = {
    info: (more: Record<string, unknown>, message: string) =>
      engine.log.info({ ...fields, ...more }, message),
    warn: (more: Record<string, unknown>, message: string) =>
      engine.log.warn({ ...fields, ...more }, message),
  };
  if (stop.aborted) return { type: 'aborted' };
  const limit = {
    what: 'one pass',
    ms: engine.view?.(key)?.metadata.deletionTimestamp === undefined ? limits.passMs : limits.cleanupMs,
    clock: engine.clock,
  };
  return withDeadline(limit, stop, (signal) => options.reconcile({ ...engine, log }, key, signal));
}

/** The one place where an outcome becomes a call of the queue. */
function settle({ queue, limits, random }: WorkerOptions, key: string, outcome: Outcome): void {
  const resync = { afterMs: limits.resyncMs * (0.9 + 0.2 * random()), urgency: 'background' } as const;
  switch (outcome.type) {
    case 'gone':
    case 'aborted':
      return queue.done(key);
    case 'settled':
    case 'stalled':
      return queue.done(key, outcome.afterMs === undefined ? resync : { afterMs: outcome.afterMs });
    case 'again':
    case 'waiting':
      return queue.done(key, { afterMs: outcome.afterMs });
    case 'conflict':
      return queue.done(key, { afterMs: CONFLICT_JITTER_MS * random() });
    case 'fenced':
      return queue.done(key, { afterMs: FENCED_AGAIN_MS });
    case 'failed':
      return queue.retry(key, outcome);
  }
}

/** One line per pass that says something; the rest is in the metrics. */
function report({ name, engine, hooks }: WorkerOptions, task: Task, outcome: Outcome, seconds: number): void {
  hooks.reconciled?.(resultOf(outcome), seconds);
  if (outcome.type === 'stalled') hooks.stalled?.();
  const fields = { controller: name, ...keyOf(task.key), outcome: outcome.type, seconds };
  if (outcome.type !== 'failed') return engine.log.info(fields, 'pass ended');
  if (outcome.error instanceof DeadlineError) hooks.timedOut?.();
  engine.log.warn({ ...fields, failures: task.failures + 1, err: outcome.error }, 'pass failed');
}

function resultOf(outcome: Outcome): ReconcileResult {
  const result = RESULTS[outcome.type];
  return result === 'success' && 'afterMs' in outcome ? 'requeue_after' : result;
}

const RESULTS: Readonly<Record<Outcome['type'], ReconcileResult>> = {
  failed: 'error',
  again: 'requeue',
  conflict: 'requeue',
  fenced: 'requeue',
  waiting: 'requeue_after',
  settled: 'success',
  stalled: 'success',
  gone: 'success',
  aborted: 'success',
};
