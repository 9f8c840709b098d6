import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { redact, redactText } from './redaction.ts';

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
  /** A logger whose lines all carry these fields. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LoggerOptions {
  readonly level: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

/**
 * One JSON object per line, without anything that looks like a secret. Written synchronously: a worker thread (pino's
 * transports) would lose the last lines of a process that exits, which are the ones that explain why, and lines that
 * wait for the event loop (pino's default) pile up in memory while it is busy.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own would describe anew what is described already.
    serializers: { err: (described: unknown) => described },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return redacting(pino(options, destination ?? pino.destination({ dest: 1, sync: true })));
}

function redacting(inner: PinoLogger): Logger {
  const writer =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'): Write =>
    (fields, message) => {
      if (inner.isLevelEnabled(level)) inner[level](redact(fields), redactText(message));
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    fatal: writer('fatal'),
    child: (fields) => redacting(inner.child(redact(fields) as Record<string, unknown>)),
  };
}
