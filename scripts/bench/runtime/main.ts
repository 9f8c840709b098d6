import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle } from '../../bundle.ts';
import { startPrivateControlPlane } from '../../environment/private-servers.ts';
import { say } from '../../environment/progress.ts';
import { startContender } from './contender.ts';
import type { Contender } from './contender.ts';
import { imageStart } from './image.ts';
import { measure, quantile } from './measure.ts';
import type { Figures, Sizes } from './measure.ts';
import { buildPeer } from './peer.ts';
import { table } from './table.ts';
import type { Row } from './table.ts';

interface Plan extends Sizes {
  readonly runs: number;
}

const FULL: Plan = { burst: 1_000, changes: 300, many: 10_000, runs: 3 };
const QUICK: Plan = { burst: 200, changes: 60, many: 1_000, runs: 1 };
const IDLE_MS = 15_000;
/** As the image starts the operator. */
const NODE = [process.execPath, ...imageStart().flags] as const;

/** The engine beside controller-runtime, on the same machine, one after the other; medians. */
export async function benchRuntime({ quick }: { readonly quick: boolean }): Promise<void> {
  const plan = quick ? QUICK : FULL;
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-bench-'));
  try {
    const [ours, operator] = [join(folder, 'ours.mjs'), join(folder, 'operator.mjs')];
    await bundle('scripts/bench/runtime/ours.ts', ours);
    await bundle('src/main.ts', operator);
    const operatorMegabytes = await idleOperator(operator);
    const figures = await compare(contenders(ours, await buildPeer(say)), plan);
    console.log(table(rows(figures, plan, operatorMegabytes)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `peer` keeps objects as they come, as the smallest controller does; `typedPeer` in structs written for them. */
type Name = 'ours' | 'peer' | 'typedPeer';
type All<T> = Readonly<Record<Name, T>>;

function contenders(ours: string, peer: string): All<Contender> {
  const resyncEachSecond = ['-resync=1s'];
  return {
    ours: { name: 'es-steward', command: [...NODE, ours], resyncEachSecond: ['--resyncMs=1000'] },
    peer: { name: 'controller-runtime', command: [peer], resyncEachSecond },
    typedPeer: { name: 'controller-runtime, typed', command: [peer, '-typed'], resyncEachSecond },
  };
}

/** Taking turns, so that what else the machine does hits all alike. The typed peer runs once: no goal is set by it. */
async function compare(all: All<Contender>, plan: Plan): Promise<All<readonly Figures[]>> {
  const results: All<Figures[]> = { ours: [], peer: [], typedPeer: [] };
  for (let run = 1; run <= plan.runs; run += 1) {
    const names: readonly Name[] = run === 1 ? ['ours', 'peer', 'typedPeer'] : ['ours', 'peer'];
    for (const name of names) {
      const figures = await measure(all[name], plan);
      results[name].push(figures);
      say(`run ${run} of ${plan.runs}, ${all[name].name}: ${JSON.stringify(figures)}`);
    }
  }
  return results;
}

/** The whole operator, bundled, with nothing to do. */
async function idleOperator(bundled: string): Promise<number> {
  const plane = await startPrivateControlPlane();
  const free = '127.0.0.1:0';
  const flags = ['--log-level=fatal', `--metrics-address=${free}`, `--health-address=${free}`];
  const running = startContender([...NODE, bundled, ...flags], plane.info.kubeconfig);
  await pause(IDLE_MS);
  const megabytes = running.residentMegabytes();
  await running.stop();
  await plane.stop();
  return megabytes;
}

function rows(
  { ours, peer, typedPeer }: All<readonly Figures[]>,
  { burst, many }: Sizes,
  operatorMegabytes: number,
): readonly Row[] {
  const median = (all: readonly Figures[], name: keyof Figures) =>
    quantile(
      all.map((figures) => figures[name]),
      0.5,
    );
  const row = (what: string, unit: string, name: keyof Figures, goal: string): Row => ({
    what,
    unit,
    ours: median(ours, name),
    peer: median(peer, name),
    typedPeer: median(typedPeer, name),
    goal,
  });
  return [
    row(`${burst} made at once until all Ready`, 's', 'burstSeconds', 'ratio <= 1'),
    row('spec change to status, median', 'ms', 'changeP50', ''),
    row('spec change to status, 99th percentile', 'ms', 'changeP99', 'ratio <= 1.5'),
    row('memory, nothing to do', 'MB', 'idleMegabytes', ''),
    row(`memory, ${many} resources`, 'MB', 'manyMegabytes', 'ratio < 1'),
    row('API writes in ten resyncs', '', 'steadyWrites', '0'),
    {
      what: 'memory, the whole operator, nothing to do',
      unit: 'MB',
      ours: operatorMegabytes,
      goal: '<= 100',
    },
  ];
}
