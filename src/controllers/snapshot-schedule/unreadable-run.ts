import { isAhead, timeOf, timeText } from '../../runtime/time.ts';
import type { Fault, Run } from './observed.ts';
import { replaceRun } from './run.ts';
import type { Situation } from './situation.ts';
import { add, type Step, waitingFor } from './step.ts';

/** A run of which nobody can tell what became of it: it holds up the others for a while, and no longer. */

/** A bucket that is away for a moment must not cost a second snapshot of a slot. */
const LONGEST_MS = 600_000;
const AGAIN_MS = 10_000;

/** Undefined when it has been waited for long enough. */
export function waitForRun({ now }: Situation, step: Step, run: Run, why: Fault): Step | undefined {
  const since = isAhead(run.unreadableSince, now) ? now : (timeOf(run.unreadableSince) ?? now);
  const waited = now - since;
  if (waited >= LONGEST_MS) return undefined;
  return add(step, {
    status: replaceRun(step.status, run, { ...run, unreadableSince: timeText(since) }),
    ready: waitingFor(why.reason, `${why.message} ${givenUpText(run, since + LONGEST_MS)}`),
    next: Math.min(Math.max(AGAIN_MS, waited), LONGEST_MS - waited),
  });
}

const givenUpText = ({ snapshot }: Run, at: number): string =>
  `It is tried again; if it lasts until ${timeText(at)}, ${snapshot} is given up, and another is made instead.`;
