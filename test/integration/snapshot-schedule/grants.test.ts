import { expect, it } from 'vitest';
import type { ElasticsearchConnection } from '../../../src/crds/elasticsearch-connection.ts';
import {
  connectionRefOf,
  createSchedule,
  editSchedule,
  runNow,
  snapshotsOf,
  useSnapshotBed,
} from '../../support/snapshot-bed.ts';
import { isRetained, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const platform = await useSnapshotBed();
const team = { ...platform, namespace: `${platform.namespace}-team` };
const namespaces = { group: '', version: 'v1', plural: 'namespaces' };
await platform.api.create(namespaces, '', { metadata: { name: team.namespace } });

/** What the owner of the connection lets the team do, and the probe of it that follows. */
async function grant(operations: readonly string[], indices = [platform.index]): Promise<void> {
  const repositories = [platform.repository];
  const grants = [{ namespaces: [team.namespace], indices, repositories, operations }];
  const ref = connectionRefOf(platform);
  const edited = await platform.api.mergePatch<ElasticsearchConnection>(ref, { spec: { grants } });
  const observedGeneration = edited.metadata.generation;
  const conditions = edited.status?.conditions?.map((condition) => ({ ...condition, observedGeneration }));
  await platform.api.mergePatch(ref, { status: { conditions } }, { subresource: 'status' });
}

it('a schedule of another namespace does what the connection grants it, and no more', async () => {
  const name = platform.name();
  const connectionRef = { name: 'main', namespace: platform.namespace };
  const schedule = { connectionRef, indices: [platform.index], retention: { maxCount: 1 } };
  await createSchedule(team, name, schedule);
  await using operator = startSnapshotProcess(team);
  await runNow(team, name, 'one');
  await operator.pass(name);
  expect(reasonOf(await operator.read(name))).toBe('NotGranted');

  await grant(['Snapshot'], ['something-else']);
  await operator.pass(name);
  expect(reasonOf(await operator.read(name))).toBe('NotGranted');

  await grant(['Snapshot']);
  await operator.until(name, 'the first has ended', isRetained);
  // A slot has its second for a name: a second wish within one would find what it asks for.
  operator.clock.skip(1_000);
  await runNow(team, name, 'two');
  const kept = await operator.until(
    name,
    'nothing may be deleted',
    ({ status }) => status?.retention?.nextDeletions?.[0]?.reason === 'MaxCount',
  );
  expect(kept.status?.retention?.halted).toBe('NotGranted');
  expect(await snapshotsOf(platform)).toHaveLength(2);

  await grant(['Snapshot', 'Delete']);
  operator.clock.skip(1_000);
  await editSchedule(team, name, { metadata: { annotations: { 'es-steward.dev/run-now': 'three' } } });
  await operator.until(name, 'the old ones are gone', ({ status }) => status?.retention?.deleted === 2);
  expect(await snapshotsOf(platform)).toHaveLength(1);

  await editSchedule(team, name, { spec: { includeGlobalState: true } });
  await operator.pass(name);
  const { status } = await operator.read(name);
  expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
    reason: 'NotGranted',
    message: expect.stringMatching(/"\*".*spec\.includeGlobalState/),
  });
});
