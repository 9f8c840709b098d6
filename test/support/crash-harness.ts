import { expect } from 'vitest';
import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import type { Around } from './server-calls.ts';
import { crashAt, type CrashPoint, newTrace, type TracedCall } from './crash-points.ts';
import { createRequest, type ReindexBed, type RequestSpec } from './reindex-bed.ts';
import { addAliases, createIndex, numbered, tasksOf, write } from './reindex-indices.ts';
import { passes, type ReindexProcess, startProcess } from './reindex-process.ts';
import { skippingClock, type SkippingClock } from './skipping-clock.ts';
import { eventually } from './eventually.ts';

export const DOCUMENTS = 300;

/** One copy with its own indexes, alias and request. */
export interface Run {
  readonly bed: ReindexBed;
  readonly name: string;
  readonly uid: string;
  readonly from: string;
  readonly to: string;
  readonly aliases: Readonly<Record<string, RequestSpec>>;
  readonly clock: SkippingClock;
}

export interface Scenario {
  readonly spec?: RequestSpec;
  /** What somebody else does to the request or the indexes, once, as soon as it is in this phase. */
  readonly disturb?: Disturbance;
  /** Tasks go on while the passes do; otherwise each pass finds them ended, so that all runs make the same calls. */
  readonly tasksRunOn?: boolean;
  /** What must hold in the end. */
  readonly expect: (run: Run, request: ReindexRequest | undefined) => Promise<void>;
}

export interface Disturbance {
  readonly phase: string;
  /** Not before this intent is in status: one phase may take several steps. */
  readonly intent?: string;
  readonly how: (run: Run) => Promise<void>;
}

export interface RunResult {
  readonly calls: readonly TracedCall[];
  readonly crashed: boolean;
  /** Whether the phase of the disturbance came. */
  readonly disturbed: boolean;
}

/**
 * Runs the real pass over real servers, kills the process at one call, lets a successor go on to the end, and judges
 * what is there. Without a point nothing is killed: that run tells which calls there are.
 */
export async function runScenario(
  bed: ReindexBed,
  scenario: Scenario,
  point?: CrashPoint,
): Promise<RunResult> {
  const run = await prepare(bed, scenario);
  const trace = newTrace();
  const overlaps: string[] = [];
  const { onPass, happened } = onceInPhase(run, scenario, (moment) => trace.mark(moment));
  const crash = crashAt(point, trace, () => first.kill());
  const first = start(run, watchingTasks(run, crash.around, overlaps));
  const before = scenario.tasksRunOn ? undefined : () => tasksEnded(run);
  let request = await follow(first, run, onPass, before);
  await first.close();
  const second = start(
    run,
    watchingTasks(run, (_call, send) => send(), overlaps),
  );
  if (crash.happened()) request = await follow(second, run, onPass);
  await Promise.all(crash.stragglers);
  await expectRest(run);
  await second.close();
  // A call that was on its way when its process died is seen by nobody: only then a range may be sent once more.
  const lost = point?.call.startsWith('POST /_reindex#') ? 1 : 0;
  expect(overlaps.length, `tasks of one range at once: ${overlaps.join()}`).toBeLessThanOrEqual(lost);
  await scenario.expect(run, request);
  await forget(run);
  return { calls: trace.calls, crashed: crash.happened(), disturbed: happened() };
}

/** Both work on the same request at the same time, each as if it were alone. Returns the phase that each ended in. */
export async function runWithTwoProcesses(
  bed: ReindexBed,
  scenario: Scenario,
): Promise<readonly (string | undefined)[]> {
  const run = await prepare(bed, scenario);
  const both = [1, 2].map(() => start(run, (_call, send) => send()));
  const ends = await Promise.all(both.map((process) => follow(process, run, async () => false)));
  await expectRest(run);
  await Promise.all(both.map((process) => process.close()));
  await scenario.expect(run, ends[0]);
  return ends.map((request) => request?.status?.phase);
}

async function prepare(bed: ReindexBed, { spec = {} }: Scenario): Promise<Run> {
  const name = bed.name();
  const [from, to] = [`${name}-old`, `${name}-new`];
  const aliases = {
    [`${name}-all`]: { is_write_index: true },
    [`${name}-few`]: { filter: { term: { n: 7 } }, index_routing: '1', search_routing: '1', is_hidden: true },
  };
  await createIndex(bed.es, from, {
    settings: { number_of_shards: 2, number_of_replicas: 0, refresh_interval: '30s' },
    mappings: { properties: { n: { type: 'integer' }, text: { type: 'keyword' } } },
  });
  await Promise.all([write(bed.es, from, numbered(DOCUMENTS), false), addAliases(bed.es, from, aliases)]);
  const { metadata } = await createRequest(bed, name, { from, to, ...spec });
  return { bed, name, uid: metadata.uid, from, to, aliases, clock: skippingClock() };
}

/** Hundreds of runs share a cluster: whatever one leaves slows the next. */
async function forget({ bed, from, to }: Run): Promise<void> {
  const query = { ignore_unavailable: true };
  await bed.es.request({ method: 'DELETE', path: `/${from},${to}`, query });
}

const start = ({ bed, clock }: Run, around: Around): ReindexProcess => startProcess(bed, { clock, around });

/** Follows the request to its rest; others act in between. */
async function follow(
  process: ReindexProcess,
  { bed, name, clock }: Run,
  onPass: (request: ReindexRequest | undefined) => Promise<boolean>,
  before?: () => Promise<void>,
): Promise<ReindexRequest | undefined> {
  let request: ReindexRequest | undefined;
  let again = true;
  while (again) {
    again = false;
    for await (const seen of passes(process, bed, name, clock, before)) {
      request = seen.request;
      again = await onPass(request);
    }
  }
  return request;
}

/** True in the pass after which something was done: the request then has news even if it was at rest. */
function onceInPhase(run: Run, { disturb }: Scenario, mark: (moment: string) => void) {
  let done = false;
  const onPass = async (request: ReindexRequest | undefined): Promise<boolean> => {
    const phase = request?.status?.phase ?? 'Pending';
    const due = !done && disturb?.phase === phase && isIntended(disturb, request);
    mark(done || due ? 'disturbed' : phase);
    if (!due) return false;
    done = true;
    await disturb.how(run);
    return true;
  };
  return { onPass, happened: () => done };
}

function isIntended({ intent }: Disturbance, request: ReindexRequest | undefined): boolean {
  return intent === undefined || request?.status?.intent?.type === intent;
}

async function tasksEnded({ bed, uid }: Run): Promise<void> {
  await eventually(
    'the tasks have ended',
    async () => (await tasksOf(bed.es, uid)).length === 0 || undefined,
  );
}

/** Notes when a range is sent while a task of the same range runs. */
function watchingTasks({ bed, uid }: Run, around: Around, overlaps: string[]): Around {
  return async (call, send) => {
    const { opaqueId } = call;
    const starts = call.shape === 'POST /_reindex' && opaqueId !== undefined;
    if (starts && (await tasksOf(bed.es, uid)).includes(opaqueId)) overlaps.push(opaqueId);
    return around(call, send);
  };
}

/** What has ended stays as it is: no status is written, nothing is changed. */
async function expectRest(run: Run): Promise<void> {
  const changes: string[] = [];
  const watcher = startProcess(run.bed, {
    clock: run.clock,
    around: (call, send) => {
      if (call.mutates) changes.push(call.shape);
      return send();
    },
  });
  for (let count = 0; count < 3; count += 1) await watcher.pass(run.name);
  await watcher.close();
  expect(changes, 'changes after the end').toEqual([]);
}
