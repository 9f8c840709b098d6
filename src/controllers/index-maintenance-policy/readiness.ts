import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { APPROVE, approvedOther, findCondition, isConditionTrue, RUN_NOW } from '../../crds/shared.ts';
import type { ExtraCondition, Readiness, ResourceEvent } from '../../runtime/controller.ts';
import { pendingRunNow } from '../run-now.ts';
import { isUnread } from './archival.ts';
import { type Hindered, unfinishedOf } from './archive-hindered.ts';
import type { Conflict } from './conflicts.ts';
import { fingerprintsOf } from './fingerprints.ts';
import type { Status, StatusPlan } from './observed.ts';
import { heldBackFor } from './retry.ts';
import { heldAliasOf } from './run.ts';

export const CLOCK_SKEW =
  'the clocks of the operator, the API server and Elasticsearch differ by more than a minute, so ages are not reliable: nothing is changed until they agree';

const SNAPSHOT_MISSING =
  'some expired indexes are kept because no accepted snapshot contains them; see status.plan.held. The guide says which snapshots beforeDelete accepts';

/** What stands in the way of a plan, besides its own indexes. */
export type Obstacle =
  | { readonly type: 'Conflict'; readonly conflict: Conflict }
  | { readonly type: 'ClockSkew' }
  | ({ readonly type: 'ApprovalRequired' } & Wanted)
  | { readonly type: 'LimitExceeded'; readonly plan: StatusPlan; readonly limit: number };

interface Wanted {
  readonly plan: StatusPlan;
  readonly policy: IndexMaintenancePolicy;
}

export interface Verdict {
  readonly ready: Readiness;
  readonly conditions: readonly ExtraCondition[];
}

/** Not ready, because ... */
export function verdictOf(
  policy: IndexMaintenancePolicy,
  status: Status,
  obstacle: Obstacle | undefined,
): Verdict {
  const conditions = obstacle === undefined ? [] : conditionsOf(obstacle);
  if (policy.spec.suspend) return { conditions, ready: suspended({ ...policy, status }) };
  if (obstacle !== undefined) return { conditions, ready: readinessOf(obstacle) };
  return { conditions, ready: undisturbed(policy.spec.mode, status) };
}

/** Whoever asks for a run of a suspended policy is told that it waits. */
function suspended(policy: IndexMaintenancePolicy): Readiness {
  const unfinished = unfinishedOf(policy);
  const also = unfinished === undefined ? '' : `; ${unfinishedText(unfinished)}`;
  const message = `spec.suspend stops the policy; the plan in status shows what it would do${also}`;
  const waits = `; the run that ${RUN_NOW} asks for waits until spec.suspend is false`;
  return is('suspended', 'Suspended', pendingRunNow(policy) === undefined ? message : message + waits);
}

const is = (type: Readiness['type'], reason: string, message: string): Readiness => ({
  type,
  reason,
  message,
});

function undisturbed(mode: 'DryRun' | 'Enforce', status: Status): Readiness {
  if (mode === 'DryRun') return planned(status);
  const { plan, run, lastRun, archive, consecutiveFailures = 0 } = status;
  if (run !== undefined) return is('ready', 'Running', 'a run is in progress');
  const [hindered] = archive?.hindered ?? [];
  if (hindered !== undefined) return is('reconciling', 'ArchivalHindered', hinderedText(hindered));
  const heldAlias = heldAliasOf(plan);
  if (consecutiveFailures > 0 || heldAlias !== undefined)
    return is('reconciling', 'ActionFailed', failureText(lastRun, archive, heldAlias));
  if (plan?.kept.some(({ reason }) => reason === 'NotSnapshotted') === true)
    return is('reconciling', 'SnapshotMissing', `${SNAPSHOT_MISSING}${missingText(plan)}`);
  if (lastRun === undefined) return is('ready', 'Scheduled', scheduledText(status));
  return is('ready', 'Maintained', maintainedText(plan));
}

/** A schedule that never comes due, as on 30 February, is a way to say that only run-now makes runs. */
const scheduledText = ({ nextRunTime }: Status): string =>
  nextRunTime === undefined
    ? `spec.schedule never comes due: the plan is carried out only with the annotation ${RUN_NOW}`
    : `the plan is carried out at the next time of the schedule, or at once with the annotation ${RUN_NOW}`;

/** Nothing would change, unless something is half changed already. */
function planned(status: Status): Readiness {
  const { plan } = status;
  const unfinished = unfinishedOf({ status });
  if (unfinished !== undefined) return is('reconciling', 'ArchivalHindered', unfinishedText(unfinished));
  return is(
    'ready',
    'Planned',
    `${deletions(plan?.deletes.count ?? 0)} and ${aliases(plan)} would change; mode DryRun changes nothing${missingText(plan)}`,
  );
}

