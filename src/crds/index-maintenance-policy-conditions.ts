import type { ConditionDoc } from './shared.ts';

/** What the conditions of an IndexMaintenancePolicy say; the text of the reference. */
export const indexMaintenancePolicyConditions: readonly ConditionDoc[] = [
  {
    type: 'Ready',
    description:
      'True when the last run, if there was one, had no failure; with DryRun, when the plan is in status and no archival batch is unfinished.',
    reasons: {
      Planned: 'The plan is in status; mode DryRun does not carry it out.',
      Scheduled: 'The plan is carried out at the next time of the schedule.',
      Maintained: 'The last run did everything that was due.',
      Running: 'A run is in progress.',
      ApprovalRequired: 'The plan waits for approval of its hash.',
      LimitExceeded: 'More would be deleted than deletion.maxDeletes allows, and approval is Never.',
      ClockSkew: 'Clocks differ by more than a minute, so that ages are not reliable: nothing is changed.',
      SnapshotMissing:
        'Expired indexes are kept, because no snapshot that beforeDelete accepts contains them.',
      ActionFailed:
        'The last run could not do everything, or an alias cannot be as the policy says; the next run tries again.',
      WaitingForTurn:
        'Other policies use all places for archival on the connection, an earlier copy is still running, or another policy deletes or changes aliases on the cluster.',
      ArchivalHindered:
        'An archival batch is interrupted, so documents may be both in their index and in the archive; the message says why.',
      Conflict:
        'Another policy would delete or archive the same index, archives into the same one, or manages the same alias: neither acts.',
      NotSynced:
        'The operator cannot list all policies, requests, schedules and connections yet, and some may conflict with this policy: nothing is done.',
      MissingPrivileges:
        'The login of the connection lacks a privilege; the message names the request and, where Elasticsearch does, the privilege. The operator tries again with back-off.',
      ConnectionNotFound:
        'The ElasticsearchConnection does not exist, or the operator does not watch its namespace.',
      NotGranted: 'The connection does not grant this operation on these names to this namespace.',
      ConnectionNotReady: 'The connection is not ready; its own conditions say why.',
      ConnectionSuspended: 'The connection is suspended, and with it everything that uses it.',
      Suspended: 'spec.suspend stops the policy.',
    },
  },
  {
    type: 'ApprovalRequired',
    description: 'True while a plan waits for approval; the message contains its hash.',
    reasons: {
      WaitingForApproval:
        'Approve with the annotation es-steward.dev/approve, or with deletion.approvedPlan.',
    },
  },
  {
    type: 'Conflict',
    description:
      'True while another policy would delete or archive the same index, archives into the same one, or manages the same alias.',
    reasons: {
      SameIndex: 'Both would delete one index or move its documents.',
      SameAlias: 'Both manage one alias.',
      SameArchive: 'Both move documents into one archive.',
    },
  },
  {
    type: 'Suspended',
    description: 'True while spec.suspend stops the policy.',
    reasons: { Suspended: 'spec.suspend is true.' },
  },
];
