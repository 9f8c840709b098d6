import { parseArgs } from 'node:util';

/**
 * Reads the command line of a script. What it does not know ends the process with the reason and the help.
 * @param read throws a TypeError for that, as `parseArgs` does.
 */
export function orUsage<T>(help: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [reason = ''] = error.message.split('. ');
    console.error(`${reason}.\n\n${help}`);
    return process.exit(2);
  }
}

/** The flags of what runs once, or stays to look around in. */
export function readKeepOrStop(help: string): { keep: boolean; stop: boolean; help: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  const options = { keep: flag, stop: flag, help: { ...flag, short: 'h' } } as const;
  return orUsage(help, () => parseArgs({ options }).values);
}