/** The first of them: no snapshot can ever be accepted by a target that names it. */
function missingText(plan: Status['plan']): string {
  const [missing] = plan?.missing ?? [];
  return missing === undefined ? '' : `; ${missing}: create it, or correct beforeDelete.requireSnapshot`;
}

/** What has come up since the last run, or what stopped that one, waits for the next. */
function maintainedText(plan: Status['plan']): string {
  const { deletes, kept = [] } = plan ?? {};
  return deletes === undefined || deletes.count === 0
    ? `the last run did everything that was due${exceptionText(plan)}`
    : `${deletions(deletes.count)} at the next time of the schedule${laterText(kept)}`;
}

function exceptionText(plan: Status['plan']): string {
  const indexes = heldBackFor(plan?.kept ?? []);
  const documents = heldBackFor(plan?.archive?.kept ?? []);
  const parts = [
    { things: 'indexes', heldBack: indexes },
    { things: 'documents of indexes', heldBack: documents },
  ].flatMap(({ things, heldBack }) =>
    heldBack.length === 0 ? [] : [`${things} that are temporarily held back (${listText(heldBack)})`],
  );
  if (parts.length === 0) return '';
  const done = documents.length === 0 ? 'deleted' : indexes.length === 0 ? 'archived' : 'deleted or archived';
  return `, except for ${parts.join(' and ')}: they are ${done} within minutes of becoming free, until spec.startingDeadline has passed; after that at the next time of the schedule`;
}

const listText = (kept: StatusPlan['kept']): string =>
  kept.map(({ reason, count }) => `${reason} ${count}`).join(', ');

/** They count for the cap as well. */
function laterText(kept: StatusPlan['kept']): string {
  const heldBack = heldBackFor(kept);
  return heldBack.length === 0 ? '' : `, and more that are temporarily held back (${listText(heldBack)})`;
}

function failureText(
  lastRun: Status['lastRun'],
  archive: Status['archive'],
  heldAlias: ReturnType<typeof heldAliasOf>,
): string {
  const again = 'the next run tries again';
  const { failed = 0, firstFailure, notArchived = 0, aliasesRefused = [], aliasRefusal } = lastRun ?? {};
  const [held] = archive?.held ?? [];
  const unread = archive?.held.find(({ reason }) => isUnread(reason));
  if (aliasesRefused.length > 0)
    return `Elasticsearch has refused to change ${aliasList(aliasesRefused)} in the last run${aliasRefusal === undefined ? '' : ` (${aliasRefusal})`}: status.lastRun counts all that failed, and the log of the operator says more; ${again}`;
  if (firstFailure !== undefined)
    return `the last run could not delete ${firstFailure.index}: ${firstFailure.message}. status.lastRun counts all that failed, and the log of the operator names it; ${again}`;
  if (failed === 0 && notArchived === 0 && unread !== undefined)
    return `the last run could not tell which documents of ${unread.index} are to be archived (${unread.reason}): status.archive.held names all such indexes, and the guide says what each reason means; remove the cause, or exclude the index from the target; ${again}`;
  if (failed === 0 && notArchived === 0 && heldAlias !== undefined)
    return `${heldAliasText(heldAlias)}: status.plan.held names all such aliases; ${again}`;
  if (failed > 0 || notArchived === 0 || held === undefined)
    return `the last run could not do everything: status.lastRun counts what failed, the log of the operator names it; ${again}`;
  const { index, reason } = held;
  const documents = notArchived === 1 ? '1 document' : `${notArchived} documents`;
  return `the last run could not archive ${documents}, such as those of ${index} (${reason}): status.archive.held names all of their indexes; ${again}`;
}

const heldAliasText = ({ index, alias, reason }: NonNullable<ReturnType<typeof heldAliasOf>>): string =>
  reason === 'AliasNameTaken'
    ? `alias ${alias} cannot be made, since an index or a data stream has this name or it is protected (${reason}); give the alias another name, or remove what has its name`
    : `the write index of alias ${alias} stays ${index}, which the policy does not manage (${reason}); let ${index} no longer be its write index, or set writeIndex to None`;

const aliasList = (aliases: readonly string[]): string =>
  aliases.length === 1 ? `alias ${aliases[0]}` : `${aliases.length} aliases, such as ${aliases[0]}`;

/** Whether they are in both is not known where one of the two cannot be read. */
export const hinderedText = ({
  index,
  destination,
  reason,
}: Pick<Hindered, 'index' | 'destination' | 'reason'>): string =>
  `archiving from ${index} to ${destination} is interrupted (${reason}), so some documents may be in both indexes: remove the cause; it is tried again every minute`;

/** For a policy that does nothing about it. */
const unfinishedText = ({ index, destination }: Pick<Hindered, 'index' | 'destination'>): string =>
  `a batch of documents from ${index} to ${destination} is unfinished, so some of them may be in both indexes: it is finished once spec.mode is Enforce and spec.suspend is false, or when the policy is deleted`;

