import { afterAll, expect, it } from 'vitest';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import { distantSlots } from '../../support/distant-slots.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';
import { createIndex, numbered, oneShard, write } from '../../support/reindex-indices.ts';
import { createSchedule, register, runNow } from '../../support/snapshot-bed.ts';
import { isRetained, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const cluster = await startPrivateElasticsearch();
afterAll(() => cluster.stop());
const base = await useReindexBed({}, cluster.info);
const bed = {
  ...base,
  repository: 'backups',
  folder: `${cluster.info.repositoryPath ?? ''}/backups`,
  index: base.name(),
};
const checks = distantSlots(60);

const isChecked = ({ status }: SnapshotSchedule): boolean =>
  status?.lastRestoreCheck !== undefined && status.restoring === undefined;

/** As a disk above the low watermark does it: what is there stays. */
const takeNothingNew = () =>
  bed.es.request({
    method: 'PUT',
    path: '/_cluster/settings',
    body: { persistent: { 'cluster.routing.allocation.require._name': 'nowhere' } },
  });

it('a restore check whose copy no node takes has failed soon, and leaves nothing red', async () => {
  await register(bed, bed.repository, bed.folder);
  await createIndex(bed.es, bed.index, oneShard);
  await write(bed.es, bed.index, numbered(5));
  const name = bed.name();
  const restoreCheck = { schedule: checks.schedule };
  await createSchedule(bed, name, { indices: [bed.index], restoreCheck });
  await using operator = startSnapshotProcess(bed);
  await runNow(bed, name, 'one');
  await operator.until(name, 'it has ended', isRetained);
  await takeNothingNew();
  const now = operator.clock.now();
  operator.clock.skip(checks.next(now) - now + 1_000);
  const schedule = await operator.until(name, 'it is checked', isChecked);
  expect(reasonOf(schedule, 'Restorable')).toBe('RestoreCheckFailed');
  expect(schedule.status?.lastRestoreCheck?.message).toContain('could not be placed on any node');
  const left = await bed.es.request({
    method: 'GET',
    path: '/_all/_settings',
    query: { expand_wildcards: 'all' },
  });
  expect(Object.keys(left as object)).toEqual([bed.index]);
});
