import type { ConditionDoc } from './shared.ts';

/** What the conditions of a SnapshotSchedule say; the text of the reference. */
export const snapshotScheduleConditions: readonly ConditionDoc[] = [
  {
    type: 'Ready',
    description: 'True while the last run was a success, or none has failed yet.',
    reasons: {
      Succeeded: 'The last snapshot is a success: complete, and with every index that existed.',
      Waiting: 'No snapshot has been made yet: no slot has come, or those that came were missed.',
      InProgress: 'A snapshot is running, or about to begin; the message says which.',
      SnapshotFailed: 'The last snapshot failed, was lost or could not begin; the message says why.',
      SnapshotPartial: 'The last snapshot lacks shards or indexes; the message names them.',
      SnapshotEmpty: 'The last snapshot holds nothing: spec.indices and spec.exclude leave no index.',
      DeadlineExceeded: 'A snapshot has run longer than spec.deadline.',
      ClockSkew:
        'A snapshot seems to have run longer than spec.deadline, but clocks differ by more than a minute, so its age is unknown.',
      RepositoryMissing: 'The repository is not registered in Elasticsearch.',
      RepositoryReadOnly: 'The repository is registered as read-only.',
      RepositoryUnverified: 'A node cannot write to the repository.',
      RepositoryShared:
        'Elasticsearch has disabled the repository: another cluster writes to it, or its files were changed.',
      RepositoryUnreadable: 'The contents of the repository cannot be listed.',
      Retrying:
        'Elasticsearch or the repository could not be read, or a snapshot was not begun in time; the operator tries again with back-off.',
      WaitingForTurn:
        'As many repositories as the connection allows are being written, or Elasticsearch begins no snapshot at present.',
      MissingPrivileges:
        'The login of the connection lacks a privilege; the message names the request and, where Elasticsearch does, the privilege. The operator tries again with back-off.',
      ConnectionNotFound:
        'The ElasticsearchConnection does not exist, or the operator does not watch its namespace.',
      NotGranted: 'The connection does not grant this operation on these names to this namespace.',
      ConnectionNotReady: 'The connection is not ready; its own conditions say why.',
      ConnectionSuspended: 'The connection is suspended, and with it everything that uses it.',
      InvalidSpec: 'The spec cannot be used; the message names the field.',
      Suspended: 'spec.suspend stops the schedule.',
      Deleting: 'The object is being deleted.',
    },
  },
  {
    type: 'Healthy',
    description: 'Whether the newest success is recent enough. Use this condition for alerts.',
    reasons: {
      Fresh: 'The newest success is younger than spec.staleAfter.',
      Stale:
        'The newest success is older than spec.staleAfter; retention deletes nothing until there is a newer one.',
      NeverSucceeded:
        'There is no success: Unknown until one is overdue, False from then on. Retention deletes nothing.',
      ClockSkew:
        'The clocks of the operator and the API server differ by more than a minute, so the age of the newest success is unknown: the condition stays as it was.',
    },
  },
  {
    type: 'Restorable',
    description: 'The result of the last restore check; absent without spec.restoreCheck.',
    reasons: {
      RestoreCheckPassed: 'A sample was restored and is equal to the original.',
      RestoreCheckFailed: 'A sample could not be restored, or differs.',
      RestoreCheckSkipped: 'Nothing could be checked; the message says why.',
      RestoreCheckPending: 'No restore check was due yet, or the first one is running.',
    },
  },
  {
    type: 'Suspended',
    description: 'True while spec.suspend stops the schedule.',
    reasons: { Suspended: 'spec.suspend is true.' },
  },
];