const deletions = (count: number): string =>
  count === 1 ? '1 index would be deleted' : `${count} indexes would be deleted`;

function aliases(plan: Status['plan']): string {
  const count = (plan?.aliasChanges.add ?? 0) + (plan?.aliasChanges.remove ?? 0);
  return count === 1 ? '1 membership of an alias' : `${count} memberships of aliases`;
}

function readinessOf(obstacle: Obstacle): Readiness {
  if (obstacle.type === 'Conflict') return is('stalled', 'Conflict', conflictText(obstacle.conflict));
  if (obstacle.type === 'ClockSkew') return is('reconciling', 'ClockSkew', CLOCK_SKEW);
  if (obstacle.type === 'ApprovalRequired')
    return is('reconciling', 'ApprovalRequired', approvalText(obstacle));
  return is(
    'stalled',
    'LimitExceeded',
    `${deletions(obstacle.plan.deletes.count)}${laterText(obstacle.plan.kept)} and deletion.maxDeletes allows ${obstacle.limit}, so nothing is deleted: raise it, or set deletion.approval to OnLimit`,
  );
}

function conflictText({ reason, name, rival }: Conflict): string {
  if (reason === 'SameIndex')
    return `policy ${rival} would delete or archive ${name} too: neither acts until only one of them matches it`;
  if (reason === 'SameAlias')
    return `policy ${rival} manages alias ${name} too: neither acts until only one of them does`;
  return `policy ${rival} archives into ${name} too: neither acts until each has an archive.destination of its own`;
}

function approvalText({ plan: { hash, deletes, kept, pending }, policy }: Wanted): string {
  const planned = pending === undefined ? deletes.count : fingerprintsOf(pending).size;
  const part =
    planned < deletes.count ? `, ${planned} of them by this plan and the rest by those after it` : '';
  const { metadata, spec, status } = policy;
  const approvals = { approvedPlan: spec.deletion.approvedPlan, carriedOut: status?.lastApprovedPlan };
  const other = approvedOther(metadata, hash, approvals);
  return `${deletions(deletes.count)}${part}${laterText(kept)}: look at status.plan, then approve with the annotation ${APPROVE}: ${hash} or deletion.approvedPlan${other}`;
}

function conditionsOf(obstacle: Obstacle): readonly ExtraCondition[] {
  const { message } = readinessOf(obstacle);
  if (obstacle.type === 'Conflict')
    return [{ type: 'Conflict', status: 'True', reason: obstacle.conflict.reason, message }];
  if (obstacle.type === 'ApprovalRequired')
    return [{ type: 'ApprovalRequired', status: 'True', reason: 'WaitingForApproval', message }];
  return [];
}

/** As the last pass left it: nothing was looked at since. Only what is asked for meanwhile is news. */
export function verdictBefore(policy: IndexMaintenancePolicy): Verdict {
  const { status } = policy;
  const has = (type: string) => isConditionTrue(status, type);
  const ready = findCondition(status, 'Ready');
  const type = has('Stalled')
    ? 'stalled'
    : has('Suspended')
      ? 'suspended'
      : ready?.status === 'True'
        ? 'ready'
        : 'reconciling';
  const wanted = has('ApprovalRequired') ? wantedText(policy) : undefined;
  const message = ready?.reason === 'ApprovalRequired' ? wanted : undefined;
  return {
    ready:
      type === 'suspended'
        ? suspended(policy)
        : is(type, ready?.reason ?? 'Scheduled', message ?? ready?.message ?? ''),
    conditions: (status?.conditions ?? []).map((condition) => toldAgain(condition, wanted)),
  };
}

/** Somebody may have approved since, and another plan. */
function wantedText(policy: IndexMaintenancePolicy): string | undefined {
  const plan = policy.status?.plan;
  return plan && approvalText({ plan, policy });
}

function toldAgain(
  { type, status, reason, message }: ExtraCondition,
  wanted: string | undefined,
): ExtraCondition {
  return { type, status, reason, message: (type === 'ApprovalRequired' ? wanted : undefined) ?? message };
}

/** Whether somebody must do something about it. */
const ALARMS: ReadonlySet<string> = new Set([
  'Conflict',
  'ClockSkew',
  'ApprovalRequired',
  'LimitExceeded',
  'ActionFailed',
  'ArchivalHindered',
  'SnapshotMissing',
]);

/** One event when the reason of Ready becomes one that asks somebody to act. */
export function eventsOf({ status }: IndexMaintenancePolicy, { ready }: Verdict): readonly ResourceEvent[] {
  const before = findCondition(status, 'Ready')?.reason;
  if (before === ready.reason || !ALARMS.has(ready.reason)) return [];
  return [{ type: 'Warning', reason: ready.reason, action: 'Plan', note: ready.message }];
}
