import { z } from 'zod';
import { list, object, text, time } from './fields.ts';
import { commonStatus } from './shared.ts';

const count = (description: string) => z.int().min(0).describe(description);
const snapshot = (description: string) => text(512).describe(description);
const uuid = (description: string) => text(64).describe(description);
const index = (description: string) => text(255).describe(description);
const spent = (description: string) => text(32).describe(description);
const slot = time('The slot that it was made for, or the moment of the run-now.');

const state = z
  .enum(['SUCCESS', 'PARTIAL', 'FAILED', 'EMPTY', 'INCOMPLETE', 'LOST', 'ABORTED'])
  .describe(
    'The state in Elasticsearch; but SUCCESS only with at least one shard (otherwise EMPTY) and every index that existed (otherwise INCOMPLETE). LOST: it vanished, or cannot be read. ABORTED: aborted at the deadline.',
  );

const run = object('A snapshot that is running or planned.', {
  snapshot: snapshot('Its name in the repository.'),
  repository: index('The repository that it is written to.'),
  slot,
  attempt: z.int().min(1).describe('Counts the tries for this slot.'),
  accepted: z.boolean().describe('True once Elasticsearch has started it; false while it is only planned.'),
  runNow: z
    .boolean()
    .describe('Whether the annotation run-now has requested it. Then it is never too late.')
    .optional(),
  choice: text(64).describe('A hash of spec.indices and spec.exclude when it was started.').optional(),
  refused: text(1024).describe('Why Elasticsearch did not start it.').optional(),
  hindrance: object('Why Elasticsearch does not start it at present. This does not count as a try.', {
    reason: text(64).describe('The reason of Ready.'),
    message: text(1024).describe('In a sentence.'),
    since: time('Lateness is counted from here.'),
  }).optional(),
  waitedUntil: time(
    'When it was last seen waiting for its turn. This wait does not count as late.',
  ).optional(),
  unreadableSince: time('Since when its result cannot be read.').optional(),
  startTime: time('When it began.').optional(),
  percent: z.int().min(0).max(100).describe('How much is done.').optional(),
  shards: object('Its shards.', {
    total: count('All.'),
    done: count('Done.'),
    failed: count('Failed.'),
  }).optional(),
  bytes: object('Bytes of new files; counted file by file.', {
    total: count('All.'),
    done: count('Done.'),
  }).optional(),
  retryTime: time('It is not tried again before this time.').optional(),
  failure: object('The result of the try before.', {
    state,
    message: text(1024).describe('Why.'),
  }).optional(),
  overdue: z.boolean().describe('Whether it has run longer than spec.deadline.').optional(),
  aborting: z.boolean().describe('Whether Elasticsearch was asked to abort it at its deadline.').optional(),
});

const ended = {
  name: snapshot('Its name in the repository.'),
  state,
  slot,
  duration: spent('How long it took, such as 4m12s.').optional(),
  bytes: count('Bytes of new files.').optional(),
};

const failure = object('A shard that is missing.', {
  index: index('Its index.'),
  shard: count('Its number.'),
});

const deletion = object('A snapshot that retention deletes.', {
  name: snapshot('Its name.'),
  uuid: uuid('Its uuid, read again right before the deletion.'),
  reason: text(64).describe('The rule that deletes it.'),
});

