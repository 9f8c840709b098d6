import type { ConditionDoc } from './shared.ts';

/** What the conditions of an IndexMaintenancePolicy say; the text of the reference. */
export const indexMaintenancePolicyConditions: readonly ConditionDoc[] = [
  {
    type: 'Ready',
    description: 'True after a pass without a fault; with DryRun, when the plan is in status.',
    reasons: {
      Planned: 'The plan is in status; mode DryRun does nothing about it.',
      Scheduled: 'The plan is carried out at the next time of the schedule.',
      Maintained: 'The last run did everything that was due.',
      Running: 'A run is under way.',
      ApprovalRequired: 'The plan waits for approval of its hash.',
      LimitExceeded: 'More would be deleted than deletion.maxDeletes allows, and approval is Never.',
      ClockSkew: 'Clocks differ by more than a minute, so that no age can be relied on: nothing is changed.',
      SnapshotMissing: 'Indexes are old enough and not in a snapshot as beforeDelete wants it: they stay.',
      ActionFailed:
        'The last run could not do everything; it is tried again at the next time of the schedule.',
      WaitingForTurn:
        'As many policies as the connection allows move documents, an earlier copy is still under way, or another policy deletes or changes aliases on the cluster.',
      ArchivalHindered:
        'Documents on their way may be in their index and in the archive, and cannot go on now; the message says why.',
      Conflict:
        'Another policy would delete or archive the same index, archives into the same one, or manages the same alias: neither acts.',
      NotSynced:
        'Not every policy, request, schedule and connection can be listed, so that others may stand against what is due: nothing is done.',
      ConnectionNotFound:
        'The ElasticsearchConnection does not exist, or the operator does not look after its namespace.',
      NotGranted: 'The connection grants this namespace no such use of these names.',
      ConnectionNotReady: 'The connection is not ready; its own conditions say why.',
      ConnectionSuspended: 'The connection is suspended, and with it everything that uses it.',
      Suspended: 'spec.suspend stops the policy.',
    },
  },
  {
    type: 'ApprovalRequired',
    description: 'True while a plan waits for approval; the message carries its hash.',
    reasons: { WaitingForApproval: 'Annotate with the hash, or put it into deletion.approvedPlan.' },
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
