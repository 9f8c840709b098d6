import type { ConditionDoc } from './shared.ts';

/** What the conditions of a ReindexRequest say; the text of the reference. */
export const reindexRequestConditions: readonly ConditionDoc[] = [
  {
    type: 'Ready',
    description: 'True when the copy is complete, or the plan of a dry run is written.',
    reasons: {
      Completed: 'The copy is complete, and the aliases have moved, if any were to move.',
      Planned: 'The plan of the dry run is in status.plan.',
      InProgress: 'The copy is running.',
      NotSynced:
        'The operator cannot list all requests yet, and others may go first: the copy does not start.',
      ConnectionNotFound:
        'The ElasticsearchConnection does not exist, or the operator does not watch its namespace.',
      NotGranted: 'The connection does not grant this operation on these names to this namespace.',
      ConnectionNotReady: 'The connection is not ready; its own conditions say why.',
      ConnectionSuspended: 'The connection is suspended, and with it everything that uses it.',
      WaitingForTurn:
        'Another request goes first: it uses the last place on the connection, or the same source, destination or alias. status.turn names it.',
      TurnLost:
        'This operator gave no sign of life for ten minutes, and another request has taken over. No alias was moved.',
      PreflightFailed: 'A check before the copy failed; the message names it.',
      MappingConflict: 'Documents do not fit the mappings of the destination.',
      ScriptFailed: 'The script does not compile, fails, or changes _id, _routing or _index.',
      ForeignDestination: 'The destination exists without the mark of this request; somebody may need it.',
      SourceChanged:
        'The source is no longer the index of the plan, its write block was lifted by somebody else, or it has taken writes behind the block.',
      AliasConflict:
        'The aliases were changed by somebody else, or Elasticsearch refuses their definitions for the destination.',
      VerificationFailed: 'Source and destination differ after the copy; no alias was moved.',
      DocumentFailures: 'Documents could not be written; status.failures lists the first ten.',
      TaskLost: 'A task ended early or vanished; its part is copied again after a pause.',
      WaitingForHealth:
        'An index of the copy is red, or a node does not report its tasks: no part of the copy starts meanwhile.',
      WaitingForApproval:
        'The copy is caught up; the annotation es-steward.dev/approve with the hash of status.plan lets the aliases move.',
      WriteOutageExceeded:
        'The rest could not be copied and the aliases could not be moved within maxWriteOutage. The write block is lifted.',
      DiskFull:
        'The data nodes have too little free space for the copy, or Elasticsearch refuses writes because a disk is full; the message says how much is missing.',
      MissingPrivileges:
        'The login of the connection lacks a privilege; the message names the request and, where Elasticsearch does, the privilege. The operator tries again with back-off.',
      NoProgress: 'A part of the copy was started a dozen times and never succeeded.',
      Suspended: 'spec.suspend stops the copy.',
      Cancelled:
        'spec.cancel ended the request; everything is undone, except for the indexes of a series that are done.',
      Deleting: 'The object is being deleted; what it held in Elasticsearch is let go.',
      RolledBack: 'The aliases lead to the source again, as the annotation es-steward.dev/rollback asked.',
    },
  },
  {
    type: 'Complete',
    description:
      'True when the copy is complete and its aliases have moved, if any were to move; False after they were moved back.',
    reasons: {
      Completed: 'The copy is complete; its aliases have moved, if any were to move.',
      RolledBack: 'The aliases were moved back.',
    },
  },
  {
    type: 'Failed',
    description: 'True when the request has failed; its reason is that of Ready.',
    reasons: {},
  },
  {
    type: 'Suspended',
    description: 'True while spec.suspend stops the copy.',
    reasons: { Suspended: 'spec.suspend is true.' },
  },
  {
    type: 'ApprovalRequired',
    description: 'True while the copy waits for approval; the message carries the hash.',
    reasons: { WaitingForApproval: 'The plan in status.plan must be approved.' },
  },
  {
    type: 'QuarantinedDocuments',
    description: 'True when the copy leaves out documents that could not be written.',
    reasons: { DocumentFailures: 'The index {destination}-error has them with their causes.' },
  },
  {
    type: 'WritesBlocked',
    description: 'True while this request blocks writes to an index.',
    reasons: {
      CutOver: 'The last changes are copied and the aliases move; it takes about a second.',
      BlockFirst: 'The source takes no writes until the aliases have moved.',
      RollbackWindow:
        'The source takes no writes until status.rollbackUntil, or until it is deleted after that, so that a rollback loses nothing; or the destination takes none while the aliases move back, and once they have until you delete it.',
    },
  },
  {
    type: 'RollbackRefused',
    description: 'True when a rollback was requested and could not be done; the message says why.',
    reasons: {
      NewWrites:
        'The destination has taken writes that the source does not have; status.newWrites counts them.',
      DestinationInUse: 'Another request copies the destination.',
      SourceClosed: 'The old index is closed, so it could not serve.',
      DestinationClosed: 'The new index is closed, so its new writes cannot be counted.',
      SourceReadOnly: 'Somebody has made the old index read-only, so it takes no alias.',
      DestinationReadOnly: 'Somebody has made the new index read-only, so no alias can be removed from it.',
      DestinationUnhealthy:
        'Not every shard of the new index is started, so its new writes cannot be counted.',
      NotInTime:
        'The aliases could not be moved within 30 s, or maxWriteOutage if that is more. The new index takes writes again.',
      AliasRefused: 'Elasticsearch refuses an alias for the old index, because of its filter.',
      MissingPrivileges: 'The user of the connection may not move the aliases.',
      SourceGone: 'The old index was deleted during the rollback window.',
      DestinationGone: 'The new index was deleted during the rollback window.',
      AliasesGone: 'During the rollback window the aliases were moved on, or removed from the new index.',
      WindowClosed: 'The rollback window is over, or there was none.',
    },
  },
  {
    type: 'WritesAfterFence',
    description:
      'True when the source took writes after the move, because somebody lifted its write block. The destination does not have them, and the source is not deleted.',
    reasons: { SourceMoved: 'The sequence numbers of the source are higher than those that were copied.' },
  },
  {
    type: 'SettingsRefused',
    description:
      'True when Elasticsearch has refused settings that the destination was to get after the move; the message names them.',
    reasons: { SettingsLacking: 'The destination serves without these settings.' },
  },
];
