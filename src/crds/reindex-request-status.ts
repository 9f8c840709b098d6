import { z } from 'zod';
import { freeForm, list, object, text, time } from './fields.ts';
import { copyJournal } from './reindex-request-journal.ts';
import { commonStatus } from './shared.ts';

const count = (description: string) => z.int().min(0).describe(description);
const index = (description: string) => text(255).describe(description);
const uuid = (description: string) => text(64).describe(description);
const spent = (description: string) => text(32).describe(description);

const progress = object('How far the copy is, for people.', {
  percent: z
    .int()
    .min(0)
    .max(100)
    .describe('0 to 90 is the copy, then come its proof and the move of the aliases. Never goes back.'),
  display: text(16).describe('The percentage as text, such as 63%.'),
  message: text(1024).describe('What happens now.'),
  total: count(
    'Documents to copy. Once the proof has counted them, those of the source. Of a series those of the present index, and at its end the completed ones of all.',
  ).optional(),
  completed: count(
    'Documents done, with those that later rounds add. Once the proof has counted them, those of the destination.',
  ).optional(),
  created: count('Documents created in the destination.').optional(),
  updated: count('Documents that were written again.').optional(),
  noops: count('Documents that the script left out.').optional(),
  deleted: count('Documents that the script deleted.').optional(),
  versionConflicts: count('Documents that changed during the copy.').optional(),
  quarantined: count('Documents that could not be written.').optional(),
  documentsPerSecond: count('The present speed.').optional(),
  remaining: spent('The time left, estimated, such as 4m.').optional(),
  eta: time('When it will be complete, estimated.').optional(),
  updatedTime: time('When these figures last changed.').optional(),
});

const plan = object('What was found and decided before the first effect.', {
  hash: text(128).describe('Identifies the plan.'),
  specHash: text(128).describe('Pins the spec that the plan was made for.'),
  sourceUuid: uuid('The identity of the source index.'),
  aliases: list(
    object('An alias that will be moved.', {
      name: index('The name of the alias.'),
      definition: freeForm().describe('Its whole definition, as the destination will have it.'),
    }),
  ).describe('The aliases that will move.'),
  blockedBefore: z
    .boolean()
    .describe('Whether writes to the source were blocked before this request; such a block is not lifted.'),
  sequenceNumbers: z
    .boolean()
    .describe(
      'Whether the copy can use ranges of sequence numbers; otherwise each shard is copied as a whole.',
    ),
  createdTime: time('When the plan was made.'),
  shards: count('Primary shards of the source.').optional(),
  program: count(
    'Which program the operator makes of `transform.script` and `transform.renames`: another one does not go on with the copy.',
  ).optional(),
  pipelinesHash: text(128)
    .describe('Pins `transform.pipeline` and what it calls, as they were read for the plan.')
    .optional(),
  tried: z.boolean().optional().describe('For a dry run: whether it was tried on real documents.'),
  notes: list(text(1024).describe('A note.'))
    .optional()
    .describe('What a person should know, such as a cheaper way.'),
});

const maxSeqNos = (description: string) =>
  list(
    z.int().min(-1).describe('The highest sequence number of a shard; -1 when it is empty.'),
    1024,
  ).describe(description);

const rollback = object('The move of the aliases back to the source, while it is under way.', {
  asked: text(255).describe('The value of the annotation es-steward.dev/rollback.'),
  number: count('Counts the tries; late calls of an earlier one have no effect.'),
  blockedBefore: z
    .boolean()
    .describe('Whether writes to the destination were blocked before; such a block is not lifted.'),
  verified: z
    .boolean()
    .optional()
    .describe('Whether Elasticsearch has confirmed that no write to the destination is in flight.'),
  deadline: time(
    'Until when writes to the destination may be blocked. After that the block is lifted and the rollback is refused.',
  ).optional(),
  letGo: text(64).optional().describe('Why the aliases do not move back; the rollback is being undone.'),
});

const failure = object('A document that could not be written.', {
  index: index('The index it was meant for.'),
  id: text(512).describe('The id of the document.'),
  status: z.int().min(0).max(999).optional().describe('The status of Elasticsearch.'),
  type: text(255).describe('The type of the error.'),
  reason: text(1024).describe('The error.'),
});

/** What ends a rollback window before its time. */
const WINDOW_ENDS = ['SourceGone', 'DestinationGone', 'AliasesGone'] as const;

