import { setInterval } from 'node:timers';

const secondsBetweenLines = 15;

/** Says one line to the person who waits. Always on stderr: stdout belongs to the answers of commands. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs `work` and says how far it is: at the start, every fifteen seconds, and at the end with the time it took. */
export async function withProgress<T>(
  title: string,
  work: (report: (state: string) => void) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  let state = '';
  say(`${title} ...`);
  const timer = setInterval(() => {
    say(`  ... ${elapsed(started)}${state && `, ${state}`}`);
  }, secondsBetweenLines * 1000);
  try {
    const result = await work((next) => (state = next));
    say(`${title}: done in ${elapsed(started)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** `42 s` or `3 min 05 s` since a `performance.now()`. */
export function elapsed(started: number): string {
  const seconds = Math.round((performance.now() - started) / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
