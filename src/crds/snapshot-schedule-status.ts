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
    'As Elasticsearch says, but SUCCESS only with at least one shard (else EMPTY) and every index that was there (else INCOMPLETE); LOST: it vanished, or cannot be read; ABORTED: by the deadline.',
  );

const run = object('A snapshot that runs, or is about to.', {
  snapshot: snapshot('Its name in the repository.'),
  repository: index('The repository that it is written into.'),
  slot,
  attempt: z.int().min(1).describe('Counts the tries for this slot.'),
  accepted: z.boolean().describe('Whether Elasticsearch has begun it. Written down before that as a wish.'),
  runNow: z
    .boolean()
    .describe('Whether the annotation run-now asked for it: then it has no deadline.')
    .optional(),
  choice: text(64)
    .describe('A hash of spec.indices and spec.exclude as they were when it was begun.')
    .optional(),
  refused: text(1024).describe('Why Elasticsearch did not begin it.').optional(),
  hindrance: object('Why Elasticsearch does not begin it for now. That is no try.', {
    reason: text(64).describe('As Ready says it.'),
    message: text(1024).describe('In a sentence.'),
    since: time('From when on it is late.'),
  }).optional(),
  waitedUntil: time('Until when it was seen to wait for its turn: that is no lateness.').optional(),
  unreadableSince: time('Since when nobody can tell what became of it.').optional(),
  startTime: time('When it began.').optional(),
  percent: z.int().min(0).max(100).describe('How much is done.').optional(),
  shards: object('Its shards.', {
    total: count('All.'),
    done: count('Done.'),
    failed: count('Failed.'),
  }).optional(),
  bytes: object('Bytes that are copied anew; counted file by file.', {
    total: count('All.'),
    done: count('Done.'),
  }).optional(),
  retryTime: time('Not before this time: the try before it went wrong.').optional(),
  failure: object('What the try before it came to.', {
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
  bytes: count('Bytes that were copied anew.').optional(),
};

const failure = object('A shard that is missing.', {
  index: index('Its index.'),
  shard: count('Its number.'),
});

const deletion = object('A snapshot that retention deletes.', {
  name: snapshot('Its name.'),
  uuid: uuid('Its identity, read again right before.'),
  reason: text(64).describe('The rule that deletes it.'),
});

/** Every member is optional: a status that is lost is rebuilt from the metadata of the snapshots. */
export const snapshotScheduleStatus = object('What became of the snapshots, and what comes next.', {
  ...commonStatus,
  active: run.optional().describe('The snapshot that runs, or is about to.'),
  overlapping: list(run, 10)
    .optional()
    .describe('Earlier snapshots that still run, with concurrencyPolicy: Allow only.'),
  schedule: text(512)
    .optional()
    .describe(
      'The schedule and time zone that slots are counted by; after a change slots count from then on.',
    ),
  slotsHandledUntil: time('Slots up to here have run, or were missed.').optional(),
  lastScheduleTime: time('The last slot that ran, or the last run-now.').optional(),
  nextScheduleTime: time('The next slot.').optional(),
  lastSuccessfulTime: time('When the newest success that is in the repository ended.').optional(),
  lastSuccessfulSnapshot: snapshot('Its name.').optional(),
  missedSlots: count(
    'Slots that did not run since this object was created, suspended times apart.',
  ).optional(),
  staleAfter: spent(
    'How old the newest success may be: spec.staleAfter, or what follows from the schedule.',
  ).optional(),
  lastSnapshot: object('What became of the last snapshot.', {
    ...ended,
    message: text(1024).describe('Why it is no success.').optional(),
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
      'Snapshots that Elasticsearch calls a success and that lack an index that was there; kept while they are in the repository.',
    ),
  unreadable: object(
    'Snapshots of the repository, of whomever, that cannot be read. They count for nothing and stay.',
    {
      count: count('How many.'),
      names: list(snapshot('Its name.'), 10).describe('The first of them.'),
    },
  ).optional(),
  consecutiveFailures: count(
    'Slots in a row that ended without a success, all their tries included.',
  ).optional(),
  retained: object('The successes of this schedule that are in the repository.', {
    count: count('How many.'),
    bytes: count('Bytes that those of status.history copied anew.').optional(),
    oldest: time('When the oldest began.').optional(),
    newest: time('When the newest began.').optional(),
  }).optional(),
  retention: object('What retention does.', {
    observedGeneration: count(
      'The generation of the spec by which kept and nextDeletions were last planned.',
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
      .describe('Exactly these are being deleted; written before the first of them is.')
      .optional(),
    repository: index('The repository of the batch.').optional(),
    requestedTime: time('When Elasticsearch was last asked to delete the batch.').optional(),
  }).optional(),
  restoring: object('The restore check that runs.', {
    snapshot: snapshot('The snapshot that is tried.'),
    repository: index('Its repository.'),
    slot: time('The slot of the check.'),
    startTime: time('When it began.'),
    requested: z.boolean().describe('Whether Elasticsearch has begun to restore it.').optional(),
    indices: list(
      object('An index that is restored.', {
        source: index('The index in the snapshot.'),
        restored: index('Its temporary name.'),
      }),
      10,
    ).describe('The sample.'),
    held: object('Why its temporary indexes are still there.', {
      message: text(1024).describe('In a sentence.'),
      retryTime: time('They are not asked to go before this time.'),
    }).optional(),
    result: object('What it found; the temporary indexes are yet to go.', {
      result: z.enum(['Passed', 'Failed', 'Skipped']).describe('The verdict.'),
      message: text(1024).describe('In a sentence.'),
    }).optional(),
  }).optional(),
  lastRestoreCheck: object('What the last restore check found.', {
    time: time('When.'),
    snapshot: snapshot('The snapshot that was tried.').optional(),
    result: z.enum(['Passed', 'Failed', 'Skipped']).describe('The verdict.'),
    message: text(1024).describe('In a sentence.'),
  }).optional(),
  restoreSchedule: text(512)
    .optional()
    .describe(
      'The schedule and time zone that restore checks are counted by; after a change they count from then on.',
    ),
  restoreChecksHandledUntil: time('Restore checks up to here have run.').optional(),
  history: list(object('A run that has ended.', { ...ended, attempts: count('How often it was tried.') }), 50)
    .optional()
    .describe('The runs that have ended, the newest first.'),
});
