import { milliseconds } from '../../crds/duration.ts';
import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import type { ListedSnapshot } from '../../elasticsearch/snapshots.ts';
import { MOST_SKEW_SECONDS } from '../../runtime/time.ts';
import { claims, newestOf, verifiedOf } from './keep-rules.ts';
import { ofOtherClusters } from './other-cluster.ts';
import { type Owner, owns } from './owner.ts';
import { isRunning, isSuccess } from './verdict.ts';

/**
 * Retention as rules over a list: what is kept and why, what is deleted and why. Pure; nothing here can delete.
 * The order of the guards is their rank: whatever comes first holds a snapshot for good.
 */
export interface RetentionPlan {
  /** Of all snapshots in the repository, the reason of each that stays. */
  readonly kept: ReadonlyMap<string, KeepReason>;
  /** The oldest first, no more than one run may delete. */
  readonly deletions: readonly Deletion[];
  /** Why nothing is deleted at all; deletions are then what would be. */
  readonly halted: HaltReason | undefined;
}

export type KeepReason =
  | 'Foreign'
  | 'OtherCluster'
  | 'Running'
  | 'Unknown'
  | 'Mounted'
  | 'NewestSuccess'
  | 'MinCount'
  | 'Unverified'
  | 'KeepDaily'
  | 'KeepWeekly'
  | 'KeepMonthly'
  | 'KeepYearly'
  | 'NotExpired'
  | 'DeletesPerRun';

export interface Deletion {
  readonly name: string;
  readonly uuid: string;
  readonly reason: 'Expired' | 'MaxCount' | 'FailedExpired';
}

export type HaltReason =
  | 'NoSuccess'
  | 'Unverified'
  | 'Stale'
  | 'ClockSkew'
  | 'DryRun'
  | 'NotGranted'
  | 'MissingPrivileges';

export type RetentionPolicy = NonNullable<SnapshotScheduleSpec['retention']>;

export interface RetentionFacts {
  readonly snapshots: readonly ListedSnapshot[];
  /** Whose snapshots are ours. */
  readonly owner: Owner;
  /** Uuids of snapshots that back mounted indexes. */
  readonly mounted: ReadonlySet<string>;
  /** Names that the repository calls a success and that lacked an index. */
  readonly incomplete: ReadonlySet<string>;
  /** Names of which nobody knows whether they lack an index: because of these no other success is deleted. */
  readonly unverified: ReadonlySet<string>;
  readonly timeZone: string;
  readonly staleAfterMs: number;
  /** By how much clocks differ: those of the nodes and of the API server from ours. */
  readonly skewSeconds: number;
  readonly now: number;
}

export function planRetention(policy: RetentionPolicy, facts: RetentionFacts): RetentionPlan {
  const sorted = [...facts.snapshots].sort(byAge);
  const kept = new Map<string, KeepReason>();
  const others = ofOtherClusters(facts.owner, facts.snapshots);
  const own = sorted.filter((snapshot) => {
    const reason = untouchable(snapshot, others, facts);
    if (reason !== undefined) kept.set(snapshot.name, reason);
    return reason === undefined || reason === 'Mounted';
  });
  const isGood = (snapshot: ListedSnapshot) => isSuccess(snapshot) && !facts.incomplete.has(snapshot.name);
  const successes = own.filter(isGood);
  holdSuccesses(kept, successes, own.filter(isSuccess), policy, facts);
  const wanted = [
    ...expiredSuccesses(kept, successes, policy, facts),
    ...expiredFailures(
      own.filter((snapshot) => !isGood(snapshot) && !kept.has(snapshot.name)),
      policy,
      facts.now,
    ),
  ].sort((a, b) => byAge(a.snapshot, b.snapshot));
  const deletions = wanted.slice(0, policy.maxDeletesPerRun);
  for (const { snapshot } of wanted.slice(policy.maxDeletesPerRun)) kept.set(snapshot.name, 'DeletesPerRun');
  const going = new Set(deletions.map(({ snapshot }) => snapshot.name));
  for (const { name } of own) if (!going.has(name) && !kept.has(name)) kept.set(name, 'NotExpired');
  return {
    kept,
    deletions: deletions.map(({ snapshot: { name, uuid }, reason }) => ({ name, uuid, reason })),
    halted: haltOf(policy, successes, facts),
  };
}

/** The oldest first, and always in the same order. */
function byAge(a: ListedSnapshot, b: ListedSnapshot): number {
  return a.startTime - b.startTime || (a.name < b.name ? -1 : 1);
}

