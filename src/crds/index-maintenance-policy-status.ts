import { z } from 'zod';
import { list, mapOf, object, text, time } from './fields.ts';
import { commonStatus } from './shared.ts';

const count = (description: string) => z.int().min(0).describe(description);
const index = (description: string) => text(255).describe(description);
const uuid = text(64).describe('Its uuid. An index that is recreated under the same name has another uuid.');
const reason = text(64).describe('The reason in PascalCase; each is listed in the guide.');

const deletes = object('What will be deleted.', {
  count: count('Indexes.'),
  bytes: count('Bytes in their primary shards.'),
  documents: count('Documents in their primary shards.'),
  names: list(index('The name of an index.'), 50).describe('The first fifty names, oldest first.'),
});

const aliasChanges = object('What will change in aliases.', {
  add: count('Alias memberships that will be added or corrected.'),
  remove: count('Alias memberships that will be removed.'),
  names: list(text(255).describe('The name of an alias.'), 50).describe(
    'The first fifty aliases that will change.',
  ),
});

/** The order in which documents are come to: by date, and by sequence number within one date. */
const place = (description: string) =>
  object(description, {
    date: z.int().describe('The latest date of the document, in milliseconds since the epoch.'),
    seqNo: z.int().min(0).describe('Its sequence number.'),
    documents: text(8_192).describe('Fingerprints of the documents at this place: each shard may have one.'),
  }).optional();

const batchOfDocuments = {
  id: text(32).describe('Identifies the copy of this batch in the task list of Elasticsearch.'),
  time: time('When it was chosen.'),
  target: text(63).describe('The target.'),
  index: index('The index that they come from.'),
  uuid,
  destination: index('The archive index.'),
  destinationUuid: uuid,
  cutoff: time('All of them are older than this.'),
  marks: list(z.int().min(-1), 1_024).describe(
    'The highest sequence number of each shard of the archive before the copy. Documents with a higher one are newer.',
  ),
  documents: text(40_000).describe('Fingerprints of the id, routing and content of each document.'),
  due: count(
    'Documents of the index that were old enough when it was chosen, its own among them.',
  ).optional(),
  after: place('The place after which it begins. Absent: it begins with the oldest document.'),
  last: place('Its last document.'),
};
const archiveBatch = object('Documents that are being moved into an archive.', batchOfDocuments);
const hinderedBatch = object('A batch that was interrupted after its copy.', {
  ...batchOfDocuments,
  reason,
  triedTime: time('When it was last tried.'),
});

const archive = object('The state of archival.', {
  documents: count('Documents that this policy has moved since it was created.'),
  moved: mapOf(
    'target',
    object('How many documents of a target were moved in this run.', {
      target: text(63).describe('The name of the target.'),
      documents: count('Documents that were moved.'),
    }),
    50,
  )
    .optional()
    .describe('How many documents the current run has moved, by target.'),
  held: list(
    object('An index whose documents could not all be moved.', {
      index: index('Its name.'),
      reason,
      documents: count('Documents that were left so far.').optional(),
      changed: count('Batches whose documents had all changed before they were deleted.').optional(),
      after: place('The run continues after this place. Absent: it is done with the index.'),
    }),
    100,
  ).describe('Indexes of the last run whose documents could not all be moved.'),
  batch: archiveBatch
    .optional()
    .describe('Written before the copy: exactly these versions of these documents are moved next.'),
  hindered: list(hinderedBatch, 4)
    .optional()
    .describe('Interrupted batches, which are tried again every minute. The policy continues with the rest.'),
});

const reasons = list(
  object('Why indexes stay.', { reason, count: count('Indexes that stay for this reason.') }),
  40,
);

const plan = object('What the policy would do, or does.', {
  hash: text(64).describe('The hash of this plan; an approval names it.'),
  time: time('When it was made.'),
  lookedAtTime: time('When it was last compared with the cluster.'),
  specHash: text(64).describe('The hash of the spec that it was made for.'),
  generation: count('The generation of the spec that it was made for.'),
  deletes,
  aliasChanges,
  archive: object('What will be archived.', {
    documents: count('Documents that are old enough and can be moved.'),
    kept: reasons.optional().describe('Why documents of other indexes stay, or may stay.'),
  }).optional(),
  kept: reasons.describe('Why all other indexes stay.'),
  held: list(
    object('An index that you should look at.', {
      index: index('Its name.'),
      alias: text(255).optional().describe('The alias that cannot be as the policy says because of it.'),
      reason,
    }),
    20,
  ).describe(
    'The first twenty indexes that a rule selects but that are kept, or whose name or age cannot be read.',
  ),
  pending: text(50_000)
    .optional()
    .describe('Fingerprints of the indexes in this plan that are not done yet.'),
  askedTime: time('Since when it waits for approval. It does not change while it waits.').optional(),
  approvedTime: time('When the plan was approved.').optional(),
  batch: list(
    object('An index that is being deleted.', {
      name: index('Its name.'),
      uuid,
      operations: z.int().min(-1).optional().describe('Its number of operations when it was chosen.'),
    }),
    50,
  )
    .optional()
    .describe('Written before the deletion: exactly these are deleted next.'),
  retryUntilTime: time(
    'Until this time the operator checks every five minutes whether indexes that were held back in the last run can be deleted, or their documents archived.',
  ).optional(),
  nextExpiry: time('When the next index will expire.').optional(),
  missing: list(text(512), 100)
    .optional()
    .describe('What beforeDelete names although it does not exist: a repository or a SnapshotSchedule.'),
});

