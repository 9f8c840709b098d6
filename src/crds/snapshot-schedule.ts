import { z } from 'zod';
import { defineCrd } from './define.ts';
import { duration } from './duration.ts';
import { nameGlob } from './elasticsearch-names.ts';
import { freeForm, list, matching, object, ruled, setOf, without } from './fields.ts';
import { cronSchedule, timeZone } from './schedule.ts';
import {
  conditionColumn,
  connectionRef,
  type DeepReadonly,
  GROUP,
  type Resource,
  suspend,
} from './shared.ts';
import { size } from './size.ts';
import { snapshotScheduleConditions } from './snapshot-schedule-conditions.ts';
import { snapshotScheduleStatus as status } from './snapshot-schedule-status.ts';

/** Lets retention look after the snapshots of an earlier schedule as well: the uid that their metadata carry. */
export const ADOPT_UID = `${GROUP}/adopt-uid`;

const repository = without(
  255,
  String.raw`^[-_+.]|[\\/*?"<>|,#:\p{Cc}\p{Z}]`,
  'must be the name of a snapshot repository, not beginning with - _ + or ., and without \\ / * ? " < > | , # : and spaces',
).describe('The repository to write to; it must be registered in Elasticsearch.');

const namePrefix = matching(
  200,
  '^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$',
  'must be lower case letters, digits, - _ and ., beginning and ending with a letter or digit',
)
  .optional()
  .describe('The beginning of the names of snapshots. Default: the name of this object.');

const count = (max: number) => z.int().min(1).max(max);
const keep = (period: string) =>
  count(1000)
    .optional()
    .describe(`Keep the newest success of each of this many ${period} that have one, whatever its age.`);

const retention = ruled(
  object(
    'Which snapshots of this schedule are deleted. Default, or without a rule: none. The newest success, mounted and running snapshots, and snapshots of others are never deleted.',
    {
      expireAfter: duration('1s', '36500d')
        .optional()
        .describe('Delete successes that are older than this, unless a keep rule or minCount keeps them.'),
      maxCount: count(100_000)
        .optional()
        .describe(
          'Delete the oldest successes above this number, unless a keep rule or minCount keeps them.',
        ),
      keepDaily: keep('days'),
      keepWeekly: keep('weeks (from Monday)'),
      keepMonthly: keep('months'),
      keepYearly: keep('years'),
      minCount: count(100_000).default(1).describe('Always keep at least this many of the newest successes.'),
      failedExpireAfter: duration('1s', '36500d')
        .optional()
        .describe('Delete snapshots that are no success when they are older than this.'),
      maxDeletesPerRun: count(100).default(10).describe('How many snapshots are deleted per run, at most.'),
      dryRun: z
        .boolean()
        .default(false)
        .describe('Only show in status.retention.nextDeletions what would be deleted.'),
    },
  ),
  {
    rule: '!has(self.maxCount) || self.maxCount >= self.minCount',
    message: 'must not be smaller than minCount',
    fieldPath: '.maxCount',
  },
  ({ maxCount, minCount }) => maxCount === undefined || maxCount >= minCount,
);

const restoreCheck = object(
  'Restores a part of the newest success under another name, compares it, and deletes it again. Default: no check.',
  {
    schedule: cronSchedule('When checks run, in the same syntax and time zone as spec.schedule.'),
    sampleIndices: count(10).default(1).describe('How many indexes are restored each time.'),
    maxBytes: size('1Ki', '1Pi').default('1Gi').describe('Indexes larger than this are not restored.'),
  },
);