/** Not ours to delete, whatever the policy says. */
function untouchable(
  snapshot: ListedSnapshot,
  ofOthers: ReadonlySet<string>,
  { owner, mounted }: RetentionFacts,
): KeepReason | undefined {
  if (!owns(owner, snapshot)) return 'Foreign';
  if (ofOthers.has(snapshot.name)) return 'OtherCluster';
  if (isRunning(snapshot)) return 'Running';
  if (!KNOWN_STATES.has(snapshot.state)) return 'Unknown';
  return mounted.has(snapshot.uuid) ? 'Mounted' : undefined;
}

const KNOWN_STATES: ReadonlySet<string> = new Set(['SUCCESS', 'PARTIAL', 'FAILED']);

/** @param complete what the repository calls a success: the newest of these stays as well. */
function holdSuccesses(
  kept: Map<string, KeepReason>,
  successes: readonly ListedSnapshot[],
  complete: readonly ListedSnapshot[],
  policy: RetentionPolicy,
  { timeZone, unverified }: RetentionFacts,
): void {
  const hold = (name: string | undefined, reason: KeepReason) => {
    if (name !== undefined && !kept.has(name)) kept.set(name, reason);
  };
  const verified = verifiedOf(successes, unverified);
  hold(verified.at(-1)?.name, 'NewestSuccess');
  hold(complete.at(-1)?.name, 'NewestSuccess');
  for (const { name } of newestOf(successes, policy.minCount, unverified))
    hold(name, unverified.has(name) ? 'Unverified' : 'MinCount');
  for (const [name, rule] of claims(verified, policy, timeZone)) hold(name, rule);
  for (const [name, rule] of claims(successes, policy, timeZone, unverified)) hold(name, rule);
}

interface Wanted {
  readonly snapshot: ListedSnapshot;
  readonly reason: Deletion['reason'];
}

function expiredSuccesses(
  kept: ReadonlyMap<string, KeepReason>,
  successes: readonly ListedSnapshot[],
  { expireAfter, maxCount = Number.POSITIVE_INFINITY }: RetentionPolicy,
  { unverified, now }: RetentionFacts,
): readonly Wanted[] {
  const free = successes.filter(({ name }) => !kept.has(name));
  const tooMany = Math.max(0, verifiedOf(successes, unverified).length - maxCount);
  const counted = new Set(newestOf(successes, maxCount, unverified));
  const surplus = new Set([
    ...verifiedOf(free, unverified).slice(0, tooMany),
    ...free.filter((snapshot) => unverified.has(snapshot.name) && !counted.has(snapshot)),
  ]);
  return free.flatMap((snapshot): readonly Wanted[] => {
    if (isOlder(snapshot, expireAfter, now)) return [{ snapshot, reason: 'Expired' }];
    return surplus.has(snapshot) ? [{ snapshot, reason: 'MaxCount' }] : [];
  });
}

function expiredFailures(
  failures: readonly ListedSnapshot[],
  { failedExpireAfter }: RetentionPolicy,
  now: number,
): readonly Wanted[] {
  return failures
    .filter((snapshot) => isOlder(snapshot, failedExpireAfter, now))
    .map((snapshot) => ({ snapshot, reason: 'FailedExpired' }));
}

/** Without a rule nothing grows old. */
function isOlder({ startTime }: ListedSnapshot, limit: string | undefined, now: number): boolean {
  return limit !== undefined && now - startTime > milliseconds(limit);
}

function haltOf(
  { dryRun }: RetentionPolicy,
  successes: readonly ListedSnapshot[],
  { snapshots, unverified, now, staleAfterMs, skewSeconds }: RetentionFacts,
): HaltReason | undefined {
  const newest = verifiedOf(successes, unverified).at(-1);
  if (newest === undefined) return successes.length === 0 ? 'NoSuccess' : 'Unverified';
  // A snapshot from the future says as well that one of the clocks is wrong, and ages mean nothing.
  const ahead = snapshots.map(({ startTime }) => (startTime - now) / 1000);
  if (Math.max(skewSeconds, ...ahead) > MOST_SKEW_SECONDS) return 'ClockSkew';
  if (now - (newest.endTime ?? newest.startTime) > staleAfterMs) return 'Stale';
  return dryRun ? 'DryRun' : undefined;
}

/** Whether anything could ever be deleted. */
export function hasRules(policy: RetentionPolicy | undefined): policy is RetentionPolicy {
  return (
    policy !== undefined &&
    (policy.expireAfter !== undefined ||
      policy.maxCount !== undefined ||
      policy.failedExpireAfter !== undefined)
  );
}
