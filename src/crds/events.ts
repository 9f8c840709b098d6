import { elasticsearchConnection } from './elasticsearch-connection.ts';
import { indexMaintenancePolicy } from './index-maintenance-policy.ts';
import { reindexRequest } from './reindex-request.ts';
import type { ReindexRequest } from './reindex-request.ts';
import type { KindDefinition } from './shared.ts';
import { snapshotSchedule } from './snapshot-schedule.ts';

/** An Event that tells of objects of a kind; the text of the reference. */
export interface EventDoc {
  readonly reason: string;
  readonly type: string;
  readonly meaning: string;
  /** Absent: nothing is to be done, or what is to be done about the condition of that reason. */
  readonly cure?: string;
}

const normal = (reason: string, meaning: string, cure?: string): EventDoc => ({
  reason,
  type: 'Normal',
  meaning,
  ...(cure !== undefined && { cure }),
});
const warning = (reason: string, meaning: string, cure?: string): EventDoc => ({
  ...normal(reason, meaning, cure),
  type: 'Warning',
});

/** An Event may have the reason that `Ready` takes, and then says the same. */
function ofReady(
  { kind, conditions }: KindDefinition<unknown, unknown>,
  type: string,
  reasons: readonly string[],
): readonly EventDoc[] {
  const ready = conditions.find((condition) => condition.type === 'Ready')?.reasons ?? {};
  return reasons.map((reason) => {
    const meaning = ready[reason];
    if (meaning === undefined) throw new Error(`Ready of ${kind} has no reason ${reason}.`);
    return { reason, type, meaning };
  });
}

const connectionEvents: readonly EventDoc[] = [
  ...ofReady(elasticsearchConnection, 'Normal', ['Connected', 'Suspended']),
  ...ofReady(elasticsearchConnection, 'Warning', [
    'Unreachable',
    'AuthenticationFailed',
    'TLSInvalid',
    'SecretNotFound',
    'MissingPrivileges',
    'ClusterChanged',
    'UnsupportedVersion',
    'EndpointRefused',
    'InvalidSpec',
  ]),
  warning(
    'ClusterRed',
    'A primary shard is missing.',
    'Ask Elasticsearch which one, and why: GET _cluster/allocation/explain.',
  ),
  normal('ClusterRecovered', 'No primary shard is missing any more.'),
];

type Phase = NonNullable<NonNullable<ReindexRequest['status']>['phase']>;

/** Each phase is told when it begins; the last three by the reason of `Ready` instead. */
const phases: Readonly<Record<Exclude<Phase, 'Failed' | 'Cancelled' | 'RolledBack'>, string>> = {
  Pending: 'The request waits for its turn.',
  Validating: 'Everything is checked before anything is created.',
  Preparing: 'The destination is created.',
  Fencing: 'Writes to the source are blocked, until the aliases have moved.',
  Copying: 'The documents are copied.',
  CatchingUp: 'Changes since the last round are copied, round after round.',
  AwaitingApproval: 'The copy is caught up and waits for approval.',
  Hardening: 'The destination gets its replicas.',
  Reconciling: 'The last changes are copied, while writes are blocked.',
  Verifying: 'Source and destination are compared.',
  CuttingOver: 'The aliases move.',
  RollbackWindow: 'The aliases have moved; until status.rollbackUntil they can be moved back.',
  CleaningUp: 'What the copy has changed on the source is undone, or the source is deleted.',
  Completed: 'The request is complete.',
  Planned: 'The plan of the dry run is written.',
};

const requestEvents: readonly EventDoc[] = [
  ...Object.entries(phases).map(([phase, meaning]) =>
    phase === 'AwaitingApproval'
      ? normal(phase, meaning, 'Look at the plan, then approve exactly this plan.')
      : normal(phase, meaning),
  ),
  ...ofReady(reindexRequest, 'Normal', ['Cancelled', 'Deleting', 'RolledBack']),
  ...ofReady(reindexRequest, 'Warning', [
    'NotGranted',
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
  ]),
  normal(
    'DestinationRecreated',
    'The unfinished copy of an earlier attempt, or of a request that is gone, is deleted and made anew.',
  ),
  warning(
    'RollbackRefused',
    'The aliases were not moved back; the condition of that name says why.',
    'See the reasons of the condition RollbackRefused.',
  ),
  warning(
    'WritesAfterFence',
    'The source has taken writes that the destination does not have, because somebody lifted the write block.',
    'The source is not deleted: docs/runbooks/EsStewardWritesAfterFence.md says how to find and copy these writes.',
  ),
  warning(
    'SettingsRefused',
    'Elasticsearch has refused settings that the destination was to get after the move; it serves without them.',
    'Set those that the note names with PUT /DESTINATION/_settings, to values that Elasticsearch accepts.',
  ),
  normal('SourceDeleted', 'The source was deleted, because sourceAfter.policy is Delete.'),
  warning(
    'SourceKept',
    'The source should have been deleted and is kept for good; status.sourceKept says why.',
    'Delete it yourself when nothing needs it.',
  ),
  warning(
    'IndexGone',
    'An index of a series was gone before it was copied; the series goes on without it.',
    'Find out who deleted it, if you need it.',
  ),
];

