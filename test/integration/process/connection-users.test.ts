import { expect, it } from 'vitest';
import { environment } from '../../support/environment.ts';
import { connections, openProcessBed, policies, schedules } from './process-bed.ts';

const FAR_AWAY = '0 0 29 2 *';

it('what works through a connection says at once that it is suspended, and goes on at once afterwards', async () => {
  const bed = await openProcessBed();
  const { api, namespace } = bed;
  const operator = bed.start();
  await bed.createConnection('main', environment().elasticsearch.url);
  const spec = { connectionRef: { name: 'main' }, schedule: FAR_AWAY };
  const create = (plural: typeof policies, kind: string, more: object) =>
    api.create(plural, namespace, {
      apiVersion: 'es-steward.dev/v1alpha1',
      kind,
      metadata: { namespace, name: 'idle' },
      spec: { ...spec, ...more },
    });
  await create(policies, 'IndexMaintenancePolicy', {
    mode: 'DryRun',
    targets: [{ name: 'none', pattern: `${namespace}-none-*` }],
  });
  await create(schedules, 'SnapshotSchedule', { repository: `${namespace}-none` });
  await operator.logged('became the leader');
  const suspend = (value: boolean) =>
    api.mergePatch({ kind: connections, namespace, name: 'main' }, { spec: { suspend: value } });
  const say = async (policy: string, schedule: string) => [
    await bed.ready(policies, 'idle', (reason) => reason === policy),
    await bed.ready(schedules, 'idle', (reason) => reason === schedule),
  ];

  await say('Planned', 'RepositoryMissing');
  await suspend(true);
  expect(await say('ConnectionSuspended', 'ConnectionSuspended')).toHaveLength(2);
  await suspend(false);
  expect(await say('Planned', 'RepositoryMissing')).toHaveLength(2);
});
