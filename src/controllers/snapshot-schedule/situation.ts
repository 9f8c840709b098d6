import { isConditionTrue } from '../../crds/shared.ts';
import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { MOST_SKEW_SECONDS, timeOf } from '../../runtime/time.ts';
import { incompleteNames } from './incomplete.ts';
import { markOf } from './names.ts';
import { ofOtherClusters } from './other-cluster.ts';
import type { Observed, Run, Schedule, Seen, Status } from './observed.ts';
import { type Owner, ownerOf, owns } from './owner.ts';
import type { Plan } from './plan.ts';
import { pauseLeft } from './pause.ts';
import { isSuccess } from './verdict.ts';

/** What one pass knows, with the questions that every rule asks answered once. */
export interface Situation {
  readonly resource: Schedule;
  readonly spec: SnapshotScheduleSpec;
  readonly status: Status;
  readonly plan: Plan;
  readonly uid: string;
  readonly owner: Owner;
  readonly now: number;
  readonly observed: Observed;
  /** Undefined when nothing could be read. */
  readonly seen: Seen | undefined;
  /** Whether effects are wanted: one that is being deleted does not come here. */
  readonly mayAct: boolean;
  /** By how much our clock differs from that of the API server; 0 where that is little enough to be relied on. */
  readonly skewMs: number;
}

export function situationOf(resource: Schedule, plan: Plan, observed: Observed, now: number): Situation {
  return {
    resource,
    spec: resource.spec,
    status: resource.status ?? {},
    plan,
    uid: resource.metadata.uid,
    owner: observed.type === 'seen' ? observed.owner : { ...ownerOf(resource, []), adopted: undefined },
    now,
    observed,
    seen: observed.type === 'seen' ? observed : undefined,
    mayAct: !resource.spec.suspend,
    skewMs: skewMsOf(observed),
  };
}

export function skewMsOf({ apiServerSkewSeconds = 0 }: Observed): number {
  return apiServerSkewSeconds > MOST_SKEW_SECONDS ? apiServerSkewSeconds * 1000 : 0;
}

/** What runs, the newest first. */
export function runsOf({ active, overlapping = [] }: Status): readonly Run[] {
  return active === undefined ? overlapping : [active, ...overlapping];
}

export function withRuns(status: Status, runs: readonly Run[]): Status {
  const { active: _active, overlapping: _overlapping, ...rest } = status;
  const [active, ...overlapping] = runs;
  if (active === undefined) return rest;
  return { ...rest, active, ...(overlapping.length > 0 && { overlapping }) };
}

/** Whether the spec names another repository by now than when the run was wished for. */
export function hasLeft({ repository }: Run, spec: SnapshotScheduleSpec): boolean {
  return repository !== spec.repository;
}

/** Milliseconds until a run may go on. A pause is for the repository that failed. */
export function waitOf(run: Run, spec: SnapshotScheduleSpec, now: number): number {
  return hasLeft(run, spec) ? 0 : pauseLeft(run.retryTime, now);
}

/** Those that this very schedule has made. */
export function madeBy(uid: string, snapshots: readonly ListedSnapshot[]): readonly ListedSnapshot[] {
  return snapshots.filter(({ metadata }) => markOf(metadata)?.uid === uid);
}

/** Those of them that are of the cluster that is connected now. */
export function madeHere(
  { uid, owner }: Situation,
  snapshots: readonly ListedSnapshot[],
): readonly ListedSnapshot[] {
  const others = ofOtherClusters(owner, snapshots);
  return madeBy(uid, snapshots).filter(({ name }) => !others.has(name));
}

/** The successes of an owner that are of the cluster that is connected now, the oldest first. */
export function successesOf(
  owner: Owner,
  status: Status | undefined,
  snapshots: readonly ListedSnapshot[],
): readonly ListedSnapshot[] {
  const incomplete = incompleteNames(status ?? {});
  const others = ofOtherClusters(owner, snapshots);
  return snapshots
    .filter((snapshot) => owns(owner, snapshot) && !others.has(snapshot.name))
    .filter((snapshot) => isSuccess(snapshot) && !incomplete.has(snapshot.name))
    .sort((a, b) => a.startTime - b.startTime);
}

/** Whether it was suspended until now. */
export function isResumed({ spec, status }: Situation): boolean {
  return !spec.suspend && isConditionTrue(status, 'Suspended');
}

/** Whether the plan that status shows was made by another spec: a new one is shown at once, and carried out when due. */
export function isPlannedAnew({ metadata, status }: Schedule): boolean {
  return status?.retention?.observedGeneration !== metadata.generation;
}

/** Retention looks at everything after each success, and hourly. */
export function retentionIsDue({ status = {} }: Schedule, newest: string | undefined, now: number): boolean {
  const { lastRunTime, handledSnapshot } = status.retention ?? {};
  const last = timeOf(lastRunTime);
  return last === undefined || now - last >= RETENTION_EVERY_MS || last > now || handledSnapshot !== newest;
}

export const RETENTION_EVERY_MS = 3_600_000;