/** Why a rollback is refused. */
export const ROLLBACK_REFUSALS = [
  'NewWrites',
  'DestinationInUse',
  'SourceClosed',
  'DestinationClosed',
  'SourceReadOnly',
  'DestinationReadOnly',
  'DestinationUnhealthy',
  'NotInTime',
  'AliasRefused',
  'MissingPrivileges',
  ...WINDOW_ENDS,
  'WindowClosed',
] as const;

const ENDS: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Cancelled', 'Planned', 'RolledBack']);

/** Whether a phase is the last: only a retry comes after it. */
export const isOver = (phase: string | undefined): boolean => phase !== undefined && ENDS.has(phase);

/** Every member is optional: a status that is lost is rebuilt from Elasticsearch. */
export const reindexRequestStatus = object('The progress of the request, and what it must remember.', {
  ...commonStatus,
  phase: z
    .enum([
      'Pending',
      'Validating',
      'Preparing',
      'Fencing',
      'Copying',
      'CatchingUp',
      'AwaitingApproval',
      'Hardening',
      'Reconciling',
      'Verifying',
      'CuttingOver',
      'RollbackWindow',
      'CleaningUp',
      'Completed',
      'Planned',
      'Failed',
      'Cancelled',
      'RolledBack',
    ])
    .optional()
    .describe('The phase of the request.'),
  lastHandledRetry: text(255)
    .optional()
    .describe('The value of the annotation es-steward.dev/retry that was last acted on.'),
  progress: progress.optional(),
  source: object('The index that is copied.', {
    index: index('Its name, also where the spec names an alias.'),
    uuid: uuid('Its identity.').optional(),
    documents: count('Its documents.').optional(),
    bytes: count('The bytes of its primary shards.').optional(),
  }).optional(),
  destination: object('The new index.', {
    index: index('Its name.'),
    uuid: uuid('Its identity.').optional(),
    documents: count('Its documents.').optional(),
  }).optional(),
  turn: object('Which request goes first, while this one waits for its turn.', {
    holder: text(1024).describe('Namespace and name of the request that goes first.'),
    place: count('Its place in the queue; 1 goes next.'),
    name: index(
      'The index or alias that it waits for; absent if it waits for a place on its connection.',
    ).optional(),
    silence: object(
      'How long locks of others were seen without a sign of life: a process that starts continues from there.',
      {
        sign: text(64).describe('Identifies the last sign of life.'),
        minutes: count('For how many minutes it was seen unchanged.'),
        seen: time('When that was last counted.'),
      },
    ).optional(),
  }).optional(),
  locks: list(index('The name of an index or alias.'), 128)
    .optional()
    .describe('What this request has locked in Elasticsearch, so that nobody else works on it.'),
  series: object('The progress of a series.', {
    total: count('Indexes of the series, as of the last look.'),
    completed: count('Indexes that are done.'),
    current: index('The index that is copied at present.').optional(),
    destination: index('The index that it is copied to.').optional(),
    percent: count('Percent of the present index.').optional(),
    last: index('The last index that is done, or was deleted before its copy started.').optional(),
    time: time('When the series began. This is `now` in the query, for each of its indexes.').optional(),
    documents: count(
      'Documents in the copies of all indexes that are done; absent where it is not known of each.',
    ).optional(),
    quarantined: count('Documents of all indexes that could not be written.').optional(),
    writesAfterFence: count('Operations that the sources of all indexes took after the move.').optional(),
    notes: list(text(1024).describe('A note that names its index.'))
      .optional()
      .describe(
        'Notes about its indexes, at most ten: in a dry run what their plans say, otherwise which indexes were gone or were not deleted.',
      ),
    pace: object('Since when its speed is measured: nothing has kept it waiting since.', {
      time: time('Since when.'),
      percent: count('Its progress at that time, in percent of one index.'),
    }).optional(),
  }).optional(),
  plan: plan.optional(),
  attempt: count('Counts the attempts; a retry begins the next.').optional(),
  epoch: count('Counts the takeovers; late calls of an earlier one have no effect.').optional(),
  blockedSince: time('Since when this request blocks writes to the source.').optional(),
  fence: object('The write block on the source.', {
    verified: z.boolean().describe('Whether Elasticsearch has confirmed that no write is in flight.'),
    deadline: time('When the block is lifted, whether the move is done or not.').optional(),
    lifting: text(255).optional().describe('Why the block is being lifted before the aliases have moved.'),
  }).optional(),
  fenceTries: count('How often the block had to be lifted before the aliases could move.').optional(),
  fenceAfter: time('When writes are blocked again for the next try.').optional(),
  catchUpRounds: count('Rounds that copied what had changed meanwhile.').optional(),
  outageBefore: count('Milliseconds for which earlier tries to move the aliases blocked writes.').optional(),
  writeOutage: spent(
    'How long writes were blocked, such as 1.2s: in all tries together, and at most. The end of a block that a process lifted as it ended is not known better.',
  ).optional(),
  copy: copyJournal.optional(),
  intent: object('The step that comes next, written down before it is taken.', {
    type: text(64).describe('Which step.'),
    time: time('When it was written down.'),
  }).optional(),
  verification: object('The proof before the aliases move.', {
    refreshed: z.boolean().optional().describe('Whether both indexes are refreshed.'),
    sourceDocuments: count('Documents in the source.').optional(),
    destinationDocuments: count('Documents in the destination.').optional(),
    expected: count(
      'Documents that the destination must have. With a script that leaves documents out, and changes during the copy, the most that it may have: the verdict names how many fewer.',
    ).optional(),
    ghostsRemoved: count('Deleted documents that were removed from the destination.').optional(),
    sampled: count('Documents whose content was compared.').optional(),
    mismatched: count('Documents whose content differs.').optional(),
    examples: list(text(512), 10).optional().describe('The ids of some documents that differ.'),
    compared: z.boolean().optional().describe('Whether ids or contents are compared already.'),
    recount: z
      .boolean()
      .optional()
      .describe('Whether the counts differed once, and every document was looked up.'),
    cursor: freeForm().optional().describe('Where the comparison continues.'),
    verdict: text(1024).optional().describe('The result of the proof.'),
  }).optional(),
  cutoverMaxSeq: object(
    'The sequence numbers of both indexes when they were proven. The aliases move only if the destination has taken no writes since.',
    {
      source: maxSeqNos('The shards of the source, by number.'),
      destination: maxSeqNos('The shards of the destination, by number.'),
    },
  ).optional(),
  aliasesMoved: list(index('The name of an alias.')).optional().describe('The aliases that have moved.'),
  sourceHidden: z.boolean().optional().describe('Whether the source was hidden before this request.'),
  rollbackUntil: time('Until when the aliases can be moved back.').optional(),
  rollbackEnded: z
    .enum(WINDOW_ENDS)
    .optional()
    .describe('What has ended the rollback window before its time.'),
  rollback: rollback.optional(),
  lastHandledRollback: text(255)
    .optional()
    .describe('The value of the annotation es-steward.dev/rollback that was last acted on.'),
  rollbackRefused: z
    .enum(ROLLBACK_REFUSALS)
    .optional()
    .describe('Why the rollback that was last asked for was refused.'),
  newWrites: count(
    'Operations that the destination has taken since the move, which the refused rollback would have lost.',
  ).optional(),
  writesAfterFence: count(
    'Operations that the source has taken after the move, because somebody lifted its write block. The destination does not have them.',
  ).optional(),
  refusedSettings: list(text(255).describe('The name of a setting.'), 10)
    .optional()
    .describe(
      'The first ten settings that the destination was to get after the move, and that Elasticsearch has refused.',
    ),
  sourceBusy: z
    .boolean()
    .optional()
    .describe('Whether the deletion of the source waits for a running snapshot of it.'),
  sourceDeleted: z
    .boolean()
    .optional()
    .describe('Whether the source was deleted, because sourceAfter.policy is Delete.'),
  sourceKept: text(1024).optional().describe('Why the source is kept although sourceAfter.policy is Delete.'),
  failures: list(failure, 10).optional().describe('The first ten documents that could not be written.'),
  errorIndex: object(
    'The index with the documents that could not be written. It stays when they are copied later.',
    {
      name: index('Its name.'),
      attempt: count('The last attempt that has written to it.'),
    },
  ).optional(),
  failure: object('Why the request has failed.', {
    reason: text(255).describe('The reason in PascalCase.'),
    message: text(4096).describe('What went wrong, and what to do.'),
  }).optional(),
  startTime: time('When the request began.').optional(),
  completionTime: time('When the aliases moved, or the request ended.').optional(),
  endTime: time(
    'When the request ended; ttlAfterFinished counts from then. Absent until the clock of the operator agrees with that of the API server.',
  ).optional(),
  duration: spent('How long it took, such as 4m12s.').optional(),
});
