import { expect } from 'vitest';
import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import type { Around } from './server-calls.ts';
import { dieEverywhere, type Family } from './crash-family.ts';
import { liveAndDie, type RunResult } from './crash-lives.ts';
import { type CrashPoint, newTrace } from './crash-points.ts';
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

/** One run: what it called, where its processes died, and whether the phase of the disturbance came. */
export interface ScenarioResult extends RunResult {
  readonly disturbed: boolean;
}

/**
 * Runs the real pass over real servers, kills the process at each point, lets a successor go on, and judges what is there
 * in the end. Without a point nothing is killed: that run tells which calls there are.
 */
export async function runScenario(
  bed: ReindexBed,
  scenario: Scenario,
  points: readonly CrashPoint[] = [],
): Promise<ScenarioResult> {
  const run = await prepare(bed, scenario);
  const trace = newTrace();
  const overlaps: string[] = [];
  const { onPass, happened } = onceInPhase(run, scenario, (moment) => trace.mark(moment));
  let hasDied = false;
  let request: ReindexRequest | undefined;
  const { calls, died, last } = await liveAndDie(
    points,
    {
      start: (around) => start(run, watchingTasks(run, around, overlaps)),
      live: async (process) => {
        const before = scenario.tasksRunOn || hasDied ? undefined : () => tasksEnded(run);
        request = await follow(process, run, onPass, before);
      },
      afterDeath: async () => void (hasDied = true),
    },
    trace,
  );
  await expectRest(run);
  await last.close();
  expectNoOverlaps(overlaps, died);
  await scenario.expect(run, request);
  await forget(run);
  return { calls, died, disturbed: happened() };
}

/** A call that was on its way when its process died is seen by nobody: only then a range may be sent once more. */
function expectNoOverlaps(overlaps: readonly string[], died: readonly CrashPoint[]): void {
  const lost = died.filter(({ call }) => call.startsWith('POST /_reindex#')).length;
  expect(overlaps.length, `tasks of one range at once: ${overlaps.join()}`).toBeLessThanOrEqual(lost);
}

/** Processes die wherever the request makes a call; returns at how many of them. */
export async function crashEverywhere(
  bed: ReindexBed,
  scenario: Scenario,
  relevant?: Family['relevant'],
): Promise<number> {
  // What is made once for a whole cluster, such as the index of the locks, is made by now: no later run would show it.
  await runScenario(bed, scenario);
  return dieEverywhere({
    run: (points) => runScenario(bed, scenario, points),
    ...(relevant && { relevant }),
  });
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
