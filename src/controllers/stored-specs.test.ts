import { expect, it } from 'vitest';
import { policyOf } from '../../test/support/maintenance-facts.ts';
import { someSchedule } from '../../test/support/snapshot-schedule.ts';
import { indexMaintenancePolicy } from '../crds/index-maintenance-policy.ts';
import { snapshotSchedule } from '../crds/snapshot-schedule.ts';
import { parseResource, type RawObject } from '../runtime/resource.ts';

const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy}', retention: { maxAge: '90d' } }]);
const schedule = someSchedule({ status: {} });

// Decisions read schedules, time zones and durations without looking at them again.
it.each([
  ['schedule', 'now and then'],
  ['timeZone', 'Mars/Olympus'],
  ['startingDeadline', 'soon'],
])('an object that is older than the rule for spec.%s is refused before it is judged', (field, value) => {
  // A cast: as the API server keeps what it once let in.
  const older = ({ spec, ...rest }: object & { readonly spec: object }) =>
    ({ ...rest, spec: { ...spec, [field]: value } }) as unknown as RawObject;
  for (const read of [
    () => parseResource(indexMaintenancePolicy, older(policy)),
    () => parseResource(snapshotSchedule, older(schedule)),
  ])
    expect(read).toThrow(
      expect.objectContaining({
        reason: 'InvalidSpec',
        message: expect.stringContaining(`spec.${field}`),
      }),
    );
});
