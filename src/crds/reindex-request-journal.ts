import { z } from 'zod';
import { freeForm, list, object, text, time } from './fields.ts';

const count = (description: string) => z.int().min(0).describe(description);

const shard = count('The number of the shard.');
const from = count('The first sequence number of the range.');
const to = count('The last sequence number of the range.');

/** Written before what it tells of is done, so that any process can go on from it. */
export const copyJournal = object(
  'The journal of the copy: what is done and what is running. Only the operator needs it.',
  {
    round: count('Round 0 copies everything; each further round copies what has changed since.').optional(),
    fenced: z
      .boolean()
      .optional()
      .describe('Whether writes have been blocked since before this round began.'),
    settled: z
      .boolean()
      .optional()
      .describe('Whether every copy of the source shows what the point in time shows.'),
    discarded: z
      .boolean()
      .optional()
      .describe('Whether the round does not count, because its point in time was lost.'),
    sealed: z
      .boolean()
      .optional()
      .describe(
        'Whether a new epoch has begun since the round ended, so that no late call of it can take effect.',
      ),
    packed: text(262_144)
      .optional()
      .describe(
        'The members of this journal that would be too large, compressed. These members are then absent or empty.',
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
    cursor: freeForm().optional().describe('Where the removal of deleted documents continues.'),
    operations: count('Sequence numbers that this round covers.').optional(),
    caughtUp: z
      .boolean()
      .optional()
      .describe('Whether the rest is small enough to be copied under the block.'),
    flushed: z
      .boolean()
      .optional()
      .describe(
        'Whether the source is flushed and the destination refreshed, so that writers do not wait for it during the block.',
      ),
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
          .describe('The operation that every copy of the shard must have before the round copies.'),
        documents: count('Documents in the shard.'),
        rangeWidth: count('Sequence numbers per range.'),
      }),
      1024,
    ).describe('The shards of the source.'),
    done: list(object('A range that is copied.', { shard, from, to }), 4096).describe(
      'Ranges that are copied and count; adjacent ranges are joined.',
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
      .describe('Ranges that are copied, but may have seen an operation that a failover rolls back.'),
    lagSince: time('Since when these ranges wait for a lagging copy of a shard.').optional(),
    running: list(
      object('A range that is being copied.', {
        shard,
        from,
        to,
        try: count('How often it was started before.'),
        term: count('The primary term when it was started.').optional(),
        task: text(64).optional().describe('The task of Elasticsearch; absent until it is known.'),
        total: count('Documents in the range.').optional(),
        completed: count('Documents done.').optional(),
        refusals: count('How often Elasticsearch was too busy for a batch, and has retried it.').optional(),
        requestsPerSecond: count('The throttle of its task; absent: none, 0: not known.').optional(),
      }),
      64,
    ).describe('Ranges that are being copied.'),
    sums: object('Sums over the ranges that are copied.', {
      created: count('Documents created.'),
      updated: count('Documents that were written again.'),
      noops: count('Documents that the script left out.'),
      deleted: count('Documents that the script deleted.'),
      versionConflicts: count('Documents that changed meanwhile.'),
      batches: count('Batches.'),
    }),
    bad: count('Documents that could not be written; the index {destination}-error has them.').optional(),
    parallel: z.int().min(1).max(64).optional().describe('How many tasks run at the same time.'),
    mostParallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('How many tasks run unless Elasticsearch rejects some.'),
    parallelLimit: z.int().min(1).max(64).optional().describe('How many tasks are tried at most.'),
    pace: object('The measurement that decides about the number of tasks.', {
      time: time('Since when this number of tasks has run.'),
      completed: count('Documents that were done then.'),
      parallel: count('How many tasks.'),
      before: object('The speed with fewer tasks.', {
        parallel: count('How many tasks.'),
        perSecond: count('Documents per second.'),
      }).optional(),
      until: time(
        'More tasks are not tried before this time, because they did not make the copy faster.',
      ).optional(),
    }).optional(),
    startTime: time('When the copy began.').optional(),
    samples: list(
      object('Progress at one time.', { time: time('When.'), completed: count('Documents done.') }),
      10,
    )
      .optional()
      .describe('The last samples, from which the speed is calculated.'),
    retries: count('Ranges that had to be started again.').optional(),
    lastRetry: text(255)
      .optional()
      .describe('Why a range is started again, while the copy waits before that.'),
    forbidden: z.boolean().optional().describe('Whether that is a privilege that the login lacks.'),
    pausedUntil: time(
      'No range starts before this time, because Elasticsearch rejected something.',
    ).optional(),
  },
);
