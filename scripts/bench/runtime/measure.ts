import { setTimeout as pause } from 'node:timers/promises';
import { startPrivateControlPlane } from '../../environment/private-servers.ts';
import { startContender } from './contender.ts';
import type { Contender, RunningContender } from './contender.ts';
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
  const run = <T>(args: readonly string[], work: (running: RunningContender) => Promise<T>) =>
    whileRunning(startContender([...contender.command, ...args], plane.info.kubeconfig), work);
  try {
    const steadyWrites = await run(contender.resyncEachSecond, () => writesInTenResyncs(things));
    return { steadyWrites, ...(await run([], (running) => measureRunning(running, things, sizes))) };
  } finally {
    await things.close();
    await plane.stop();
  }
}

async function measureRunning(
  running: RunningContender,
  things: Things,
  sizes: Sizes,
): Promise<Omit<Figures, 'steadyWrites'>> {
  await things.changeOne(0, 2);
  await pause(SETTLE_MS);
  const idleMegabytes = running.residentMegabytes();
  const burstSeconds = await secondsOf(() => grow(things, STEADY_THINGS + sizes.burst));
  const delays = await changeMany(things, sizes.changes);
  await grow(things, sizes.many);
  await pause(SETTLE_MS);
  const manyMegabytes = running.residentMegabytes();
  const [changeP50, changeP99] = [quantile(delays, 0.5), quantile(delays, 0.99)];
  return { idleMegabytes, burstSeconds, changeP50, changeP99, manyMegabytes };
}

/** Stops the contender whatever happens: a run that failed leaves nothing behind. */
async function whileRunning<T>(
  running: RunningContender,
  work: (running: RunningContender) => Promise<T>,
): Promise<T> {
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}

async function grow(things: Things, count: number): Promise<void> {
  await things.growTo(count);
  await things.allDone(count);
}

async function writesInTenResyncs(things: Things): Promise<number> {
  await grow(things, STEADY_THINGS);
  const before = await things.writes();
  await pause(TEN_RESYNCS_MS);
  return (await things.writes()) - before;
}

async function changeMany(things: Things, changes: number): Promise<readonly number[]> {
  const rounds = Array.from({ length: changes }, async (_, change) => {
    await pause(change * BETWEEN_CHANGES_MS);
    return things.changeOne(change % STEADY_THINGS, change + 3);
  });
  return Promise.all(rounds);
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
