import { ageMs } from '../moments.ts';
import { isCaughtUp, lag } from '../rounds.ts';
import type { Prepared, Situation } from '../situation.ts';
import { AT_ONCE_MS, type Step } from '../step.ts';
import { report } from './copy-report.ts';
import { copy } from './copying.ts';

/** Another round, as long as each leaves less for the last one, which writers wait for. */
export function catchUp(situation: Prepared): Step {
  const { status, observed } = situation;
  const journal = status.copy;
  const shards = observed.shards;
  if (!journal || !shards) return report(situation, { next: AT_ONCE_MS }, 'CatchingUp');
  if (!isCaughtUp(journal, shards) || hasOutlivedView(situation)) return copy(situation);
  const caughtUp = { ...status, copy: { ...journal, caughtUp: true } };
  return report(situation, { status: caughtUp, next: 'now' }, 'CatchingUp');
}

/** Of the hour that Elasticsearch keeps a point in time which nobody uses: a request may have been suspended that long. */
const VIEW_MS = 55 * 60_000;

/**
 * The point in time is likely to be lost. That costs a look at every document, which a round before the write block takes,
 * not writers.
 */
export function hasOutlivedView({ status, now }: Situation): boolean {
  const { copy: journal } = status;
  return journal?.pit !== undefined && ageMs(journal.pitTime, now) >= VIEW_MS;
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
