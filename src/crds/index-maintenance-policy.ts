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
    'Groups of indexes that are never deleted: LifecycleManaged (has a lifecycle policy), SoleAliasMember (the last index of an alias), MountedSnapshot, Hidden. Write indexes and indexes of data streams are always skipped.',
  );

const deletion = object('Limits for the deletion of indexes.', {
  maxDeletes: intOrPercent(100_000)
    .default(20)
    .describe(
      'How many indexes a plan may delete without approval: a number, or a percentage of all indexes of the targets, rounded down, but at least 1 if above 0%.',
    ),
  approval: z
    .enum(['OnLimit', 'Always', 'Never'])
    .default('OnLimit')
    .describe(
      'When a plan needs approval of its hash. OnLimit: above maxDeletes. Always: always. Never: no approval is possible, and nothing is deleted above maxDeletes.',
    ),
  approvedPlan: matching(64, '^[0-9a-f]{8,64}$', 'must be the hash of a plan, as in status.plan.hash')
    .optional()
    .describe('The hash of the approved plan. The annotation es-steward.dev/approve does the same.'),
  minHealth: z
    .enum(['green', 'yellow', 'red'])
    .default('yellow')
    .describe('Indexes are deleted only if the health of the cluster is at least this.'),
  skip,
});

const spec = object('Which indexes are maintained, and how.', {
  connectionRef,
  mode: z
    .enum(['DryRun', 'Enforce'])
    .describe('DryRun: only write the plan into status. Enforce: carry it out.'),
  suspend,
  schedule: cronSchedule(
    'When the policy runs: five cron fields, or @hourly, @daily, @weekly, @monthly, @yearly.',
  ).default('@hourly'),
  timeZone: timeZone(
    'The time zone of the schedule, such as Europe/Berlin. The periods in index names are always in UTC.',
  ).default('Etc/UTC'),
  startingDeadline: duration('1s', '30d')
    .default('1h')
    .describe('How late a run may start. A run that is later is skipped.'),
  targets: mapOf('name', target, 50).min(1).describe('The groups of indexes.'),
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
    'Maintains aliases of time-series indexes, deletes old indexes and archives old documents, by a plan that is shown first.',
  spec,
  status,
  columns: [
    conditionColumn('Ready', 'Ready', 'status', 'Whether the policy works as intended.'),
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
      description: 'Time since the last run without a failure.',
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
