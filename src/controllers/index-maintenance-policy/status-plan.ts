import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { timeText } from '../../runtime/time.ts';
import { reasonCounts } from '../reason-counts.ts';
import type { AliasChange } from './alias-changes.ts';
import { approves, hasAsked } from './due.ts';
import { fingerprintsOf, indexFingerprint } from './fingerprints.ts';
import { type FreshPlan, MOST_PLANNED, planHash, specHashOf } from './plan.ts';
import type { StatusPlan } from './observed.ts';
import { nextExpiry } from './retention.ts';
import { sum } from './target-statistics.ts';
import type { Member } from './targets.ts';

/** A plan as status tells it, and the indexes that it is about. */
export interface NextPlan {
  readonly plan: StatusPlan;
  /** Those of it that still can be deleted, oldest first. */
  readonly deletes: readonly Member[];
  /** It is the plan of before, as far as it is not done. */
  readonly isFrozen: boolean;
}

const WEEK_MS = 7 * 86_400_000;
const NAMES = 50;
const HELD = 20;

/** The plan of now, or the one that somebody may be looking at: that one only shrinks until it is done with. */
export function nextPlan(policy: IndexMaintenancePolicy, fresh: FreshPlan, now: number): NextPlan {
  const before = policy.status?.plan;
  if (before !== undefined && isFrozen(policy, before, now)) {
    const pending = fingerprintsOf(before.pending);
    const deletes = fresh.deletes.filter(({ index }) => pending.has(indexFingerprint(index)));
    if (deletes.length > 0 || (before.batch ?? []).length > 0) {
      const { retryUntilTime: _retryUntilTime, ...kept } = before;
      return { deletes, isFrozen: true, plan: { ...kept, ...told(policy, fresh, deletes, deletes, now) } };
    }
  }
  const deletes = fresh.deletes.slice(0, MOST_PLANNED);
  const hash = planHash(policy, deletes);
  // What the run that goes on could not delete comes with the next one.
  const pending = policy.status?.run?.plan === hash ? [] : deletes;
  const identity = { hash, specHash: specHashOf(policy.spec), time: timeText(now) };
  const kept = before?.hash === hash ? { time: before.time } : {};
  // What is over the rim of this plan counts all the same: a cap is meant for all that would go.
  const found = told(policy, fresh, fresh.deletes, pending, now);
  return { deletes, isFrozen: false, plan: { ...identity, ...kept, ...found } };
}

/** The plan with the moment at which somebody was first asked about it. */
export function asked(next: NextPlan, now: number): NextPlan {
  return { ...next, plan: { askedTime: timeText(now), ...next.plan } };
}

/**
 * While it waits for approval, and from approval or from the start of its run until it is done; not longer than a week each. A plan may be old when it
 * is first asked about: in DryRun the same one stands for as long as its indexes do.
 */
function isFrozen(policy: IndexMaintenancePolicy, plan: StatusPlan, now: number): boolean {
  if (plan.specHash !== specHashOf(policy.spec)) return false;
  const { run } = policy.status ?? {};
  const since = Date.parse(plan.approvedTime ?? run?.time ?? plan.askedTime ?? plan.time);
  if (now - since > WEEK_MS) return false;
  const isCarriedOut = run !== undefined && (run.plan ?? plan.hash) === plan.hash;
  return isCarriedOut || hasAsked(policy) || plan.approvedTime !== undefined || approves(policy, plan.hash);
}

function told(
  policy: IndexMaintenancePolicy,
  fresh: FreshPlan,
  deletes: readonly Member[],
  pending: readonly Member[],
  now: number,
): Omit<StatusPlan, 'hash' | 'specHash' | 'time' | 'askedTime' | 'approvedTime' | 'batch'> {
  const expiries = fresh.matched.flatMap((matched) => nextExpiry(matched, now) ?? []);
  return {
    generation: policy.metadata.generation,
    lookedAtTime: timeText(now),
    deletes: {
      count: deletes.length,
      bytes: sum(deletes, 'bytes'),
      documents: sum(deletes, 'documents'),
      names: deletes.slice(0, NAMES).map(({ index }) => index.name),
    },
    aliasChanges: aliasFigures(fresh.aliasChanges),
    ...archiveFigures(policy, fresh),
    kept: reasonCounts(fresh.kept.map(({ reason }) => reason)),
    held: heldOf(policy, fresh).slice(0, HELD),
    pending: pendingOf(pending),
    ...(expiries.length === 0 ? {} : { nextExpiry: timeText(Math.min(...expiries)) }),
  };
}

/** Nothing for a policy that archives nothing. */
function archiveFigures(
  { spec }: IndexMaintenancePolicy,
  { archive, archiveKept }: FreshPlan,
): Pick<StatusPlan, 'archive'> {
  if (spec.targets.every((target) => target.archive === undefined)) return {};
  const free = archive.filter(({ reason }) => reason === undefined);
  const documents = free.reduce((sum, { documents }) => sum + documents, 0);
  return { archive: { documents, kept: reasonCounts(archiveKept.map(({ reason }) => reason)) } };
}

/** What a try has shown is told besides what can be seen, as long as there is something to move or change. */
function heldOf(
  { status }: IndexMaintenancePolicy,
  { held, archive, aliasChanges }: FreshPlan,
): FreshPlan['held'] {
  const due = new Set(aliasChanges.map(({ alias }) => alias));
  const { aliasesRefused = [] } = status?.run ?? status?.lastRun ?? {};
  const refused = aliasesRefused.flatMap((alias) =>
    due.has(alias) ? [{ index: alias, reason: 'AliasRefused' }] : [],
  );
  const tried = new Set(
    archive.flatMap(({ member, documents }) => (documents > 0 ? [member.index.name] : [])),
  );
  const { hindered = [], held: left = [] } = status?.archive ?? {};
  const aside = new Set(hindered.map(({ index }) => index));
  const told = [...hindered, ...left.filter(({ index }) => tried.has(index) && !aside.has(index))];
  return [...held, ...refused, ...told.map(({ index, reason }) => ({ index, reason }))];
}

function aliasFigures(changes: readonly AliasChange[]): StatusPlan['aliasChanges'] {
  const removed = changes.filter(({ type }) => type === 'Remove').length;
  const names = [...new Set(changes.map(({ alias }) => alias))].sort();
  return { add: changes.length - removed, remove: removed, names: names.slice(0, NAMES) };
}

/** As `status.plan.pending` keeps them. */
export function pendingOf(deletes: readonly Member[]): string {
  return deletes.map(({ index }) => indexFingerprint(index)).join('');
}

/** How many indexes one plan may delete without approval. */
export function deletionLimit(maxDeletes: number | string, matched: number): number {
  if (typeof maxDeletes === 'number') return maxDeletes;
  const percent = Number.parseInt(maxDeletes, 10);
  return percent === 0 ? 0 : Math.max(1, Math.floor((matched * percent) / 100));
}
