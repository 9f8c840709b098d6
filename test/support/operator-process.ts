import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../scripts/environment/cache.ts';
import { eventually } from './eventually.ts';
import { tell } from './told.ts';

const ENTRY = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Stripping types and compiling is most of a start, and the same for all of them. */
const NODE_COMPILE_CACHE = join(cacheRoot(), 'compiled');

export type LogLine = Readonly<Record<string, unknown>>;

/** The operator as a process of its own, as users run it. */
export interface OperatorProcess {
  readonly pid: number;
  readonly lines: readonly LogLine[];
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** The exit code; the name of the signal when one ended it. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  signal(name: NodeJS.Signals): void;
  /** Waits for a line with this text in its message. */
  logged(text: string, limitMs?: number): Promise<LogLine>;
  /** GET on its health or metrics address. */
  get(path: '/healthz' | '/readyz' | '/metrics'): Promise<{ readonly status: number; readonly text: string }>;
}

export interface ProcessOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `src/main.ts` with no more of the environment than it needs. */
export function startOperatorProcess({ args = [], environment = {} }: ProcessOptions): OperatorProcess {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error('the operator could not be started');
  const stdout = collect(child.stdout, `operator-${child.pid}-stdout.log`);
  const stderr = collect(child.stderr, `operator-${child.pid}-stderr.log`);
  const lines = () => stdout().split('\n').slice(0, -1).filter(isObject).map(parse);
  const logged = (text: string, limitMs?: number) =>
    eventually(
      `a log line says "${text}"`,
      () => lines().find((line) => messageOf(line).includes(text)),
      limitMs,
    );
  return {
    pid: child.pid,
    get lines() {
      return lines();
    },
    stdout,
    stderr,
    exited: exitOf(child),
    signal: (name) => void child.kill(name),
    logged,
    async get(path) {
      const { metricsAddress, healthAddress } = await logged('started');
      const answer = await fetch(
        `http://${String(path === '/metrics' ? metricsAddress : healthAddress)}${path}`,
      );
      const text = await answer.text();
      tell(`operator-${child.pid}${path.replace('/', '-')}.txt`, text);
      return { status: answer.status, text };
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null, file: string): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    tell(file, chunk);
  });
  return () => text;
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const { promise, resolve } = Promise.withResolvers<number | NodeJS.Signals | null>();
  // `close` comes after the last output, `exit` may come before it.
  child.once('close', (code, signal) => resolve(code ?? signal));
  return promise;
}

const isObject = (line: string): boolean => line.startsWith('{');
const parse = (line: string): LogLine => JSON.parse(line) as LogLine;
const messageOf = (line: LogLine): string => String(line['message']);
