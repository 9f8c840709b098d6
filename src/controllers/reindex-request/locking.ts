import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { RENEW_MS } from './lock-watch.ts';
import { aliasesToMove, hasBegun, hasServed, isOvertaken, type Situation } from './situation.ts';
import type { Step } from './step.ts';
import { isHeldByOther } from './turn.ts';

/** What nobody else may work on meanwhile; sorted, so that of two requests with names in common one gets all of them. */
export function namesToLock({ source, destination, plan }: ReindexRequestStatus): readonly string[] {
  return sorted([source?.index, destination?.index, ...(plan?.aliases ?? []).map(({ name }) => name)]);
}

/** What every stage owes its locks: a sign of life while it works, and their end with its own. */
export function withLocks(situation: Situation, decision: Step): Step {
  const { phase } = decision.status;
  const names = situation.status.locks ?? forgottenLocks(situation) ?? locksAtTheEnd(situation, phase);
  if (!names?.length) return decision;
  if (isOver(phase) || phase === 'Pending' || situation.swapped) return withRelease(decision, names);
  return phase === 'Validating' ? decision : withRenewal(situation, decision, names);
}

/** A status without them, though there is work: it was lost. */
function forgottenLocks({ swapped, status, mark, spec }: Situation): readonly string[] | undefined {
  if (hasServed(status.phase) || status.completionTime !== undefined) return undefined;
  if (hasBegun(status.phase) && status.plan) return namesToLock(status);
  if (!swapped || !mark) return undefined;
  return sorted([mark.sourceIndex, spec.destination.index, ...(mark.cutover?.aliases ?? [])]);
}

/** Whoever ends without having planned may have done so in a status that was lost: all that it can have locked. */
function locksAtTheEnd({ status, spec, source, mark, swapped }: Situation, phase: string | undefined) {
  const isEnd = phase === 'Failed' || phase === 'Cancelled';
  if (!isEnd || isOver(status.phase) || spec.dryRun || swapped) return undefined;
  const aliases = source ? Object.keys(aliasesToMove(spec, source)) : [];
  return sorted([source?.name ?? mark?.sourceIndex ?? spec.source.index, spec.destination.index, ...aliases]);
}

function sorted(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** In status until it has happened. */
function withRelease(decision: Step, names: readonly string[]): Step {
  const actions = [...(decision.actions ?? []), { type: 'ReleaseLocks', names } as const];
  return { ...decision, status: { ...decision.status, locks: names }, actions };
}

/** Also while nothing else happens: whoever is suspended or waits for a person has its turn all the same. */
function withRenewal(situation: Situation, decision: Step, names: readonly string[]): Step {
  const { next } = decision;
  const soon = typeof next === 'number' ? Math.min(next, RENEW_MS) : next === 'changed' ? RENEW_MS : next;
  const { claims } = situation.observed;
  const isKnown = situation.status.locks !== undefined && claims !== undefined;
  const kept = { ...decision, status: { ...decision.status, locks: names }, next: soon };
  if (!isKnown || isOvertaken(situation) || claims.some(isHeldByOther)) return kept;
  const renewal = { type: 'RenewLocks', names, blocks: setsBlocks(situation) } as const;
  return { ...kept, actions: [...(decision.actions ?? []), renewal] };
}

/** What a successor must know of a write block that it finds: this request has found none. */
export function setsBlocks({ status }: Situation): boolean {
  return status.plan !== undefined && !status.plan.blockedBefore;
}
