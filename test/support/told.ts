import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';

/** The variable by which the global set-up tells workers where to keep it. Elsewhere, as in benchmarks, nobody asks for it. */
export const TOLD_VARIABLE = 'ES_STEWARD_TEST_TOLD';

/** Keeps what the operator or its plugin has told, for the look at all of it at the end of the run. */
export function tell(file: string, text: string): void {
  const folder = process.env[TOLD_VARIABLE];
  if (folder !== undefined) appendFileSync(join(folder, file), text);
}

/** The operator's own log, for an operator within the process of a test. */
export const toldLogger = (): Logger =>
  createLogger({ level: 'info', destination: { write: (line) => tell('operator-in-process.log', line) } });

export const tellEvent = (event: ResourceEvent): void => tell('events.log', `${JSON.stringify(event)}\n`);
