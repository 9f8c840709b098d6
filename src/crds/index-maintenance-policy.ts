import { z } from 'zod';
import { defineCrd } from './define.ts';
import { duration } from './duration.ts';
import { intOrPercent, list, mapOf, matching, object } from './fields.ts';
import { indexMaintenancePolicyConditions as conditions } from './index-maintenance-policy-conditions.ts';
import { indexMaintenancePolicyStatus as status } from './index-maintenance-policy-status.ts';
import { target } from './index-maintenance-policy-target.ts';
import { cronSchedule, timeZone } from './schedule.ts';
import { conditionColumn, connectionRef, type DeepReadonly, type Resource, suspend } from './shared.ts';

const skip = list(
  z
    .enum(['LifecycleManaged', 'SoleAliasMember', 'MountedSnapshot', 'Hidden'])
    .describe('A group of indexes.'),
  4,
)
  .default(['LifecycleManaged', 'SoleAliasMember', 'MountedSnapshot', 'Hidden'])
  .describe(
    'Which indexes are left alone besides write indexes and those of data streams, which always are: under a lifecycle policy, the last one behind an alias, mounted from a snapshot, hidden.',
  );

const deletion = object('What stands between a plan and the deletion of indexes.', {
  maxDeletes: intOrPercent(100_000)
    .default(20)
    .describe(
      'How many indexes one plan may delete without approval: a number, or a percentage of all indexes of the targets, rounded down but at least 1 above 0%.',
    ),
  approval: z
    .enum(['OnLimit', 'Always', 'Never'])
    .default('OnLimit')
    .describe(
      'When a plan needs approval of its hash: above maxDeletes, always, or never; with Never nothing is deleted above maxDeletes.',
    ),
  approvedPlan: matching(64, '^[0-9a-f]{8,64}$', 'must be the hash of a plan, as in status.plan.hash')
    .optional()
    .describe('The hash of the approved plan; the annotation es-steward.dev/approve does the same.'),
  minHealth: z
    .enum(['green', 'yellow', 'red'])
    .default('yellow')
    .describe('The least health of the cluster at which indexes are deleted.'),
  skip,
});

const spec = object('Which indexes are looked after, and what for.', {
  connectionRef,
  mode: z
    .enum(['DryRun', 'Enforce'])
    .describe('DryRun: write the plan into status and do nothing. Enforce: carry it out.'),
  suspend,
  schedule: cronSchedule(
    'When it acts: five fields of cron, or @hourly, @daily, @weekly, @monthly, @yearly.',
  ).default('@hourly'),
  timeZone: timeZone(
    'The time zone of the schedule, such as Europe/Berlin. Periods of indexes are always in UTC.',
  ).default('Etc/UTC'),
  startingDeadline: duration('1s', '30d')
    .default('1h')
    .describe('How late a run may begin; what is missed by more waits for the next time.'),
  targets: mapOf('name', target, 50).min(1).describe('What is looked after.'),
  deletion: deletion.prefault({}),
  historyLimit: z.int().min(0).max(50).default(10).describe('How many earlier runs status lists.'),
});

export type IndexMaintenancePolicySpec = DeepReadonly<z.output<typeof spec>>;
export type IndexMaintenancePolicyStatus = DeepReadonly<z.output<typeof status>>;
export type IndexMaintenancePolicy = Resource<IndexMaintenancePolicySpec, IndexMaintenancePolicyStatus>;
export type MaintenanceTarget = IndexMaintenancePolicySpec['targets'][number];

export const indexMaintenancePolicy = defineCrd({
  kind: 'IndexMaintenancePolicy',
  plural: 'indexmaintenancepolicies',
  shortNames: ['imp'],
  description:
    'Keeps aliases of time-series indexes right and deletes what is old, by a plan that is shown first.',
  spec,
  status,
  columns: [
    conditionColumn('Ready', 'Ready', 'status', 'Whether everything is as it should be.'),
    { name: 'Mode', jsonPath: '.spec.mode', type: 'string', description: 'DryRun or Enforce.' },
    { name: 'Matched', jsonPath: '.status.matched', type: 'integer', description: 'Indexes of all targets.' },
    {
      name: 'Would Delete',
      jsonPath: '.status.plan.deletes.count',
      type: 'integer',
      description: 'Indexes that the plan deletes.',
    },
    {
      name: 'Last Success',
      jsonPath: '.status.lastSuccessfulTime',
      type: 'date',
      description: 'Time since a run ended well.',
    },
    {
      name: 'Next Run',
      jsonPath: '.status.nextRunTime',
      type: 'string',
      description: 'The next time of the schedule.',
    },
    conditionColumn('Message', 'Ready', 'message', 'What it waits for, or what went wrong.'),
  ],
  conditions,
});
