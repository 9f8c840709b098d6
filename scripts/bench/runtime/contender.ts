import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { imageStart } from './image.ts';

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
      ...imageStart().environment, // nothing to Go, which has an allocator of its own
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
