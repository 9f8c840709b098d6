import process from 'node:process';
import { readInvocation } from './config.ts';
import type { Config, Invocation } from './config.ts';
import { ConfigError } from './flags.ts';
import { createLogger } from './telemetry/logger.ts';
import type { Logger } from './telemetry/logger.ts';

/** Exit codes: 0 ended in order, 1 failed or lost the lease, 2 the settings cannot be used. */
process.exit(await main());

async function main(): Promise<number> {
  try {
    const invocation: Invocation = readInvocation(process.argv.slice(2), process.env);
    return await (invocation.type === 'help' ? print(invocation.text) : operate(invocation.config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`es-steward: ${error.message}\n`);
    return 2;
  }
}

async function print(text: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  process.stdout.write(text, () => resolve(0));
  return promise;
}

async function operate(config: Config): Promise<number> {
  const log = createLogger({ level: config.logLevel });
  const fail = (error: unknown): number => {
    log.fatal({ err: error }, 'the process ends at once');
    return 1;
  };
  process.on('uncaughtException', (error) => process.exit(fail(error)));
  process.on('unhandledRejection', (error) => process.exit(fail(error)));
  const stop = stopOnSignals(log);
  // Only now, so that --help and a wrong flag are answered without loading the clients.
  const { start } = await import('./start.ts');
  try {
    return (await start(config, log, stop)) ? 0 : 1;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return fail(error);
  }
}

/** The first SIGTERM or SIGINT asks for an end in order, the second one ends at once. */
function stopOnSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    log.info(
      { signal },
      stop.signal.aborted ? 'asked to stop again: the process ends at once' : 'asked to stop',
    );
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}