/** Every member is optional: a status that is lost is rebuilt from the metadata of the snapshots. */
export const snapshotScheduleStatus = object('The results of the snapshots, and what comes next.', {
  ...commonStatus,
  active: run.optional().describe('The snapshot that is running or planned.'),
  overlapping: list(run, 10)
    .optional()
    .describe('Earlier snapshots that are still running; only with concurrencyPolicy: Allow.'),
  schedule: text(512)
    .optional()
    .describe('The schedule and time zone of the slots. After a change only slots from then on count.'),
  slotsHandledUntil: time('Slots up to this time have run or were missed.').optional(),
  lastScheduleTime: time('The last slot that ran, or the last run-now.').optional(),
  nextScheduleTime: time('The next slot.').optional(),
  lastSuccessfulTime: time('When the newest success in the repository ended.').optional(),
  lastSuccessfulSnapshot: snapshot('Its name.').optional(),
  missedSlots: count(
    'Slots that never ran since this object was created, without those that came while it was suspended.',
  ).optional(),
  staleAfter: spent('How old the newest success may be: spec.staleAfter, or its default.').optional(),
  lastSnapshot: object('The result of the last snapshot.', {
    ...ended,
    message: text(1024).describe('Why it is no success, or what else to know of it.').optional(),
    failures: list(failure, 5).describe('The first five shards that are missing.').optional(),
  }).optional(),
  incomplete: list(
    object('A snapshot that lacks an index.', {
      name: snapshot('Its name.'),
      repository: index('Its repository.'),
    }),
    500,
  )
    .optional()
    .describe(
      'Snapshots that Elasticsearch calls a success, but that lack an index that existed. Listed as long as they are in the repository.',
    ),
  unverifiedUntil: time(
    'Nobody knows whether snapshots for slots up to this time lack an index: the status that knew it was lost.',
  ).optional(),
  unreadable: object(
    'Snapshots of the repository that cannot be read, whoever made them. They do not count and are not deleted.',
    {
      count: count('How many.'),
      names: list(snapshot('Its name.'), 10).describe('The first of them.'),
    },
  ).optional(),
  consecutiveFailures: count('Slots in a row that ended without a success, after all retries.').optional(),
  retained: object('The successes of this schedule that are in the repository.', {
    count: count('How many.'),
    bytes: count('Bytes of new files in those that status.history lists.').optional(),
    oldest: time('When the oldest began.').optional(),
    newest: time('When the newest began.').optional(),
  }).optional(),
  retention: object('The state of retention.', {
    observedGeneration: count(
      'The generation of the spec for which kept and nextDeletions were last planned.',
    ).optional(),
    lastRunTime: time('When it last ran.').optional(),
    handledSnapshot: snapshot('The success after which it last ran.').optional(),
    deleted: count('Snapshots deleted since this object was created.').optional(),
    halted: text(64).describe('Why nothing is deleted at all, such as Stale or DryRun.').optional(),
    kept: list(
      object('Why snapshots are kept.', {
        reason: text(64).describe('The reason.'),
        count: count('How many.'),
      }),
      20,
    )
      .describe('How many snapshots are kept, by the first reason that holds.')
      .optional(),
    nextDeletions: list(deletion, 10).describe('What is deleted next, the oldest first.').optional(),
    batch: list(deletion, 100)
      .describe('Exactly these snapshots are being deleted; written before the first deletion.')
      .optional(),
    repository: index('The repository of the batch.').optional(),
    requestedTime: time('When Elasticsearch was last asked to delete the batch.').optional(),
  }).optional(),
  restoring: object('The restore check that runs.', {
    snapshot: snapshot('The snapshot that is checked.'),
    repository: index('Its repository.'),
    slot: time('The slot of the check.'),
    startTime: time('When it began.'),
    requested: z.boolean().describe('Whether Elasticsearch has started to restore it.').optional(),
    indices: list(
      object('An index that is restored.', {
        source: index('The index in the snapshot.'),
        restored: index('Its temporary name.'),
      }),
      10,
    ).describe('The sample.'),
    held: object('Why its temporary indexes still exist.', {
      message: text(1024).describe('In a sentence.'),
      retryTime: time('Their deletion is not tried again before this time.'),
    }).optional(),
    result: object('Its result; the temporary indexes still have to be deleted.', {
      result: z.enum(['Passed', 'Failed', 'Skipped']).describe('The verdict.'),
      message: text(1024).describe('In a sentence.'),
    }).optional(),
  }).optional(),
  lastRestoreCheck: object('The result of the last restore check.', {
    time: time('When.'),
    snapshot: snapshot('The snapshot that was checked.').optional(),
    result: z.enum(['Passed', 'Failed', 'Skipped']).describe('The verdict.'),
    message: text(1024).describe('In a sentence.'),
  }).optional(),
  restoreSchedule: text(512)
    .optional()
    .describe('The schedule and time zone of restore checks. After a change only checks from then on count.'),
  restoreChecksHandledUntil: time('Restore checks up to this time have run.').optional(),
  history: list(object('A run that has ended.', { ...ended, attempts: count('How often it was tried.') }), 50)
    .optional()
    .describe('The runs that have ended, newest first.'),
});