const scheduleEvents: readonly EventDoc[] = [
  normal('SnapshotSucceeded', 'A snapshot is complete.'),
  ...ofReady(snapshotSchedule, 'Normal; Warning after the last try of a slot', [
    'SnapshotFailed',
    'SnapshotPartial',
    'SnapshotEmpty',
  ]),
  ...ofReady(snapshotSchedule, 'Warning', [
    'NotGranted',
    'DeadlineExceeded',
    'RepositoryMissing',
    'RepositoryReadOnly',
    'RepositoryUnverified',
    'RepositoryShared',
    'RepositoryUnreadable',
  ]),
  normal('RepositoryUsable', 'The repository is registered again, and not as read-only.'),
  warning(
    'BackupStale',
    'The newest success is older than spec.staleAfter; retention deletes nothing until there is a newer one.',
    'Find out why there is no newer success: see the condition Ready and status.history.',
  ),
  normal('BackupFresh', 'There is a recent success again.'),
  warning(
    'SnapshotUnreadable',
    'A file of a snapshot in the repository is missing or damaged. That snapshot does not count and is not deleted.',
    'See status.unreadable. Restore the file, or delete the snapshot; if it was yours, make sure that there is a newer one.',
  ),
  normal('SlotsMissed', 'Slots of the schedule were missed and do not run any more.'),
  normal(
    'NameTaken',
    'A snapshot of somebody else, or an unreadable one, has the name; another name is used.',
  ),
  normal('SnapshotsDeleted', 'Retention has deleted expired snapshots; the note names the first three.'),
  normal('RestoreCheckPassed', 'A sample was restored and is equal to the original.'),
  normal('RestoreCheckSkipped', 'Nothing could be checked.'),
  warning('RestoreCheckFailed', 'A sample could not be restored, or differs.'),
];

const policyEvents: readonly EventDoc[] = [
  {
    reason: 'IndexesDeleted',
    type: 'Normal; Warning if some deletions failed',
    meaning:
      'A run has deleted indexes; the note contains their number, names the first ten as far as they fit, and says how many deletions failed and how many indexes were not deleted because they had changed, or may not be deleted any more.',
    cure: 'What was not deleted is judged again at the next time of the schedule; the log of the operator says why.',
  },
  normal(
    'AliasesChanged',
    'A run has changed aliases; the note contains how many memberships were added or corrected, how many were removed, and the first aliases.',
    'Each membership is named in the log of the operator.',
  ),
  normal(
    'DocumentsArchived',
    'A run has moved documents to archives; the note contains their number, that of their indexes, and the first archives.',
  ),
  normal(
    'CurrentVersionLowered',
    'An older version of a target is current again, for example after its later version was deleted. Its aliases lead to the older version, or will after the next run.',
    'If this is not what you want, move the aliases to another version, or restore the one that was deleted from a snapshot. The policy keeps aliases on the version that they lead to.',
  ),
  ...ofReady(indexMaintenancePolicy, 'Warning', [
    'NotGranted',
    'ApprovalRequired',
    'LimitExceeded',
    'Conflict',
    'ClockSkew',
    'SnapshotMissing',
    'ActionFailed',
    'ArchivalHindered',
  ]),
];

const common: readonly EventDoc[] = [
  warning(
    'CleanupAbandoned',
    'The cleanup in Elasticsearch of a deleted object kept failing for two minutes, or for 30 seconds if the deletion was ten minutes ago, and was given up.',
    'The note says why, and which index is left with a write block and how to lift it. Look also for a task and for temporary indexes.',
  ),
];

/** By kind, each of them. */
export const eventDocs: Readonly<Record<string, readonly EventDoc[]>> = {
  [elasticsearchConnection.kind]: [...connectionEvents, ...common],
  [reindexRequest.kind]: [...requestEvents, ...common],
  [snapshotSchedule.kind]: [...scheduleEvents, ...common],
  [indexMaintenancePolicy.kind]: [...policyEvents, ...common],
};
