import { type Condition, findCondition, isConditionTrue } from '../crds/shared.ts';
import { connectionWords } from './words-connection.ts';
import { maintenanceWords } from './words-maintenance.ts';
import { reindexWords } from './words-reindex.ts';
import { snapshotWords } from './words-snapshots.ts';
import { CURES } from './cures.ts';
import { titleOf, type Ours } from './targets.ts';
import { clause } from './words.ts';

/** From the best to the worst. */
export const LEVELS = [
  'good',
  'ended',
  'stopped',
  'at work',
  'waiting',
  'unseen',
  'needs you',
  'failed',
] as const;
export type Level = (typeof LEVELS)[number];

/** A person has to do something about these. */
export const needsPerson = (level: Level): boolean => level === 'needs you' || level === 'failed';

export interface Verdict {
  readonly level: Level;
  /** One line: how it is. */
  readonly what: string;
  readonly todo: readonly Todo[];
}

export interface Todo {
  readonly text: string;
  readonly commands: readonly string[];
}

/** What is good, what is not, and what to do about it. Pure. */
export function verdictOf(one: Ours, now: number): Verdict {
  const { metadata, status } = one.resource;
  const ready = findCondition(status, 'Ready');
  if (metadata.deletionTimestamp !== undefined)
    return { level: 'at work', what: 'is being deleted', todo: [] };
  if (ready === undefined)
    return { level: 'unseen', what: 'the operator has not looked at it yet', todo: [unseenTodo] };
  const alarms = alarmsOf(one);
  const level = levelOf(one, ready);
  const worst = alarms.length > 0 && !needsPerson(level) ? 'needs you' : level;
  return {
    level: worst,
    what: whatOf(one, level, ready, alarms, now),
    todo: todosOf(one, level, ready, alarms),
  };
}

const unseenTodo: Todo = {
  text: 'If it stays so: see that the operator runs and looks after this namespace (--watch-namespaces) and has its Role there; helm upgrade makes it anew.',
  commands: [],
};

/** Ends that somebody wanted. */
const WISHED: ReadonlySet<string> = new Set(['Cancelled', 'RolledBack']);

function levelOf({ resource: { status } }: Ours, ready: Condition): Level {
  if (WISHED.has(ready.reason)) return 'ended';
  if (isConditionTrue(status, 'Stalled')) return 'failed';
  if (isConditionTrue(status, 'Suspended') || ready.reason === 'Suspended') return 'stopped';
  if (ready.status === 'True') return busy(status) ? 'at work' : 'good';
  const reconciling = findCondition(status, 'Reconciling')?.reason ?? ready.reason;
  if (ready.reason === 'InProgress') return 'at work';
  return (CURES[ready.reason] ?? CURES[reconciling])?.by === 'person' ? 'needs you' : 'waiting';
}

/** A snapshot that runs, or a run of a policy, while everything is as it should be. */
const busy = (status: object | undefined): boolean =>
  status !== undefined && (('active' in status && status.active !== undefined) || 'run' in status);

/** Conditions beside Ready that a person should know of. */
const ALARMS: Readonly<Record<string, Condition['status']>> = {
  Healthy: 'False',
  Restorable: 'False',
  QuarantinedDocuments: 'True',
  RollbackRefused: 'True',
  WritesAfterFence: 'True',
  SettingsRefused: 'True',
  Conflict: 'True',
};

const alarmsOf = (one: Ours): readonly Condition[] =>
  (one.resource.status?.conditions ?? []).filter(
    ({ type, status, reason }) =>
      ALARMS[type] === status && !(isRestOf(one, type) || reason === 'NotObserved'),
  );

/** A rollback that was refused is no news once the request is over. */
const isRestOf = (one: Ours, type: string): boolean =>
  type === 'RollbackRefused' && one.type === 'reindex' && one.resource.status?.phase !== 'RollbackWindow';

function whatOf(
  one: Ours,
  level: Level,
  ready: Condition,
  alarms: readonly Condition[],
  now: number,
): string {
  const told = alarms.map(({ message }) => clause(message)).join('; ');
  if (level === 'good' || level === 'at work')
    return [wordsOf(one, now), told].filter((text) => text !== '').join('; ');
  if (level === 'ended' || level === 'stopped') return clause(ready.message);
  return `${ready.reason}: ${clause(ready.message)}`;
}

function wordsOf(one: Ours, now: number): string {
  if (one.type === 'connection') return connectionWords(one.resource);
  if (one.type === 'reindex') return reindexWords(one.resource, now);
  if (one.type === 'snapshots') return snapshotWords(one.resource, now);
  return maintenanceWords(one.resource, now);
}

function todosOf(one: Ours, level: Level, ready: Condition, alarms: readonly Condition[]): readonly Todo[] {
  const reasons = [...(needsPerson(level) ? [ready] : []), ...alarms].map(({ reason }) => reason);
  return [...new Set(reasons)].map((reason) => ({
    text: CURES[reason]?.cure ?? 'See the message, and the events: kubectl describe shows both.',
    commands: commandsFor(one, reason),
  }));
}

/** Commands that can be copied as they are. */
function commandsFor(one: Ours, reason: string): readonly string[] {
  const { namespace } = one.resource.metadata;
  const at = `${titleOf(one)} -n ${namespace}`;
  if (reason === 'ApprovalRequired' || reason === 'WaitingForApproval')
    return [`kubectl es-steward plan ${at}`, `kubectl es-steward approve ${at}`];
  if (reason === 'NewWrites') return [`kubectl es-steward rollback ${at} --discard-new-writes`];
  if (reason === 'ConnectionNotReady' || reason === 'ConnectionSuspended')
    return [`kubectl es-steward status -n ${connectionNamespace(one)}`];
  return [];
}

function connectionNamespace({ type, resource }: Ours): string {
  const { namespace } = resource.metadata;
  return type === 'connection' ? namespace : (resource.spec.connectionRef.namespace ?? namespace);
}
