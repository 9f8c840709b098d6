import { expect } from 'vitest';
import type { IndexMaintenancePolicy } from '../../src/crds/index-maintenance-policy.ts';
import { dieEverywhere } from './crash-family.ts';
import { liveAndDie, type RunResult } from './crash-lives.ts';
import type { CrashPoint } from './crash-points.ts';
import { AHEAD_MS } from './maintenance-clock.ts';
import { aliasesOf, daysAgo, makeIndices, namesOf } from './maintenance-indices.ts';
import { createPolicy, type MaintenanceProcess, startMaintenance } from './maintenance-process.ts';
import type { ReindexBed } from './reindex-bed.ts';

/** A policy with its world: every run has its own. */
export interface MaintenanceScenario<Run extends { readonly name: string }> {
  prepare(bed: ReindexBed): Promise<Run>;
  /** See MaintenanceProcessOptions; none when absent. */
  readonly later?: number;
  /** What happens each time that no process lives. */
  meanwhile?(run: Run): Promise<void>;
  /** Where what happens meanwhile leaves nothing to die at. */
  readonly oneDeathPerRun?: boolean;
  /** @throws when the world or the books are not as they should be. `process` may go on. */
  expectDone(
    run: Run,
    policy: IndexMaintenancePolicy | undefined,
    process: MaintenanceProcess,
  ): Promise<void>;
}

/** Kills the process at each point and lets a successor go on to the end. */
async function runOnce<Run extends { readonly name: string }>(
  bed: ReindexBed,
  scenario: MaintenanceScenario<Run>,
  points: readonly CrashPoint[],
): Promise<RunResult> {
  const run = await scenario.prepare(bed);
  const { later = 0 } = scenario;
  let policy: IndexMaintenancePolicy | undefined;
  const { calls, died, last } = await liveAndDie(points, {
    start: (around) => startMaintenance(bed, { around, later }),
    live: async (process, isDead) => {
      policy = await process.settle(run.name).catch((error: unknown) => {
        if (!isDead()) throw error;
        return undefined;
      });
    },
    afterDeath: async (arrived) => {
      await arrived;
      await scenario.meanwhile?.(run);
    },
  });
  await scenario.expectDone(run, policy, last);
  await last.close();
  // Nothing came before the first death that could have kept it from happening.
  expect(died.slice(0, 1)).toEqual(points.slice(0, 1));
  return { calls, died };
}

/** Nothing moves any more, and nothing is held. */
export async function expectRest(
  { name }: { readonly name: string },
  policy: IndexMaintenancePolicy | undefined,
  process: MaintenanceProcess,
): Promise<void> {
  expect(policy?.status?.run).toBeUndefined();
  expect(policy?.metadata.finalizers ?? []).toEqual([]);
  const before = policy?.metadata.resourceVersion;
  for (let count = 0; count < 3; count += 1) await process.pass(name);
  expect((await process.settle(name))?.metadata.resourceVersion).toBe(before);
}

/** Processes die wherever the policy makes a call; returns at how many of them. */
export function crashMaintenanceEverywhere<Run extends { readonly name: string }>(
  bed: ReindexBed,
  scenario: MaintenanceScenario<Run>,
): Promise<number> {
  return dieEverywhere({
    run: (points) => runOnce(bed, scenario, points),
    ...(scenario.oneDeathPerRun && { oneDeathPerRun: true }),
  });
}

/** Both work on the same policy at the same time, each as if it were alone. */
export async function runTwoMaintenances<Run extends { readonly name: string }>(
  bed: ReindexBed,
  scenario: MaintenanceScenario<Run>,
) {
  const run = await scenario.prepare(bed);
  const { later = 0 } = scenario;
  const both = [startMaintenance(bed, { later }), startMaintenance(bed, { later })] as const;
  await Promise.all(both.map((process) => process.settle(run.name)));
  const policy = await both[0].settle(run.name);
  await scenario.expectDone(run, policy, both[0]);
  await Promise.all(both.map((process) => process.close()));
  return policy?.status?.lastRun;
}

/** Three indexes that are to go, two that stay, a stranger among them, and aliases that must follow. */
interface DeletionRun {
  readonly bed: ReindexBed;
  readonly name: string;
  readonly prefix: string;
}

const OLD = [30, 20, 10].map(daysAgo);
const YOUNG = [1, 0].map(daysAgo);
const STRANGER = 'stranger';

async function prepare(bed: ReindexBed): Promise<DeletionRun> {
  const name = bed.name();
  const prefix = `${name}-`;
  await makeIndices(
    bed.es,
    [...OLD, ...YOUNG, STRANGER].map((each) => prefix + each),
  );
  await createPolicy(bed, name, {
    annotations: { 'es-steward.dev/run-now': 'once' },
    targets: [
      {
        name: 'days',
        series: `${prefix}{date:yyyyMMdd}`,
        aliases: [{ name: `${prefix}all` }, { name: `${prefix}today`, window: '1d' }],
        retention: { maxAge: '7d' },
      },
    ],
  });
  return { bed, name, prefix };
}

/** Exactly the old ones are gone, the aliases lead to the others, the books are right, and nothing moves any more. */
async function expectDone(
  run: DeletionRun,
  policy: IndexMaintenancePolicy | undefined,
  process: MaintenanceProcess,
): Promise<void> {
  const { bed, prefix } = run;
  expect(await namesOf(bed.es, prefix)).toEqual([...YOUNG, STRANGER].sort());
  expect(await aliasesOf(bed.es, prefix)).toEqual({ all: [...YOUNG].sort(), today: [...YOUNG].sort() });
  expect(policy?.status).toMatchObject({
    lastRun: { deleted: OLD.length, failed: 0, dropped: 0 },
    plan: { deletes: { count: 0 }, aliasChanges: { add: 0, remove: 0 } },
    lastHandledRunNow: 'once',
    consecutiveFailures: 0,
  });
  await expectRest(run, policy, process);
}

export const deletionScenario: MaintenanceScenario<DeletionRun> = { prepare, expectDone, later: AHEAD_MS };
