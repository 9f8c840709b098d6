import { approve } from './approve.ts';
import type { CommandName } from './commands.ts';
import { EXIT, explained, PluginError, type ExitCode } from './failure.ts';
import { readInvocation } from './invocation.ts';
import { paintFor } from './paint.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { rollback } from './rollback.ts';
import { openSession, type Session, type Terminal } from './session.ts';
import { status } from './status.ts';
import { watch } from './watch.ts';

const COMMANDS: Readonly<
  Record<CommandName, (session: Session, args: readonly string[]) => Promise<ExitCode>>
> = {
  status,
  watch,
  plan,
  approve,
  rollback,
  report,
};

/** Reads the arguments, does what they say, and tells of what went wrong. Faults of this code pass. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let session: Session | undefined;
  try {
    const invocation = readInvocation(argv, terminal.version);
    if (invocation.type === 'print') {
      terminal.out.write(invocation.text);
      return EXIT.good;
    }
    session = openSession(invocation.options, terminal);
    return await COMMANDS[invocation.command](session, invocation.args);
  } catch (error) {
    if (terminal.signal.aborted) return EXIT.interrupted;
    return told(explained(error), terminal);
  } finally {
    await session?.close();
  }
}

function told(error: unknown, { err, environment }: Terminal): ExitCode {
  if (!(error instanceof PluginError)) throw error;
  err.write(`${paintFor(err, environment)('red', 'error:')} ${error.message}\n`);
  return error.exit;
}
