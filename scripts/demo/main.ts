import { lockFile, prepareCache } from '../environment/cache.ts';
import { withLock } from '../environment/lock.ts';
import { readKeepOrStop } from '../usage.ts';
import { runDemo } from './demo.ts';
import { chooseDemoEnvironment, demoNamespace } from './servers.ts';
import { stopDemo } from './stop.ts';

const help = `usage: npm run demo [-- OPTION]

Copies a real index on real servers, live, approves a plan for old indexes, and checks the result. Exit code 0 only if all of it is right.

  --keep   leave servers and operator running, and say how to look around
  --stop   stop what --keep has left running, and delete it

With ELASTICSEARCH_URL (and _USERNAME, _PASSWORD, _CA) or KUBECONFIG it uses those servers as they are, in the namespace
${demoNamespace} of its own. It begins nothing when the indexes or the namespace that it needs are somebody else's.
`;

const values = readKeepOrStop(help);

const interrupt = new AbortController();

/** The first Ctrl-C lets the demo clean up, the second ends it at once. */
function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(130);
  process.stderr.write('\nInterrupted. Cleaning up; press Ctrl-C again to leave everything as it is.\n');
  interrupt.abort();
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  chooseDemoEnvironment();
  prepareCache();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const { signal } = interrupt;
  return withLock(
    lockFile('demo'),
    () => (values.stop ? stopDemo() : runDemo({ keep: values.keep, signal })),
    signal,
  );
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n  because: ${explain(error.cause)}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!interrupt.signal.aborted) console.error(explain(error));
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
