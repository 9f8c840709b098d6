import process from 'node:process';
import packageJson from '../../package.json' with { type: 'json' };
import { systemClock } from '../runtime/clock.ts';
import { asking } from './ask.ts';
import { run } from './run.ts';

/** `kubectl es-steward`: see docs/guides/kubectl-plugin.md for what it prints and its exit codes. */

const stop = new AbortController();
process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
process.on('SIGTERM', () => stop.abort());
// `kubectl es-steward status | head` is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  ask: process.stdin.isTTY ? asking(process.stdin, process.stderr, stop) : undefined,
  clock: systemClock,
  signal: stop.signal,
  version: packageJson.version,
  environment: process.env,
});
// A pipe takes what was written before the process ends.
process.stdout.write('', () => process.exit(code));
