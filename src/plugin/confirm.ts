import { misused } from './failure.ts';
import type { Session } from './session.ts';

/** Asks the person at the terminal, unless --yes was given. */
export async function confirmed({ options, ask, err }: Session, question: string): Promise<boolean> {
  if (options.yes) return true;
  if (ask === undefined) throw misused(`nobody can answer here: "${question}" Give --yes`);
  let isYes = false;
  try {
    isYes = /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
  } finally {
    // Also for whoever interrupts.
    if (!isYes) err.write('Nothing was changed.\n');
  }
  return isYes;
}
