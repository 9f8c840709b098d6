import { isCaughtUp, lag } from '../rounds.ts';
import type { Situation } from '../situation.ts';
import { AT_ONCE_MS, type Step } from '../step.ts';
import { report } from './copy-report.ts';
import { copy } from './copying.ts';

/** Another round, as long as each leaves less for the last one, which writers wait for. */
export function catchUp(situation: Situation): Step {
  const { status, observed } = situation;
  const journal = status.copy;
  const shards = observed.shards;
  if (!journal || !shards) return report(situation, { next: AT_ONCE_MS }, 'CatchingUp');
  if (!isCaughtUp(journal, shards)) return copy(situation);
  const caughtUp = { ...status, copy: { ...journal, caughtUp: true } };
  return report(situation, { status: caughtUp, next: 'now' }, 'CatchingUp');
}

/** Many operations behind: worth a round while somebody is waited for. */
const WORTH_A_ROUND = 50_000;

export function hasFallenBehind({ status, observed }: Situation): boolean {
  return (
    status.copy !== undefined &&
    observed.shards !== undefined &&
    lag(status.copy, observed.shards) > WORTH_A_ROUND
  );
}
