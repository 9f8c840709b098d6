import { milliseconds } from '../../crds/duration.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { APPROVE, findCondition } from '../../crds/shared.ts';
import { scheduleOf } from '../../schedule/cron.ts';
import { latestSlot, nextSlot } from '../../schedule/slots.ts';
import { isAhead } from '../../runtime/time.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import { batchNow } from './archive-hindered.ts';
import type { Run, Status, StatusPlan } from './observed.ts';
import { specHashOf } from './plan.ts';

/** Why a pass has something to do. */
export type Due =
  | { readonly type: 'Nothing' }
  /** Look at everything and say what would be done; `since`: nothing older than this may be judged by. */
  | { readonly type: 'Plan'; readonly since: number }
  /** Do what is due: a time of the schedule has come, somebody asked for it, or it makes up for the last run. */
  | { readonly type: 'Run'; readonly since: number; readonly runNow?: string; readonly makesUp?: true }
  /** The last run could not delete or archive what something held back that passes: do that if it has. */
  | { readonly type: 'Retry'; readonly since: number }
  /** A run goes on: the next batch must be chosen. */
  | { readonly type: 'Continue'; readonly since: number }
  /** Exactly the indexes in `status.plan.batch` are to be deleted. */
  | { readonly type: 'Batch' }
  /** Exactly the documents in `status.archive.batch` are to be moved, or were half moved when a process ended. */
  | { readonly type: 'ArchiveBatch' };

export function dueOf(policy: IndexMaintenancePolicy, now: number): Due {
  const { metadata, spec, status = {} } = policy;
  const { plan, run } = status;
  // Before anything else, whatever the spec says by now: a document may be in two places.
  if (endsBatches(policy) && batchNow(policy, now) !== undefined) return { type: 'ArchiveBatch' };
  if (metadata.deletionTimestamp !== undefined) return { type: 'Nothing' };
  if (plan === undefined || plan.specHash !== specHashOf(spec)) return { type: 'Plan', since: now };
  if (run !== undefined && acts(policy)) return goOn(plan, run);
  const runNow = pendingRunNow(policy, now);
  if (runNow !== undefined && !spec.suspend) return { type: 'Run', since: now, runNow };
  const slot = dueSlot(policy, now);
  if (slot !== undefined) return { type: isLate(policy, slot, now) ? 'Plan' : 'Run', since: slot };
  if (acts(policy) && isNewlyApproved(policy)) return { type: 'Run', since: now };
  // A plan writes the time back, or no slot would come due until it has passed.
  if (isAhead(status.lastSlotTime, now)) return { type: 'Plan', since: now };
  if (plan.generation !== metadata.generation || isTroubled(status, now)) return { type: 'Plan', since: now };
  // Policies that wait for the same snapshot share a listing.
  if (acts(policy) && isRetried(plan, now)) return { type: 'Retry', since: now - LISTING_MS };
  return { type: 'Nothing' };
}

/** Whether the policy may change anything in Elasticsearch. */
export function acts({ spec }: Pick<IndexMaintenancePolicy, 'spec'>): boolean {
  return spec.mode === 'Enforce' && !spec.suspend;
}

/** A policy that is deleted also ends what it has begun before it was suspended or set to DryRun: nobody else would. */
export const endsBatches = (policy: IndexMaintenancePolicy): boolean =>
  acts(policy) || policy.metadata.deletionTimestamp !== undefined;

/** A minute is enough for a listing to be used again: what a batch deletes is read anew right before it. */
const LISTING_MS = 60_000;

function goOn({ batch }: StatusPlan, run: Run): Due {
  return batch !== undefined && batch.length > 0
    ? { type: 'Batch' }
    : { type: 'Continue', since: Date.parse(run.time) };
}

/** The connection kept the last pass from the cluster: the plan may be of another day. */
const SHUT_OUT: ReadonlySet<string> = new Set([
  'ConnectionNotFound',
  'NotGranted',
  'ConnectionNotReady',
  'ConnectionSuspended',
]);

/** What the policy cannot solve by itself is looked at again soon; other policies and clocks send no news. */
export const TROUBLES: ReadonlySet<string> = new Set([
  ...SHUT_OUT,
  'Conflict',
  'ClockSkew',
  'ArchivalHindered',
  'Retrying',
  'WaitingForTurn',
  'NotSynced',
]);
export const TROUBLED_AGAIN_MS = 60_000;

/** How often it is looked whether what holds indexes back has passed. */
export const RETRY_MS = 300_000;

export const retries = ({ retryUntilTime = '' }: StatusPlan, now: number): boolean =>
  Date.parse(retryUntilTime) > now;

function isRetried(plan: StatusPlan, now: number): boolean {
  return retries(plan, now) && Math.abs(now - lookedAtOf(plan)) >= RETRY_MS;
}

export const lookedAtOf = (plan: StatusPlan | undefined): number =>
  Date.parse(plan?.lookedAtTime ?? plan?.time ?? '');

function isTroubled(status: Status, now: number): boolean {
  const { reason = '' } = findCondition(status, 'Ready') ?? {};
  if (SHUT_OUT.has(reason)) return true;
  const troubled = findCondition(status, 'Conflict') !== undefined || TROUBLES.has(reason);
  return troubled && Math.abs(now - lookedAtOf(status.plan)) >= TROUBLED_AGAIN_MS;
}

/** Whether somebody has approved exactly this plan. */
export function approves({ metadata, spec }: IndexMaintenancePolicy, hash: string): boolean {
  return metadata.annotations?.[APPROVE] === hash || spec.deletion.approvedPlan === hash;
}

function isNewlyApproved(policy: IndexMaintenancePolicy): boolean {
  const plan = policy.status?.plan;
  if (plan === undefined || plan.approvedTime !== undefined) return false;
  return hasAsked(policy) && approves(policy, plan.hash);
}

/** Somebody was asked about this plan, even if a conflict or a clock is what the policy waits for by now. */
export function hasAsked({ spec, status }: IndexMaintenancePolicy): boolean {
  return spec.mode === 'Enforce' && status?.plan?.askedTime !== undefined;
}

/** The latest time of the schedule that has come since the last one that was looked at. */
function dueSlot(policy: IndexMaintenancePolicy, now: number): number | undefined {
  return latestSlot(scheduleOf(policy.spec.schedule), policy.spec.timeZone, anchorOf(policy, now), now);
}

/** A time in the future is a clock that was set back: no reason to wait for it. */
function anchorOf({ status, metadata }: IndexMaintenancePolicy, now: number): number {
  return Math.min(Date.parse(status?.lastSlotTime ?? metadata.creationTimestamp), now);
}

/** While a run goes on: whether the next one is due already. */
export function nextRunIsDue(policy: IndexMaintenancePolicy, now: number): boolean {
  return dueSlot(policy, now) !== undefined;
}

export function isLate({ spec }: IndexMaintenancePolicy, slot: number, now: number): boolean {
  return now - slot > milliseconds(spec.startingDeadline);
}

export function nextRun({ spec }: IndexMaintenancePolicy, now: number): number | undefined {
  return nextSlot(scheduleOf(spec.schedule), spec.timeZone, now);
}
