import type { ConditionDoc } from './shared.ts';

/** What the conditions of a ReindexRequest say; the text of the reference. */
export const reindexRequestConditions: readonly ConditionDoc[] = [
  {
    type: 'Ready',
    description: 'True when the copy is complete, or the plan of a dry run is written.',
    reasons: {
      Completed: 'Everything is copied and the aliases have moved.',
      Planned: 'The plan of the dry run is in status.plan.',
      InProgress: 'The copy runs.',
      NotSynced: 'Not every request can be listed, so that others may go first: it is not begun.',
      ConnectionNotFound:
        'The ElasticsearchConnection does not exist, or the operator does not look after its namespace.',
      NotGranted: 'The connection grants this namespace no such use of these names.',
      ConnectionNotReady: 'The connection is not ready; its own conditions say why.',
      ConnectionSuspended: 'The connection is suspended, and with it everything that uses it.',
      WaitingForTurn:
        'Another request goes first: for a place on the connection, or on the same source, destination or alias; status.turn names it.',
      TurnLost:
        'This operator gave no sign of life for ten minutes, and another request has taken over; no alias was moved.',
      PreflightFailed: 'A check before the copy failed; the message names it.',
      MappingConflict: 'Documents do not fit the mappings of the destination.',
      ScriptFailed: 'The script does not compile, fails, or changes what it must not.',
      ForeignDestination: 'The destination exists and is not the work of this request.',
      SourceChanged: 'The source is not the index any more that was planned.',
      AliasConflict:
        'The aliases were changed by somebody else, or Elasticsearch refuses their definitions for the destination.',
      VerificationFailed: 'Source and destination differ after the copy; no alias was moved.',
      DocumentFailures: 'Documents could not be written; status.failures lists the first ten.',
      TaskLost: 'A task of Elasticsearch ended early or vanished; its part is copied again after a pause.',
      WaitingForHealth:
        'An index of the copy is red, or a node does not say which tasks it runs: no part of the copy is begun meanwhile.',
      WaitingForApproval:
        'The copy is caught up; the annotation es-steward.dev/approve with the hash of status.plan lets the aliases move.',
      WriteOutageExceeded:
        'Within maxWriteOutage the rest could not be copied and the aliases could not move; writes are free again.',
      DiskFull:
        'The data nodes have too little free space for the copy, or Elasticsearch refuses writes because a disk is full; the message says how much is missing.',
      NoProgress: 'A part of the copy never ended well, however often it was begun.',
      Suspended: 'spec.suspend stops the copy.',
      Cancelled:
        'spec.cancel ended the request; everything it made is undone, but for the indexes of a series that are done.',
      RolledBack: 'The aliases lead to the source again, as the annotation es-steward.dev/rollback asked.',
    },
  },
  {
    type: 'Complete',
    description: 'True from the move of the aliases on; False once they were moved back.',
    reasons: { Completed: 'The aliases have moved.', RolledBack: 'The aliases were moved back.' },
  },
  {
    type: 'Failed',
    description: 'True when the request has failed for good; its reason is that of Ready.',
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
    reasons: { WaitingForApproval: 'The plan in status.plan is to be approved.' },
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
        'The source takes no writes until status.rollbackUntil, or its deletion after that, so that a rollback loses nothing; or the destination takes none while the aliases move back.',
    },
  },
  {
    type: 'RollbackRefused',
    description: 'True when a rollback was asked for that could not be done; the message says why.',
    reasons: {
      NewWrites:
        'The destination has taken writes that the source does not have; status.newWrites counts them.',
      DestinationInUse: 'Another request copies the destination.',
      SourceClosed: 'The old index is closed: it could not serve.',
      DestinationClosed: 'The new index is closed: nobody can tell what it has taken since.',
      SourceReadOnly: 'Somebody has made the old index read-only: it takes no alias.',
      DestinationReadOnly: 'Somebody has made the new index read-only: no alias can be taken from it.',
      DestinationUnhealthy: 'Not every shard of the new index is started: nobody can tell what it has taken.',
      NotInTime:
        'The aliases could not be moved within 30 s, or maxWriteOutage where that is more; the new index takes writes again.',
      AliasRefused: 'Elasticsearch refuses an alias for the old index, because of its filter.',
      MissingPrivileges: 'The user of the connection may not move the aliases.',
      WindowClosed: 'The rollback window is over, or there was none.',
    },
  },
  {
    type: 'WritesAfterFence',
    description:
      'True when the source took writes behind the write block, because somebody lifted it; the destination does not have them, and the source is not deleted.',
    reasons: { SourceMoved: 'The sequence numbers of the source went past those that were copied.' },
  },
];
