import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** One of the programs that are compared. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What makes it look at everything again each second. */
  readonly resyncEachSecond: readonly string[];
}

export interface RunningContender {
  /** Resident memory in megabytes. */
  residentMegabytes(): number;
  stop(): Promise<void>;
}

/** As in the image; Go has an allocator of its own. */
const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

export function startContender(
  command: readonly [string, ...string[]],
  kubeconfig: string,
): RunningContender {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      KUBECONFIG: kubeconfig,
      ...MALLOC,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  return {
    residentMegabytes: () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