const spec = object('When snapshots are made, of which indexes, and which snapshots are deleted.', {
  connectionRef,
  repository,
  schedule: cronSchedule(
    'When snapshots are made: five cron fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly.',
  ),
  timeZone: timeZone('The time zone of the schedules and of the keep rules, such as Europe/Berlin.').default(
    'Etc/UTC',
  ),
  suspend,
  catchUp: z
    .enum(['RunOnce', 'Skip'])
    .default('RunOnce')
    .describe(
      'What happens with missed slots. RunOnce: the latest one runs once, late. Skip: none runs. Slots missed while suspended never run.',
    ),
  startingDeadline: duration('1s', '30d').default('1h').describe('How late a slot may still run.'),
  concurrencyPolicy: z
    .enum(['Forbid', 'Allow'])
    .default('Forbid')
    .describe(
      'Forbid: a slot waits while a snapshot of this schedule runs. Allow: up to ten run at the same time.',
    ),
  namePrefix,
  indices: list(nameGlob('A pattern of names, with * as its only wildcard.'))
    .min(1)
    .default(['*'])
    .describe('Patterns of the indexes, data streams and aliases to include.'),
  exclude: setOf(nameGlob('A pattern of names, with * as its only wildcard.'))
    .default([])
    .describe('Patterns of names of indexes and data streams to leave out, also behind an alias in indices.'),
  includeGlobalState: z
    .boolean()
    .default(false)
    .describe(
      'Include the state of the cluster: templates, pipelines, persistent settings. If the connection is in another namespace, this needs a grant on "*".',
    ),
  featureStates: ruled(
    setOf(
      matching(255, '^[a-z0-9_.-]+$', 'must be the name of a feature, as GET _features lists them').describe(
        'The name of a feature.',
      ),
    ),
    { rule: "!('none' in self) || size(self) == 1", message: 'must not name features beside none' },
    (features) => !features.includes('none') || features.length === 1,
  )
    .default([])
    .describe(
      'Elasticsearch features whose state is included. Default: none. No snapshot is made if Elasticsearch does not know one of them. If the connection is in another namespace, they need a grant on "*".',
    ),
  ignoreUnavailable: z
    .boolean()
    .default(true)
    .describe('Leave out indexes that do not exist, instead of failing.'),
  partial: z
    .boolean()
    .default(false)
    .describe('Make a snapshot even if a primary shard is missing. Such a snapshot is no success.'),
  metadata: freeForm()
    .optional()
    .describe(
      'Added to the metadata of each snapshot. Must be less than 1024 bytes together with the entry es-steward.',
    ),
  deadline: duration('1s', '30d')
    .default('6h')
    .describe('A snapshot that runs longer than this is reported with DeadlineExceeded.'),
  abortOnDeadline: z
    .boolean()
    .default(false)
    .describe('Abort a snapshot that runs longer than deadline. It is not tried again.'),
  backoffLimit: z
    .int()
    .min(0)
    .max(10)
    .default(3)
    .describe('How often a slot is tried again if its snapshot is no success.'),
  retention: retention.optional(),
  staleAfter: duration('1s', '3650d')
    .optional()
    .describe(
      'How old the newest success may be. Default: twice the largest gap between two slots. While it is older, Healthy is False and retention deletes nothing.',
    ),
  restoreCheck: restoreCheck.optional(),
  historyLimit: z.int().min(0).max(50).default(10).describe('How many ended runs status.history lists.'),
});

export type SnapshotScheduleSpec = DeepReadonly<z.output<typeof spec>>;
export type SnapshotScheduleStatus = DeepReadonly<z.output<typeof status>>;
export type SnapshotSchedule = Resource<SnapshotScheduleSpec, SnapshotScheduleStatus>;

export const snapshotSchedule = defineCrd({
  kind: 'SnapshotSchedule',
  plural: 'snapshotschedules',
  shortNames: ['snapsched'],
  description: 'Makes snapshots on a cron schedule, reports their results, and deletes expired ones.',
  spec,
  status,
  columns: [
    conditionColumn('Ready', 'Ready', 'status', 'Whether the last run went well.'),
    { name: 'Schedule', jsonPath: '.spec.schedule', type: 'string', description: 'The cron schedule.' },
    {
      name: 'Suspend',
      jsonPath: '.spec.suspend',
      type: 'boolean',
      description: 'Whether it is suspended.',
    },
    {
      name: 'Last Success',
      jsonPath: '.status.lastSuccessfulTime',
      type: 'date',
      description: 'Time since the newest success ended.',
    },
    {
      name: 'Last State',
      jsonPath: '.status.lastSnapshot.state',
      type: 'string',
      description: 'The result of the last snapshot.',
    },
    {
      name: 'Retained',
      jsonPath: '.status.retained.count',
      type: 'integer',
      description: 'Successes in the repository.',
    },
    {
      name: 'Next Run',
      jsonPath: '.status.nextScheduleTime',
      type: 'string',
      description: 'The next slot.',
    },
    conditionColumn('Message', 'Ready', 'message', 'What is happening, or what went wrong.'),
  ],
  conditions: snapshotScheduleConditions,
  leaves:
    'Indexes of a restore check may be left: GET _cat/indices/*-restore-check-*?expand_wildcards=all lists them; delete those that no schedule names in status.restoring.',
});
