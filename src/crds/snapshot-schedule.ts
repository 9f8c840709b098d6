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
).describe('The repository to write into; it must be registered in Elasticsearch.');

const namePrefix = matching(
  200,
  '^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$',
  'must be lower case letters, digits, - _ and ., beginning and ending with a letter or digit',
)
  .optional()
  .describe('What the names of snapshots begin with; absent: the name of this object.');

const count = (max: number) => z.int().min(1).max(max);
const keep = (period: string) =>
  count(1000)
    .optional()
    .describe(`For so many ${period} that have a success the newest one is kept, whatever its age.`);

const retention = ruled(
  object(
    'What is deleted of the snapshots of this schedule; absent, or without a rule: nothing ever. The newest success, mounted and running snapshots and those of others never are.',
    {
      expireAfter: duration('1s', '36500d')
        .optional()
        .describe('Successes older than this are deleted, unless a keep rule or minCount holds them.'),
      maxCount: count(100_000)
        .optional()
        .describe('At most so many successes; the oldest that no keep rule holds go first.'),
      keepDaily: keep('days'),
      keepWeekly: keep('weeks, from Monday on,'),
      keepMonthly: keep('months'),
      keepYearly: keep('years'),
      minCount: count(100_000)
        .default(1)
        .describe('So many of the newest successes stay, whatever their age.'),
      failedExpireAfter: duration('1s', '36500d')
        .optional()
        .describe('Snapshots that are no success are deleted when they are older than this.'),
      maxDeletesPerRun: count(100).default(10).describe('At most so many are deleted per run.'),
      dryRun: z
        .boolean()
        .default(false)
        .describe('Show in status.retention.nextDeletions what would be deleted, and delete nothing.'),
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
  'Restores a part of the newest success under another name, compares it, and deletes it again.',
  {
    schedule: cronSchedule('When, in the same syntax and time zone as spec.schedule.'),
    sampleIndices: count(10).default(1).describe('How many indexes are restored each time.'),
    maxBytes: size('1Ki', '1Pi').default('1Gi').describe('Indexes that are larger than this are left out.'),
  },
);

const spec = object('When snapshots are made, of what, and which of them are deleted again.', {
  connectionRef,
  repository,
  schedule: cronSchedule(
    'When, as cron: minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly.',
  ),
  timeZone: timeZone('The time zone of the schedules and of the keep rules, such as Europe/Berlin.').default(
    'Etc/UTC',
  ),
  suspend,
  catchUp: z
    .enum(['RunOnce', 'Skip'])
    .default('RunOnce')
    .describe(
      'What becomes of slots that were missed: the latest one runs once, late, or none. Slots missed while suspended never run.',
    ),
  startingDeadline: duration('1s', '30d').default('1h').describe('How late a missed slot may still run.'),
  concurrencyPolicy: z
    .enum(['Forbid', 'Allow'])
    .default('Forbid')
    .describe('Whether a slot waits while a snapshot of this schedule runs.'),
  namePrefix,
  indices: list(nameGlob('A pattern of names, with * as its only wildcard.'))
    .min(1)
    .default(['*'])
    .describe('The indexes, data streams and aliases to take.'),
  exclude: setOf(nameGlob('A pattern of names, with * as its only wildcard.'))
    .default([])
    .describe('What of them is left out.'),
  includeGlobalState: z
    .boolean()
    .default(false)
    .describe(
      'Take the state of the cluster as well: templates, pipelines, persistent settings. From another namespace this needs a grant on "*".',
    ),
  featureStates: setOf(
    matching(255, '^[a-z0-9_.-]+$', 'must be the name of a feature, as GET _features lists them').describe(
      'The name of a feature.',
    ),
  )
    .default([])
    .describe(
      'Features of Elasticsearch whose state is taken; empty: none. From another namespace they need a grant on "*".',
    ),
  ignoreUnavailable: z
    .boolean()
    .default(true)
    .describe('Leave out indexes that do not exist, rather than fail.'),
  partial: z
    .boolean()
    .default(false)
    .describe('Begin also when a primary shard is missing. Such a snapshot is no success.'),
  metadata: freeForm()
    .optional()
    .describe('Added to the metadata of each snapshot; less than 1024 bytes together with es-steward.'),
  deadline: duration('1s', '30d').default('6h').describe('A snapshot that runs longer raises an alarm.'),
  abortOnDeadline: z
    .boolean()
    .default(false)
    .describe('Abort a snapshot that runs longer than the deadline.'),
  backoffLimit: z
    .int()
    .min(0)
    .max(10)
    .default(3)
    .describe('How often a slot is tried again when its snapshot is no success.'),
  retention: retention.optional(),
  staleAfter: duration('1s', '3650d')
    .optional()
    .describe(
      'How old the newest success may be; absent: twice the largest gap between two slots. Retention deletes nothing while it is older.',
    ),
  restoreCheck: restoreCheck.optional(),
  historyLimit: z.int().min(0).max(50).default(10).describe('How many ended runs status.history shows.'),
});

export type SnapshotScheduleSpec = DeepReadonly<z.output<typeof spec>>;
export type SnapshotScheduleStatus = DeepReadonly<z.output<typeof status>>;
export type SnapshotSchedule = Resource<SnapshotScheduleSpec, SnapshotScheduleStatus>;

export const snapshotSchedule = defineCrd({
  kind: 'SnapshotSchedule',
  plural: 'snapshotschedules',
  shortNames: ['snapsched'],
  description: 'Snapshots on a cron, with what became of them, and their retention.',
  spec,
  status,
  columns: [
    conditionColumn('Ready', 'Ready', 'status', 'Whether the last run went well.'),
    { name: 'Schedule', jsonPath: '.spec.schedule', type: 'string', description: 'When.' },
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
      description: 'What became of the last snapshot.',
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
    conditionColumn('Message', 'Ready', 'message', 'What happens, or what went wrong.'),
  ],
  conditions: snapshotScheduleConditions,
});