const run = {
  time: time('When it began.'),
  plan: text(64).optional().describe('The hash of the plan that it carries out.'),
  duration: text(32).optional().describe('How long it took.'),
  deleted: count('Indexes that were deleted.'),
  deletedNames: list(index('The name of an index.'), 10)
    .optional()
    .describe('The first ten of these; the log of the operator names all.'),
  deletedBefore: count(
    'Indexes that were already deleted by the run that this one completes; they count towards deletion.maxDeletes.',
  ).optional(),
  failed: count(
    'Indexes that could not be deleted or that still exist, and aliases that could not be changed.',
  ),
  firstFailure: object('The first index that could not be deleted.', {
    index: index('Its name.'),
    message: text(1_024).describe('Why, in one sentence.'),
  }).optional(),
  aliasesFailed: count('How many of `failed` are aliases.').optional(),
  dropped: count(
    'Indexes that were removed from the plan because they had changed, or may not be deleted any more.',
  ),
  aliasesAdded: count('Alias memberships that were added or corrected.'),
  aliasesRemoved: count('Alias memberships that were removed.'),
  aliasesChanged: list(text(255).describe('The name of an alias.'), 10)
    .optional()
    .describe('The first ten aliases of these.'),
  archived: count('Documents that were moved to an archive.').optional(),
  archivedFrom: text(50_000).optional().describe('Fingerprints of the indexes that these came from.'),
  archivedTo: list(index('The name of an index.'), 10)
    .optional()
    .describe('The first ten archives that they were moved to.'),
  notArchived: count('Documents that could not be moved to an archive; they are unchanged.').optional(),
  aliasesRefused: list(text(255).describe('The name of an alias.'), 20)
    .optional()
    .describe('The first twenty aliases whose change Elasticsearch has refused; they are unchanged.'),
  aliasRefusal: text(1_024).optional().describe('Why the first of these was refused, in one sentence.'),
  aliasesTried: z.boolean().optional().describe('Whether this run has already changed aliases.'),
};

export const indexMaintenancePolicyStatus = object('What the policy found and did.', {
  ...commonStatus,
  matched: count('Indexes of all targets.').optional(),
  plan: plan.optional(),
  targets: mapOf(
    'name',
    object('The figures of a target.', {
      name: text(63).describe('The name of the target.'),
      matched: count('Indexes that belong to it.'),
      documents: count('Documents in their primary shards.'),
      bytes: count('Bytes in their primary shards.'),
      oldest: index('The oldest index.').optional(),
      newest: index('The newest index.').optional(),
      largest: index('The largest index.').optional(),
      currentVersion: count(
        'The version that its aliases lead to. Where there is none yet: the lowest whose index has not expired.',
      ).optional(),
      nextExpiry: time('When its next index will expire.').optional(),
      bytesPerDay: z.int().optional().describe('Growth per day over the last seven complete days.'),
    }),
    50,
  )
    .optional()
    .describe('The targets.'),
  archive: archive.optional(),
  run: object('The current run.', run).optional(),
  lastRun: object('The last run.', run).optional(),
  history: list(object('An earlier run.', run), 50)
    .optional()
    .describe('The runs before lastRun, newest first.'),
  conflictsWith: text(317)
    .optional()
    .describe('The namespace/name of the policy that this one is in conflict with.'),
  lastApprovedPlan: text(64).optional().describe('The hash of the approved plan that was last carried out.'),
  lastSlotTime: time('The last time of the schedule that was handled.').optional(),
  nextRunTime: time('The next time of the schedule.').optional(),
  lastSuccessfulTime: time('When a run last ended without a failure.').optional(),
  consecutiveFailures: count('Runs in a row that ended with a failure.').optional(),
});
