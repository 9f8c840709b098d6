import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle } from '../../bundle.ts';
import { startPrivateControlPlane } from '../../environment/private-servers.ts';
import { say } from '../../environment/progress.ts';
import { startContender } from './contender.ts';
import type { Contender } from './contender.ts';
import { measure, quantile } from './measure.ts';
import type { Figures, Sizes } from './measure.ts';
import { buildPeer } from './peer.ts';
import { table } from './table.ts';
import type { Row } from './table.ts';

const FULL: Sizes & { readonly runs: number } = { burst: 1_000, changes: 300, many: 10_000, runs: 3 };
const QUICK: Sizes & { readonly runs: number } = { burst: 200, changes: 60, many: 1_000, runs: 1 };
const IDLE_MS = 15_000;
/** As the image starts the operator. */
const NODE = [process.execPath, '--max-semi-space-size=4', '--optimize-for-size'] as const;

/** The engine beside controller-runtime, on the same machine, one after the other; medians. */
export async function benchRuntime({ quick }: { readonly quick: boolean }): Promise<void> {
  const sizes = quick ? QUICK : FULL;
  const folder = mkdtempSync(join(tmpdir(), 'es-steward-bench-'));
  try {
    const [ours, operator] = [join(folder, 'ours.mjs'), join(folder, 'operator.mjs')];
    await bundle('scripts/bench/runtime/ours.ts', ours);
    await bundle('src/main.ts', operator);
    const figures = await compare(contenders(ours, await buildPeer(say)), sizes);
    const operatorMegabytes = await idleOperator(operator);
    console.log(table(rows(figures, sizes, operatorMegabytes)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Both = Readonly<Record<'ours' | 'peer', readonly Figures[]>>;

function contenders(ours: string, peer: string): Readonly<Record<'ours' | 'peer', Contender>> {
  return {
    ours: { name: 'es-steward', command: [...NODE, ours], resyncEachSecond: ['--resyncMs=1000'] },
    peer: { name: 'controller-runtime', command: [peer], resyncEachSecond: ['-resync=1s'] },
  };
}

async function compare(both: ReturnType<typeof contenders>, sizes: typeof FULL): Promise<Both> {
  const ours: Figures[] = [];
  const peer: Figures[] = [];
  for (let run = 1; run <= sizes.runs; run += 1) {
    for (const [contender, results] of [
      [both.ours, ours],
      [both.peer, peer],
    ] as const) {
      const figures = await measure(contender, sizes);
      results.push(figures);
      say(`run ${run} of ${sizes.runs}, ${contender.name}: ${JSON.stringify(figures)}`);
    }
  }
  return { ours, peer };
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

function rows({ ours, peer }: Both, { burst, many }: Sizes, operatorMegabytes: number): readonly Row[] {
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
