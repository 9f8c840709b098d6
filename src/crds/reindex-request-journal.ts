import { z } from 'zod';
import { freeForm, list, object, text, time } from './fields.ts';

const count = (description: string) => z.int().min(0).describe(description);

const shard = count('The number of the shard.');
const from = count('The first sequence number of the range.');
const to = count('The last sequence number of the range.');

/** Written before what it tells of is done, so that any process can go on from it. */
export const copyJournal = object('The journal of the copy: what is done and what runs.', {
  round: count('0 is the copy of everything; each further one copies what has changed since.').optional(),
  fenced: z.boolean().optional().describe('Whether writes are blocked since before this round began.'),
  settled: z
    .boolean()
    .optional()
    .describe('Whether every copy of the source shows what the point in time shows.'),
  discarded: z
    .boolean()
    .optional()
    .describe('Whether the round counts for nothing, because its point in time was lost.'),
  sealed: z
    .boolean()
    .optional()
    .describe('Whether a new epoch has begun since the round ended: nothing of it is still on its way.'),
  packed: text(262_144)
    .optional()
    .describe(
      'The members of this journal that would be too large, compressed. They are absent or empty then.',
    ),
  pit: text(16_384).optional().describe('The point in time of this round.'),
  pitTime: time('When it was last used; Elasticsearch keeps it for an hour.').optional(),
  previousPit: text(16_384).optional().describe('The point in time of the round before.'),
  previous: list(
    object('Where the round before ended.', {
      shard,
      maxSeqNo: z.int().min(-1).describe('The highest sequence number of it.'),
    }),
    1024,
  )
    .optional()
    .describe('The sequence numbers that the round before has reached.'),
  departed: z
    .boolean()
    .optional()
    .describe('Whether what was deleted since the round before is deleted in the destination too.'),
  sweep: z
    .boolean()
    .optional()
    .describe(
      'Whether every document of the destination must be looked up, because a point in time was lost.',
    ),
  cursor: freeForm().optional().describe('Where the removal of deleted documents goes on.'),
  operations: count('Sequence numbers that this round covers.').optional(),
  caughtUp: z.boolean().optional().describe('Whether the rest is small enough to be copied under the block.'),
  flushed: z
    .boolean()
    .optional()
    .describe('Whether what writers would wait for under the block is done, but for what came in since.'),
  hardened: z
    .boolean()
    .optional()
    .describe('Whether the destination has its replicas and is as healthy as the source.'),
  shards: list(
    object('A shard of the source.', {
      shard,
      from: count('The first sequence number of this round; absent: 0.').optional(),
      maxSeqNo: z.int().min(-1).describe('The highest sequence number to copy; -1 for an empty shard.'),
      primaryTerm: count('The term of its primary.'),
      settle: z
        .int()
        .min(-1)
        .optional()
        .describe('What every copy of the shard must have seen before the round copies.'),
      documents: count('Documents in the shard.'),
      rangeWidth: count('Sequence numbers per range.'),
    }),
    1024,
  ).describe('The shards of the source.'),
  done: list(object('A range that is copied.', { shard, from, to }), 4096).describe(
    'What is copied for good, adjacent ranges joined.',
  ),
  provisional: list(
    object('A range that is copied, as long as its shard keeps its primary.', {
      shard,
      from,
      to,
      after: z
        .int()
        .min(-1)
        .optional()
        .describe('It counts once every copy of the shard has this operation.'),
    }),
    4096,
  )
    .optional()
    .describe('What is copied, but could still have seen an operation that is rolled back.'),
  lagSince: time('Since when that waits for a copy of a shard of the source that lags.').optional(),
  running: list(
    object('A range that is being copied.', {
      shard,
      from,
      to,
      try: count('How often it was begun before.'),
      term: count('The term of its primary as it was begun.').optional(),
      task: text(64).optional().describe('The task of Elasticsearch; absent until it is known.'),
      total: count('Documents in the range.').optional(),
      completed: count('Documents done.').optional(),
      refusals: count(
        'How often Elasticsearch was too busy for a batch of it, and has tried that again.',
      ).optional(),
      requestsPerSecond: count('The throttle that its task runs with; absent: none.').optional(),
    }),
    64,
  ).describe('What is being copied.'),
  sums: object('Sums over the ranges that are copied.', {
    created: count('Documents created.'),
    updated: count('Documents written a second time.'),
    noops: count('Documents that the script left out.'),
    deleted: count('Documents that the script deleted.'),
    versionConflicts: count('Documents that changed meanwhile.'),
    batches: count('Batches.'),
  }),
  bad: count('Documents that could not be written; the index {destination}-error has them.').optional(),
  parallel: z.int().min(1).max(64).optional().describe('How many tasks run at the same time at present.'),
  mostParallel: z.int().min(1).max(64).optional().describe('How many there are while the cluster bears it.'),
  parallelLimit: z.int().min(1).max(64).optional().describe('How many there are tried at the most.'),
  pace: object('What the number of tasks is judged by.', {
    time: time('Since when so many tasks have run.'),
    completed: count('Documents that were done then.'),
    parallel: count('How many tasks.'),
    before: object('What fewer tasks have reached.', {
      parallel: count('How many tasks.'),
      perSecond: count('Documents per second.'),
    }).optional(),
    until: time('Before this time no more tasks are tried: they brought nothing.').optional(),
  }).optional(),
  startTime: time('When the copy began.').optional(),
  samples: list(
    object('How far the copy was.', { time: time('When.'), completed: count('Documents done.') }),
    10,
  )
    .optional()
    .describe('The last samples, from which the speed is computed.'),
  retries: count('Ranges that had to be begun again.').optional(),
  lastRetry: text(255).optional().describe('Why a range had to be begun again, while that is waited for.'),
  pausedUntil: time('No range is begun before this time: the cluster asked for less.').optional(),
});
