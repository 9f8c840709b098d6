import { snapshotScheduleController } from '../../src/controllers/snapshot-schedule/controller.ts';
import type { SnapshotSchedule } from '../../src/crds/snapshot-schedule.ts';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import type { Outcome } from '../../src/runtime/engine.ts';
import { reconcile } from '../../src/runtime/reconcile.ts';
import { withLaterClocks } from './later-clocks.ts';
import { skippingClock, type SkippingClock } from './skipping-clock.ts';
import { processParts } from './process-parts.ts';
import type { Around } from './server-calls.ts';
import { readSchedule, type SnapshotBed } from './snapshot-bed.ts';

/** One process of the operator as far as a single schedule needs it: its own memory, clients and engine. */
export interface SnapshotProcess extends AsyncDisposable {
  readonly events: readonly ResourceEvent[];
  readonly clock: SkippingClock;
  pass(name: string): Promise<Outcome>;
  read(name: string): Promise<SnapshotSchedule>;
  /** Passes, and what they wait for skipped over, until the schedule says so. */
  until(
    name: string,
    fact: string,
    holds: (schedule: SnapshotSchedule) => boolean,
  ): Promise<SnapshotSchedule>;
  /** Nothing that runs in it goes on. */
  kill(): void;
  close(): Promise<void>;
}

export interface ProcessOptions {
  readonly clock?: SkippingClock;
  /** Stands around each call of both servers. */
  readonly around?: Around;
  /** What the watch of schedules has seen; nothing when absent. */
  readonly schedules?: () => readonly SnapshotSchedule[];
  /** Milliseconds by which the clock of the operator is ahead of those of the nodes. */
  readonly skew?: number;
}

/** More than any run needs. */
const MOST_PASSES = 600;
/** What is longer is the wait for a slot or an expiry, which a test does itself. */
const LONGEST_SKIP_MS = 700_000;

export function startSnapshotProcess(bed: SnapshotBed, options: ProcessOptions = {}): SnapshotProcess {
  const { clock = skippingClock(), around, schedules = () => [], skew = 0 } = options;
  const { engine, connections, events, life } = processParts({
    api: bed.api,
    clock,
    around,
    between: (es) => withLaterClocks(es, () => clock.skipped() - skew),
  });
  const controller = snapshotScheduleController({ connections, schedules });
  const pass = (name: string) =>
    reconcile(engine, controller, { namespace: bed.namespace, name }, life.signal);
  return {
    events,
    clock,
    pass,
    read: (name) => readSchedule(bed, name),
    until: async (name, fact, holds) => {
      for (let count = 0; count < MOST_PASSES; count += 1) {
        const outcome = await pass(name);
        const schedule = await readSchedule(bed, name);
        if (holds(schedule)) return schedule;
        await waitFor(outcome, clock);
      }
      throw new Error(`not after ${MOST_PASSES} passes: ${fact}`, { cause: await readSchedule(bed, name) });
    },
    kill: () => life.abort(new Error('killed')),
    close: () => connections.close(),
    [Symbol.asyncDispose]: () => connections.close(),
  };
}

/** Polls are skipped a little at a time, since the servers need real time. */
async function waitFor(outcome: Outcome, clock: SkippingClock): Promise<void> {
  const after = 'afterMs' in outcome ? (outcome.afterMs ?? 0) : 0;
  if (outcome.type === 'failed') clock.skip(1_000);
  else if (after > 0 && after <= LONGEST_SKIP_MS) clock.skip(Math.min(after, 60_000));
  if (after > 0) await clock.sleep(20);
}

export function reasonOf({ status }: SnapshotSchedule, type = 'Ready'): string | undefined {
  return status?.conditions?.find((condition) => condition.type === type)?.reason;
}

/** A run is over with all its tries. */
export function endedRun({ status }: SnapshotSchedule): boolean {
  const { active, history = [], lastSnapshot } = status ?? {};
  return active === undefined && history.length > 0 && history[0]?.name === lastSnapshot?.name;
}

/** A success is over, and the repository has been read since. */
export function isRetained(schedule: SnapshotSchedule): boolean {
  return endedRun(schedule) && (schedule.status?.retained?.count ?? 0) > 0;
}
