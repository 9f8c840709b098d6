import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { RENEW_MS } from './lock-watch.ts';
import { isOvertaken, isOver, type Situation } from './situation.ts';
import type { Step } from './step.ts';
import { isHeldByOther } from './turn.ts';

/** What nobody else may work on meanwhile; sorted, so that of two requests with names in common one gets all of them. */
export function namesToLock({ source, destination, plan }: ReindexRequestStatus): readonly string[] {
  const names = [source?.index, destination?.index, ...(plan?.aliases ?? []).map(({ name }) => name)];
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** What every stage owes its locks: a sign of life while it works, and their end with its own. */
export function withLocks(situation: Situation, decision: Step): Step {
  const names = situation.status.locks ?? forgottenLocks(situation);
  if (!names) return decision;
  const { phase } = decision.status;
  if (isOver(phase) || phase === 'Pending' || situation.swapped) return letGo(decision, names);
  return phase === 'Validating' ? decision : keep(situation, decision, names);
}

/** A status that was lost after the move: the mark of the destination tells what was locked. */
function forgottenLocks({ swapped, status, mark, spec }: Situation): readonly string[] | undefined {
  if (!swapped || !mark || status.completionTime !== undefined || isOver(status.phase)) return undefined;
  return [...new Set([mark.sourceIndex, spec.destination.index, ...(mark.cutover?.aliases ?? [])])].sort();
}

function letGo(decision: Step, names: readonly string[]): Step {
  return { ...decision, actions: [...(decision.actions ?? []), { type: 'ReleaseLocks', names }] };
}

/** Also while nothing else happens: whoever is suspended or waits for a person has its turn all the same. */
function keep(situation: Situation, decision: Step, names: readonly string[]): Step {
  const { next } = decision;
  const soon = typeof next === 'number' ? Math.min(next, RENEW_MS) : next === 'changed' ? RENEW_MS : next;
  const { claims } = situation.observed;
  if (claims === undefined || isOvertaken(situation) || claims.some(isHeldByOther))
    return { ...decision, next: soon };
  return {
    ...decision,
    actions: [...(decision.actions ?? []), { type: 'RenewLocks', names, blocks: setsBlocks(situation) }],
    next: soon,
  };
}

/** What a successor must know of a write block that it finds: this request has found none. */
export function setsBlocks({ status }: Situation): boolean {
  return status.plan !== undefined && !status.plan.blockedBefore;
}
