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
