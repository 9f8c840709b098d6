import { conditionsOf, retryingConditions } from '../../src/runtime/conditions.ts';
import type { ConditionContext } from '../../src/runtime/conditions.ts';
import type { ExtraCondition, Readiness } from '../../src/runtime/controller.ts';

/** What tools read of a resource. */
export interface SeenObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation: number };
  readonly status: object;
}

/** A state that a resource can be in, and what tools must make of it. */
export interface ResourceState {
  readonly kind: string;
  /** Kebab-case; unique within the kind. */
  readonly name: string;
  readonly kstatus: 'Current' | 'InProgress' | 'Failed';
  readonly argo: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended';
  /** What Argo CD shows beside it. */
  readonly message: string;
  readonly object: SeenObject;
}

type Verdict = Pick<ResourceState, 'kstatus' | 'argo'>;
type Body = {
  readonly conditions?: readonly ExtraCondition[];
  readonly phase?: string;
  readonly health?: string;
};

const DONE: Verdict = { kstatus: 'Current', argo: 'Healthy' };
const GOING: Verdict = { kstatus: 'InProgress', argo: 'Progressing' };
const BROKEN: Verdict = { kstatus: 'Failed', argo: 'Degraded' };
/** Time may mend it, and somebody should look all the same. */
const SICK: Verdict = { kstatus: 'InProgress', argo: 'Degraded' };
/** Waits for a person. */
const HELD: Verdict = { kstatus: 'InProgress', argo: 'Suspended' };
/** Does its work, and what it looks after is ill. */
const ALARMED: Verdict = { kstatus: 'Current', argo: 'Degraded' };

const CONTEXT: ConditionContext = { previous: [], generation: 2, now: Date.parse('2026-01-01T00:00:00Z') };

const said = (reason: string): string => `what ${reason} says`;

function objectOf(kind: string, status: object): SeenObject {
  const metadata = { name: 'it', namespace: 'shop', generation: CONTEXT.generation };
  return { apiVersion: 'es-steward.dev/v1alpha1', kind, metadata, status };
}

/** As the engine writes it, after a pass that came to this verdict. */
function state(
  kind: string,
  type: Readiness['type'],
  reason: string,
  verdict: Verdict,
  { conditions = [], ...body }: Body & { readonly name?: string; readonly message?: string } = {},
): ResourceState {
  const { name = kebab(reason), message = said(reason), ...shown } = body;
  const all = conditionsOf({ type, reason, message: said(reason) }, conditions, CONTEXT);
  const status = { observedGeneration: CONTEXT.generation, ...shown, conditions: all };
  return { kind, name, ...verdict, message, object: objectOf(kind, status) };
}

