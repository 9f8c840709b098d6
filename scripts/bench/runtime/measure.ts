import { setTimeout as pause } from 'node:timers/promises';
import { startPrivateControlPlane } from '../../environment/private-servers.ts';
import { startContender } from './contender.ts';
import type { Contender } from './contender.ts';
import { openThings } from './things.ts';
import type { Things } from './things.ts';

export interface Sizes {
  /** Things that are made at once. */
  readonly burst: number;
  /** Changes of single things, at twenty a second. */
  readonly changes: number;
  /** Things that are there when memory is measured. */
  readonly many: number;
}

export interface Figures {
  readonly idleMegabytes: number;
  /** From the first create to the last status. */
  readonly burstSeconds: number;
  readonly changeP50: number;
  readonly changeP99: number;
  readonly manyMegabytes: number;
  /** Write requests in ten resyncs of things that are as they should be. */
  readonly steadyWrites: number;
}

const BETWEEN_CHANGES_MS = 50;
/** Memory is read when start-up or load is over and garbage had time to go. */
const SETTLE_MS = 10_000;
const STEADY_THINGS = 100;
const TEN_RESYNCS_MS = 11_500;

/** Measures one contender on a control plane of its own. */
export async function measure(contender: Contender, sizes: Sizes): Promise<Figures> {
  const plane = await startPrivateControlPlane();
  const things = await openThings(plane.info.kubeconfig);
  try {
    const steadyWrites = await writesInTenResyncs(contender, things, plane.info.kubeconfig);
    const running = startContender(contender.command, plane.info.kubeconfig);
    await things.changeOne(0, 2);
    await pause(SETTLE_MS);
    const idleMegabytes = running.residentMegabytes();
    const burstSeconds = await secondsOf(() => grow(things, STEADY_THINGS + sizes.burst));
    const delays = await changeMany(things, sizes.changes);
    await grow(things, sizes.many);
    await pause(SETTLE_MS);
    const manyMegabytes = running.residentMegabytes();
    await running.stop();
    const [changeP50, changeP99] = [quantile(delays, 0.5), quantile(delays, 0.99)];
    return { idleMegabytes, burstSeconds, changeP50, changeP99, manyMegabytes, steadyWrites };
  } finally {
    await things.close();
    await plane.stop();
  }
}

async function grow(things: Things, count: number): Promise<void> {
  await things.growTo(count);
  await things.allDone(count);
}

async function writesInTenResyncs(contender: Contender, things: Things, kubeconfig: string): Promise<number> {
  const running = startContender([...contender.command, ...contender.resyncEachSecond], kubeconfig);
  await grow(things, STEADY_THINGS);
  const before = await things.writes();
  await pause(TEN_RESYNCS_MS);
  const after = await things.writes();
  await running.stop();
  return after - before;
}

async function changeMany(things: Things, changes: number): Promise<readonly number[]> {
  const delays: Promise<number>[] = [];
  for (let change = 0; change < changes; change += 1) {
    delays.push(things.changeOne(change % STEADY_THINGS, change + 3));
    await pause(BETWEEN_CHANGES_MS);
  }
  return Promise.all(delays);
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
