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
  Unreachable: person('Check the address, the cluster and the NetworkPolicy between them.'),
  AuthenticationFailed: person(
    'Correct the Secret that the message names; it is read again within 30 seconds.',
  ),
  TLSInvalid: person(
    'If the server speaks plain HTTP, correct the endpoint as the message says. Otherwise name the authority that signed the certificate in tls.caSecretRef or tls.caConfigMapRef, or the name in the certificate in tls.serverName.',
  ),
  SecretNotFound: person('Create the Secret or ConfigMap that the message names, or the key in it.'),
  MissingPrivileges: person(
    'Give the login the privilege that the message names; status.missingPrivileges of the connection lists what else is missing.',
  ),
  ClusterChanged: person(
    'Find out which cluster answers there. If it is the right one, annotate es-steward.dev/accept-cluster with the uuid of the message.',
  ),
  UnsupportedVersion: person('Upgrade the cluster or the operator: docs/support.md lists what is supported.'),
  EndpointRefused: person(
    "Use the cluster's own address. One that --allowed-endpoints does not name can be added there by whoever runs the operator; one that the message says is never connected to cannot.",
  ),
  Red: person('See which primary shard is missing, and why: GET _cluster/allocation/explain.'),
  NotObserved: time(
    'The last probe of the cluster did not get that far: see the condition Ready of the connection.',
  ),
  // What everything that uses a connection may wait for
  ConnectionNotFound: person(
    'Create the ElasticsearchConnection, in a namespace that the operator watches (watchNamespaces of its chart), or correct spec.connectionRef in a new object.',
  ),
  ConnectionNotReady: person('See the condition Ready of the ElasticsearchConnection.'),
  ConnectionSuspended: person(
    'Set spec.suspend of the ElasticsearchConnection to false when work may continue.',
  ),
  NotGranted: person(
    'Add the operation and the name of the message to the grants of the connection, in its namespace.',
  ),
  InvalidSpec: person('Correct the field that the message names.'),
  Suspended: person('Set spec.suspend to false when it may continue.'),
  Paused: person(
    'The kill switch of the operator is on. When work may continue, set paused to "false" in its ConfigMap, and the value paused of its chart to false if that is true.',
  ),
  Retrying: time(
    'The operator tries again by itself, at most 5 minutes later. If it lasts, see the log of the operator.',
  ),
  WaitingForTurn: time(
    'It continues when what the message names is done; maxConcurrentOperations of the connection sets the number.',
  ),
  NotSynced: person(
    'Let the operator list and watch what the message names: apply the CRDs, restore its RoleBinding, or remove a deleted namespace from watchNamespaces of its chart.',
  ),
  NewerStatus: person(
    'A newer operator has written the status: run the version that the message names, or a newer one.',
  ),
  InProgress: time('It continues by itself.'),
  Running: time('It continues by itself.'),
  Deleting: time(
    'The operator cleans up in Elasticsearch, then the object is deleted; after 2 minutes of failed cleanup in any case. While no operator runs, or it is paused, the object waits.',
  ),
  // Copies
  PreflightFailed: person(
    'Fix what the message names, then annotate es-steward.dev/retry, or create a new request.',
  ),
  MappingConflict: person(
    'Correct destination or transform in a new request; status.failures shows the documents.',
  ),
  ScriptFailed: person('Correct transform.script or transform.renames in a new request.'),
  ForeignDestination: person(
    'Use another name in a new request. Or, if the destination has no alias and nobody needs it, delete it and annotate es-steward.dev/retry.',
  ),
  SourceChanged: person('Find out who changed the source, then annotate es-steward.dev/retry.'),
  AliasConflict: person(
    'Put the alias back or fix what the message names, then annotate es-steward.dev/retry; or correct spec.aliases or the mappings in a new request.',
  ),
  TurnLost: person(
    'Find out why the operator gave no sign of life; annotate es-steward.dev/retry when the other request has ended.',
  ),
  VerificationFailed: person(
    'Compare status.verification, and make sure that nobody else writes to the destination; then annotate es-steward.dev/retry.',
  ),
  DocumentFailures: person(
    'See the index {destination}-error; correct the documents and annotate es-steward.dev/retry, or use onDocumentFailure: Quarantine in a new request.',
  ),
  DiskFull: person('Free disk space on the Elasticsearch nodes, or add a node; it continues by itself.'),
  TaskLost: time(
    'The part is started again after a pause. If it happens again and again, see the health of the cluster.',
  ),
  WaitingForHealth: person(
    'See what keeps the shard from starting: GET _cluster/allocation/explain. The copy continues by itself.',
  ),
  WaitingForApproval: person('Look at the plan, then approve exactly this plan.'),
  WriteOutageExceeded: person(
    'Retry when fewer writes come in (annotate es-steward.dev/retry), or allow a longer maxWriteOutage in a new request.',
  ),
  NoProgress: person('See the health and the log of Elasticsearch, then annotate es-steward.dev/retry.'),
  Cancelled: time(
    'It was cancelled: everything is as it was, except for the indexes of a series that were done before.',
  ),
  RolledBack: time('The aliases lead to the source again. Delete the destination when nobody needs it.'),
  NewWrites: person(
    'A rollback would lose these writes. If they may be lost, use rollback with --discard-new-writes.',
  ),
  DestinationInUse: person(
    'Another request copies the destination: cancel it or wait for its end, then ask again.',
  ),
  SourceClosed: person('Open the index that the message names, then ask again.'),
  DestinationClosed: person('Open the index that the message names, then ask again.'),
  SourceReadOnly: person('Remove the block that the message names from the old index, then ask again.'),
  DestinationReadOnly: person('Remove the block that the message names from the new index, then ask again.'),
  DestinationUnhealthy: person('See GET _cluster/allocation/explain for the new index, then ask again.'),
  NotInTime: person('See the log of the operator, and whether the connection is Ready; then ask again.'),
  AliasRefused: person('Correct the filter of the alias on the new index, then ask again.'),
  SourceGone: person(
    'Restore the old index from a snapshot if there is one, then move the aliases by hand: POST _aliases.',
  ),
  DestinationGone: person(
    'Put the aliases back on the old index by hand: POST _aliases, with the definitions in status.plan.aliases.',
  ),
  AliasesGone: person('See where the aliases lead: GET _alias; move them by hand: POST _aliases.'),
  WindowClosed: person('The rollback window is over, or there was none: copy back with a new request.'),
  SourceMoved: person(
    'The source has writes that the destination does not have: docs/runbooks/EsStewardWritesAfterFence.md says how to find and copy them.',
  ),
  SettingsLacking: person(
    'Set what the message names with PUT /DESTINATION/_settings, to values that Elasticsearch accepts.',
  ),
  // Snapshots
  RepositoryMissing: person('Register the repository in Elasticsearch, or correct spec.repository.'),
  RepositoryReadOnly: person('Register the repository without readonly, in one cluster only.'),
  RepositoryUnverified: person(
    'See which node cannot write to it, and why: POST _snapshot/REPOSITORY/_verify.',
  ),
  RepositoryShared: person(
    'Make sure that no other cluster writes to the repository, then register it again.',
  ),
  RepositoryUnreadable: person('See the log of Elasticsearch.'),
  SnapshotFailed: person(
    'See the message and status.lastSnapshot. The operator tries again, backoffLimit times and at the next slot.',
  ),
  SnapshotPartial: person(
    'See status.lastSnapshot.failures: these shards or indexes are not in the snapshot.',
  ),
  SnapshotEmpty: person('Correct spec.indices and spec.exclude: nothing matches.'),
  DeadlineExceeded: person(
    'See its progress: GET _snapshot/REPOSITORY/NAME/_status. It continues, unless abortOnDeadline is set. To stop it, set spec.suspend first, then delete the snapshot.',
  ),
  Stale: person('Find out why there is no newer success: see the condition Ready and status.history.'),
  NeverSucceeded: person('There is no success yet: see the condition Ready and status.history.'),
  RestoreCheckFailed: person(
    'See status.lastRestoreCheck. The next snapshot does not repair a damaged file: use another repository.',
  ),
  RestoreCheckSkipped: time('See status.lastRestoreCheck: it says why nothing could be checked.'),
  RestoreCheckPending: time('No restore check was due yet, or the first one is running.'),
  // Policies
  ApprovalRequired: person('Look at the plan, then approve exactly this plan.'),
  LimitExceeded: person('Raise deletion.maxDeletes, or set deletion.approval to OnLimit.'),
  ClockSkew: person(
    'Fix the clocks: those of the operator, the API server and Elasticsearch differ. Nothing is changed until then.',
  ),
  SnapshotMissing: person('Make a snapshot of the indexes that status.plan.held names.'),
  ActionFailed: person(
    'The message names an index or alias and says why; status.lastRun counts all that failed. The next run tries again.',
  ),
  ArchivalHindered: person(
    'Remove the cause that the message names; the batch is tried again every minute. In DryRun, set spec.mode to Enforce, or delete the policy. Until then documents may be both in the archive and in their index.',
  ),
  Conflict: person(
    'Let only one of the policies that the message names match the index, archive or alias. Until then neither acts.',
  ),
  SameIndex: person('Let only one policy match the index.'),
  SameAlias: person('Let only one policy manage the alias.'),
  SameArchive: person('Give each policy its own archive.destination.'),
};