const kebab = (reason: string): string =>
  reason
    .replaceAll(/([a-z])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .replace(/^tlsi/u, 'tls-i');

const extra = (type: string, reason: string, status: ExtraCondition['status'] = 'True'): ExtraCondition => ({
  type,
  status,
  reason,
  message: said(reason),
});

/** What every kind can be in. */
function common(kind: string, done: string): readonly ResourceState[] {
  const outdated = state(kind, 'ready', done, GOING, { name: 'outdated', message: NOT_LOOKED });
  const fault = said('Retrying');
  const before = conditionsOf({ type: 'ready', reason: done, message: said(done) }, [], CONTEXT);
  const context = { ...CONTEXT, previous: before };
  const retrying = { observedGeneration: 2, conditions: retryingConditions(fault, undefined, context) };
  const first = { observedGeneration: -1, conditions: retryingConditions(fault, undefined, CONTEXT) };
  return [
    { kind, name: 'new', ...GOING, message: NOT_LOOKED, object: objectOf(kind, { observedGeneration: -1 }) },
    { ...outdated, object: objectOf(kind, { ...outdated.object.status, observedGeneration: 1 }) },
    { kind, name: 'retrying', ...GOING, message: fault, object: objectOf(kind, retrying) },
    { kind, name: 'fault-at-first', ...GOING, message: NOT_LOOKED, object: objectOf(kind, first) },
    state(kind, 'suspended', 'Suspended', HELD),
    state(kind, 'stalled', 'InvalidSpec', BROKEN),
    state(kind, 'stalled', 'NewerStatus', BROKEN),
    state(kind, 'reconciling', 'Paused', GOING),
  ];
}

export const NOT_LOOKED = 'The operator has not looked at this generation yet';

const each = (
  kind: string,
  type: Readiness['type'],
  verdict: Verdict,
  reasons: readonly string[],
  body?: Body,
) => reasons.map((reason) => state(kind, type, reason, verdict, body));

const CONNECTION = ['ConnectionNotFound', 'NotGranted', 'ConnectionNotReady', 'ConnectionSuspended'];

const connection = 'ElasticsearchConnection';
const reindex = 'ReindexRequest';
const schedule = 'SnapshotSchedule';
const policy = 'IndexMaintenancePolicy';

/** Every state of every kind: each reason of Ready is here at least once. */
export const resourceStates: readonly ResourceState[] = [
  ...common(connection, 'Connected'),
  state(connection, 'ready', 'Connected', DONE, { conditions: [extra('Healthy', 'Green')], health: 'green' }),
  state(connection, 'ready', 'Connected', ALARMED, {
    name: 'red',
    message: said('Red'),
    conditions: [extra('Healthy', 'Red', 'False')],
    health: 'red',
  }),
  ...each(connection, 'reconciling', SICK, [
    'Unreachable',
    'AuthenticationFailed',
    'TLSInvalid',
    'SecretNotFound',
    'MissingPrivileges',
    'ClusterChanged',
  ]),
  ...each(connection, 'stalled', BROKEN, ['UnsupportedVersion', 'EndpointRefused']),

  ...common(reindex, 'Completed'),
  ...each(reindex, 'reconciling', GOING, ['InProgress'], { phase: 'Copying' }),
  state(reindex, 'reconciling', 'InProgress', GOING, {
    name: 'cutting-over',
    phase: 'CuttingOver',
    conditions: [extra('WritesBlocked', 'CutOver')],
  }),
  ...each(
    reindex,
    'reconciling',
    GOING,
    [...CONNECTION, 'MissingPrivileges', 'WaitingForTurn', 'NotSynced'],
    {
      phase: 'Pending',
    },
  ),
  ...each(reindex, 'reconciling', GOING, ['TaskLost', 'WaitingForHealth', 'DiskFull'], { phase: 'Copying' }),
  state(reindex, 'reconciling', 'WaitingForApproval', HELD, {
    phase: 'AwaitingApproval',
    conditions: [extra('ApprovalRequired', 'WaitingForApproval')],
  }),
  state(reindex, 'ready', 'Completed', DONE, {
    phase: 'Completed',
    conditions: [extra('Complete', 'Completed')],
  }),
  state(reindex, 'ready', 'Completed', DONE, {
    name: 'rollback-window',
    phase: 'RollbackWindow',
    conditions: [extra('Complete', 'Completed'), extra('WritesBlocked', 'RollbackWindow')],
  }),
  state(reindex, 'ready', 'Planned', DONE, { phase: 'Planned' }),
  ...[
    'PreflightFailed',
    'MappingConflict',
    'ScriptFailed',
    'ForeignDestination',
    'SourceChanged',
    'AliasConflict',
    'TurnLost',
    'VerificationFailed',
    'DocumentFailures',
    'WriteOutageExceeded',
    'NoProgress',
  ].map((reason) =>
    state(reindex, 'stalled', reason, BROKEN, { phase: 'Failed', conditions: [extra('Failed', reason)] }),
  ),
  state(reindex, 'stalled', 'Cancelled', BROKEN, { phase: 'Cancelled' }),
  ...each(reindex, 'reconciling', GOING, ['Deleting'], { phase: 'Cancelled' }),
  state(reindex, 'stalled', 'RolledBack', BROKEN, {
    phase: 'RolledBack',
    conditions: [extra('Complete', 'RolledBack', 'False')],
  }),

  ...common(schedule, 'Succeeded'),
  ...each(schedule, 'ready', DONE, ['Succeeded', 'InProgress'], { conditions: [extra('Healthy', 'Fresh')] }),
  ...each(schedule, 'ready', DONE, ['Waiting'], {
    conditions: [extra('Healthy', 'NeverSucceeded', 'Unknown')],
  }),
  state(schedule, 'ready', 'Succeeded', ALARMED, {
    name: 'not-restorable',
    message: said('RestoreCheckFailed'),
    conditions: [extra('Healthy', 'Fresh'), extra('Restorable', 'RestoreCheckFailed', 'False')],
  }),
  state(schedule, 'reconciling', 'SnapshotFailed', SICK, {
    name: 'stale',
    message: said('Stale'),
    conditions: [extra('Healthy', 'Stale', 'False')],
  }),
  ...each(
    schedule,
    'reconciling',
    GOING,
    [
      ...CONNECTION,
      'SnapshotFailed',
      'SnapshotPartial',
      'SnapshotEmpty',
      'DeadlineExceeded',
      'ClockSkew',
      'RepositoryMissing',
      'RepositoryReadOnly',
      'RepositoryUnverified',
      'RepositoryShared',
      'RepositoryUnreadable',
      'WaitingForTurn',
      'MissingPrivileges',
      'Deleting',
    ],
    { conditions: [extra('Healthy', 'Fresh')] },
  ),

  ...common(policy, 'Maintained'),
  ...each(policy, 'ready', DONE, ['Planned', 'Scheduled', 'Maintained', 'Running']),
  state(policy, 'reconciling', 'ApprovalRequired', HELD, {
    message: said('WaitingForApproval'),
    conditions: [extra('ApprovalRequired', 'WaitingForApproval')],
  }),
  ...each(policy, 'reconciling', GOING, [
    ...CONNECTION,
    'MissingPrivileges',
    'ClockSkew',
    'SnapshotMissing',
    'ActionFailed',
    'NotSynced',
    'WaitingForTurn',
    'ArchivalHindered',
  ]),
  ...each(policy, 'stalled', BROKEN, ['Conflict', 'LimitExceeded']),
];
