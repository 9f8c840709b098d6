/** What to do about a reason: one table for `status` and for docs/troubleshooting.md, which a test compares with it. */
export interface Cure {
  /** Whether a person must act, or time is enough. */
  readonly by: 'person' | 'time';
  /** One sentence or two. */
  readonly cure: string;
}

const person = (cure: string): Cure => ({ by: 'person', cure });
const time = (cure: string): Cure => ({ by: 'time', cure });

/** By the reason of Ready, Stalled, or of another condition that tells of trouble. */
export const CURES: Readonly<Record<string, Cure>> = {
  // Connections
  Unreachable: person(
    'See whether the address is right, the cluster is up and no NetworkPolicy is in the way.',
  ),
  AuthenticationFailed: person(
    'Correct the Secret that the message names; it is read again within 30 seconds.',
  ),
  TLSInvalid: person(
    'Name the authority that signed the certificate in tls.caSecretRef, or its name in tls.serverName.',
  ),
  SecretNotFound: person('Create the Secret or ConfigMap that the message names, or the key in it.'),
  MissingPrivileges: person(
    'Give the login the privilege that the message names; status.missingPrivileges of the connection lists what else it lacks.',
  ),
  ClusterChanged: person(
    'See which cluster answers there. If it is the right one, annotate es-steward.dev/accept-cluster with the uuid of the message.',
  ),
  UnsupportedVersion: person('Upgrade the cluster or the operator: docs/support.md lists what is supported.'),
  EndpointRefused: person(
    "Name the cluster's own address, or ask whoever runs the operator to allow it by --allowed-endpoints.",
  ),
  Red: person('Ask Elasticsearch which primary shard is missing, and why: GET _cluster/allocation/explain.'),
  NotObserved: time('The last look at the cluster did not get that far: see Ready of the connection.'),
  // What everything that uses a connection may wait for
  ConnectionNotFound: person(
    'Create the ElasticsearchConnection, in a namespace that the operator looks after (watchNamespaces of its chart), or correct spec.connectionRef in a new object.',
  ),
  ConnectionNotReady: person('See the ElasticsearchConnection: its own condition Ready says why.'),
  ConnectionSuspended: person(
    'Set spec.suspend of the ElasticsearchConnection to false when work may go on.',
  ),
  NotGranted: person(
    'Add operation and name of the message to the grants of the connection, in its namespace.',
  ),
  InvalidSpec: person('Correct the field that the message names.'),
  Suspended: person('Set spec.suspend to false when it may go on.'),
  Paused: person(
    'The kill switch of the operator is on. When work may go on, set paused to "false" in its ConfigMap, and the value paused of its chart to false if that says true.',
  ),
  Retrying: time(
    'It is tried again by itself, at most 5 minutes later. If it lasts, see the log of the operator.',
  ),
  WaitingForTurn: time(
    'It goes on when what the message names is done; maxConcurrentOperations of the connection sets the number.',
  ),
  NotSynced: person(
    'Let the operator list and watch what the message names: apply the CRDs, restore its RoleBinding, or take a namespace that is gone out of watchNamespaces of its chart.',
  ),
  NewerStatus: person(
    'A newer operator has written the status: run that version, which the message names, or a newer one.',
  ),
  InProgress: time('It goes on by itself.'),
  Running: time('It goes on by itself.'),
  Deleting: time(
    'What it holds in Elasticsearch is let go, then the object goes, after 2 minutes at the latest.',
  ),
  // Copies
  PreflightFailed: person(
    'Correct what the message names, then annotate es-steward.dev/retry, or make a new request.',
  ),
  MappingConflict: person(
    'Correct destination or transform in a new request; status.failures shows the documents.',
  ),
  ScriptFailed: person('Correct transform.script in a new request.'),
  ForeignDestination: person(
    'Delete the destination and annotate es-steward.dev/retry, or choose another name in a new request.',
  ),
  SourceChanged: person('Find out who changed the source, then annotate es-steward.dev/retry.'),
  AliasConflict: person(
    'Put the alias back or correct what the message names, then annotate es-steward.dev/retry, or correct spec.aliases or the mappings in a new request.',
  ),
  TurnLost: person(
    'See why the operator gave no sign of life; annotate es-steward.dev/retry when the other request has ended.',
  ),
  VerificationFailed: person(
    'Compare status.verification, and see that nobody else writes to the destination; then annotate es-steward.dev/retry.',
  ),
  DocumentFailures: person(
    'See the index {destination}-error; correct the documents and annotate es-steward.dev/retry, or use onDocumentFailure: Quarantine in a new request.',
  ),
  DiskFull: person('Make room on the nodes of Elasticsearch, or add one; it goes on by itself.'),
  TaskLost: time(
    'The part is begun again after a pause. If it happens again and again, see the health of the cluster.',
  ),
  WaitingForHealth: person(
    'Ask GET _cluster/allocation/explain what keeps the shard from starting; the copy goes on by itself.',
  ),
  WaitingForApproval: person('Look at the plan, then approve exactly it.'),
  WriteOutageExceeded: person(
    'Try when fewer writes come in, or allow a longer maxWriteOutage in a new request.',
  ),
  NoProgress: person('See health and log of Elasticsearch, then annotate es-steward.dev/retry.'),
  Cancelled: time(
    'It was cancelled: everything is as it was, but for the indexes of a series that were done before.',
  ),
  RolledBack: time('The aliases lead to the source again. Delete the destination when it is not needed.'),
  NewWrites: person(
    'A rollback would lose these writes. If they may be lost: rollback with --discard-new-writes.',
  ),
  DestinationInUse: person(
    'Another request copies the destination: cancel it, or wait for its end; then ask again.',
  ),
  SourceClosed: person('Open the index that the message names, then ask again.'),
  DestinationClosed: person('Open the index that the message names, then ask again.'),
  SourceReadOnly: person('Lift the block that the message names from the old index, then ask again.'),
  DestinationReadOnly: person('Lift the block that the message names from the new index, then ask again.'),
  DestinationUnhealthy: person('See GET _cluster/allocation/explain for the new index, then ask again.'),
  NotInTime: person('See the log of the operator and whether the connection is Ready, then ask again.'),
  AliasRefused: person('Correct the filter of the alias on the new index, then ask again.'),
  WindowClosed: person('The rollback window is over: copy back with a new request.'),
  SourceMoved: person(
    'The source holds writes that the destination does not have: see the guide, "The way back".',
  ),
  // Snapshots
  RepositoryMissing: person('Register the repository in Elasticsearch, or correct spec.repository.'),
  RepositoryReadOnly: person('Register the repository without readonly, in one cluster only.'),
  RepositoryUnverified: person(
    'Ask which node cannot write to it, and why: POST _snapshot/REPOSITORY/_verify.',
  ),
  RepositoryShared: person('See that no other cluster writes to the repository, then register it again.'),
  RepositoryUnreadable: person('See the log of Elasticsearch.'),
  SnapshotFailed: person(
    'The message and status.lastSnapshot say why. It is tried again as backoffLimit says, and at the next slot.',
  ),
  SnapshotPartial: person(
    'See status.lastSnapshot.failures: these shards or indexes are not in the snapshot.',
  ),
  SnapshotEmpty: person('Correct spec.indices and spec.exclude: nothing matches.'),
  DeadlineExceeded: person(
    'See what the snapshot does: GET _snapshot/REPOSITORY/NAME/_status. It goes on, unless abortOnDeadline is set.',
  ),
  Stale: person('See why there is no newer success: condition Ready and status.history.'),
  NeverSucceeded: person('There is no success yet: condition Ready and status.history say why.'),
  RestoreCheckFailed: person(
    'See status.lastRestoreCheck. The next snapshot does not repair a damaged file: use another repository.',
  ),
  RestoreCheckSkipped: time('status.lastRestoreCheck says why nothing could be checked.'),
  RestoreCheckPending: time('No restore check was due yet.'),
  // Policies
  ApprovalRequired: person('Look at the plan, then approve exactly it.'),
  LimitExceeded: person('Raise deletion.maxDeletes, or let deletion.approval be OnLimit.'),
  ClockSkew: person(
    'Mend the clocks: those of operator, API server and Elasticsearch differ. Nothing is changed until then.',
  ),
  SnapshotMissing: person('Make a snapshot of the indexes that status.plan.held names.'),
  ActionFailed: person(
    'status.lastRun counts what failed, the log of the operator says why; the next run tries again.',
  ),
  ArchivalHindered: person(
    'Put right what the message names: documents that may be in the archive and in their index go on a minute later.',
  ),
  Conflict: person(
    'Let only one of the policies that the message names match the index, archive or alias. Neither acts until then.',
  ),
  SameIndex: person('Let only one policy match the index.'),
  SameAlias: person('Let only one policy manage the alias.'),
  SameArchive: person('Give each policy an archive.destination of its own.'),
};
