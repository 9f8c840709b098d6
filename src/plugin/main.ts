import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { systemClock } from '../runtime/clock.ts';
import { run } from './run.ts';

/** `kubectl es-steward`: see docs/guides/kubectl-plugin.md for what it prints and its exit codes. */

const stop = new AbortController();
process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
process.on('SIGTERM', () => stop.abort());
// `kubectl es-steward status | head` is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal: stop.signal });
  } finally {
    lines.close();
  }
}

const code = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  ask: process.stdin.isTTY ? ask : undefined,
  clock: systemClock,
  signal: stop.signal,
  version: packageJson.version,
  environment: process.env,
});
// A pipe takes what was written before the process ends.
process.stdout.write('', () => process.exit(code));
