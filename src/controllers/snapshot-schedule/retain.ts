import { isAhead, timeOf, timeText } from '../../runtime/time.ts';
import { reasonCounts } from '../reason-counts.ts';
import { deletedOf, deletionEvents } from './deleted-snapshots.ts';
import type { Seen, Status } from './observed.ts';
import { OVERDUE_MS } from './drain.ts';
import { retentionIsDue, RETENTION_EVERY_MS, runsOf, type Situation, successesOf } from './situation.ts';
import { hasRules, type RetentionPlan } from './retention.ts';
import { retentionNow } from './retention-now.ts';
import { add, type Rule, type Step } from './step.ts';
import { isRunning } from './verdict.ts';

export type Retention = NonNullable<Status['retention']>;

const POLL_MS = 2_000;
/** A deletion that waits behind a long snapshot is asked for again after this. */
const ASK_AGAIN_MS = 600_000;

/** The plan is written first; the pass that finds it written deletes exactly that, after looking again. */
export const retain: Rule = (situation, step) => {
  const { spec, seen, mayAct, now } = situation;
  if (!mayAct || seen?.snapshots === undefined) return step;
  if (runsOf(step.status).length > 0) return settleOnly(situation, step, seen);
  if (!hasRules(spec.retention)) return add(step, { status: withoutPlan(step.status) });
  const before = step.status.retention ?? {};
  const deleted = deletedOf(before, spec.repository, seen);
  const checked = withRetention(step, settled(before, deleted, spec.repository, now));
  const events = deletionEvents(deleted);
  const plan = retentionNow(situation, step.status);
  return plan
    ? act(situation, add(checked, { events }), plan)
    : add(checked, { events, next: nextRunIn(before, now) });
};

/** Beside runs nothing is deleted. What has gone is told all the same: where slots are always due there is no pass without. */
function settleOnly({ spec, now }: Situation, step: Step, seen: Seen): Step {
  const before = step.status.retention;
  if (before?.batch === undefined || !hasRules(spec.retention)) return step;
  const deleted = deletedOf(before, spec.repository, seen);
  const after = settled(before, deleted, spec.repository, now);
  return add(withRetention(step, after), { events: deletionEvents(deleted) });
}

/** Less than a slot may be late: retention that does not get on must not cost a snapshot. */
const GIVE_WAY_MS = 20_000;

/**
 * Whether a slot lets retention go first. Where a snapshot takes longer than the interval the next one is always due,
 * and nothing would ever be deleted. Once Elasticsearch is asked to delete, it lets a new snapshot wait by itself.
 */
export function retentionGoesFirst({ resource, owner, spec, seen, now }: Situation, status: Status): boolean {
  const { snapshots, mounted } = seen ?? {};
  if (!hasRules(spec.retention) || snapshots === undefined || mounted === undefined) return false;
  if (runsOf(status).length > 0 || snapshots.some(isRunning)) return false;
  const { batch, lastRunTime } = status.retention ?? {};
  const since = now - (timeOf(lastRunTime) ?? now);
  if (batch !== undefined)
    return askedAt(status.retention, now) === undefined && since >= 0 && since < GIVE_WAY_MS;
  return retentionIsDue(resource, successesOf(owner, status, snapshots).at(-1)?.name, now);
}

/** When Elasticsearch was last asked to delete; never, if a clock that was ahead has written it. */
function askedAt({ requestedTime }: Retention = {}, now: number): number | undefined {
  return isAhead(requestedTime, now) ? undefined : timeOf(requestedTime);
}

function withoutPlan(status: Status): Status {
  const { retention, ...rest } = status;
  const deleted = retention?.deleted;
  return deleted === undefined ? rest : { ...rest, retention: { deleted } };
}

/**
 * A batch of a repository that the spec has left is forgotten, and so is one for which nothing was asked for hours, since
 * slots go before it: another is planned.
 */
function settled(
  before: Retention,
  gone: ReturnType<typeof deletedOf>,
  repository: string,
  now: number,
): Retention {
  const { batch } = before;
  if (batch === undefined) return before;
  if (before.repository !== repository) return withoutBatch(before);
  const left = batch.filter((each) => !gone.includes(each));
  const deleted = (before.deleted ?? 0) + gone.length;
  const since = askedAt(before, now) ?? timeOf(before.lastRunTime) ?? now;
  const isOver = left.length === 0 || now - since > OVERDUE_MS;
  return isOver ? { ...withoutBatch(before), deleted } : { ...before, deleted, batch: left };
}

function act(situation: Situation, step: Step, plan: RetentionPlan): Step {
  const { resource, owner, seen, now } = situation;
  const { generation } = resource.metadata;
  const retention = { ...withFigures(step.status.retention ?? {}, plan), observedGeneration: generation };
  if (retention.batch !== undefined) return goOn(situation, step, retention, plan);
  const newest = successesOf(owner, step.status, seen?.snapshots ?? []).at(-1)?.name;
  if (!retentionIsDue(resource, newest, now))
    return add(withRetention(step, retention), { next: nextRunIn(retention, now) });
  const { handledSnapshot: _handled, ...rest } = retention;
  const run: Retention = {
    ...rest,
    lastRunTime: timeText(now),
    ...(newest !== undefined && { handledSnapshot: newest }),
  };
  if (plan.halted !== undefined || plan.deletions.length === 0) return withRetention(step, run);
  const batch = { repository: resource.spec.repository, batch: plan.deletions };
  return add(withRetention(step, { ...run, ...batch }), { next: 'now' });
}

const withRetention = (step: Step, retention: Retention): Step =>
  add(step, { status: { ...step.status, retention } });

/** The rest of a batch: what the plan of now would not delete any more is let off. */
function goOn(situation: Situation, step: Step, retention: Retention, plan: RetentionPlan): Step {
  const { now, seen, resource } = situation;
  const { batch = [], ...rest } = retention;
  const still = new Set(plan.halted === undefined ? plan.deletions.map(({ uuid }) => uuid) : []);
  const left = batch.filter(({ uuid }) => still.has(uuid));
  if (left.length === 0) return add(withRetention(step, withoutBatch(retention)), { next: 'now' });
  const waiting = add(withRetention(step, { ...rest, batch: left }), { next: POLL_MS });
  const asked = askedAt(retention, now);
  if (asked !== undefined && now - asked < ASK_AGAIN_MS) return waiting;
  // Elasticsearch would put them off until that one ends, and until then their fate would not be known.
  if (seen?.snapshots?.some(isRunning)) return waiting;
  const { repository } = resource.spec;
  const deletion = { type: 'DeleteSnapshots', repository, targets: left } as const;
  return add(waiting, { actions: [deletion], next: 'now' });
}

export function withoutBatch(retention: Retention): Retention {
  const { batch: _batch, repository: _repository, requestedTime: _requested, ...rest } = retention;
  return rest;
}

const SHOWN = 10;

function withFigures(
  { kept: _kept, nextDeletions: _deletions, halted: _halted, ...rest }: Retention,
  { kept, deletions, halted }: RetentionPlan,
): Retention {
  return {
    ...rest,
    ...(halted !== undefined && { halted }),
    kept: reasonCounts(kept.values()),
    nextDeletions: deletions.slice(0, SHOWN),
  };
}

function nextRunIn({ lastRunTime }: Retention, now: number): number {
  const last = timeOf(lastRunTime);
  return last === undefined || last > now ? 0 : Math.max(0, last + RETENTION_EVERY_MS - now);
}
