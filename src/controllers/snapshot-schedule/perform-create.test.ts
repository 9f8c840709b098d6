import { expect, it } from 'vitest';
import { answering } from '../../../test/support/scenario-elasticsearch.ts';
import { snapshotSchedule } from '../../crds/snapshot-schedule.ts';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Run, Schedule } from './observed.ts';
import { create } from './perform-create.ts';
import type { EffectContext } from './perform-effect.ts';

const run: Run = {
  snapshot: 'one',
  repository: 'backups',
  slot: '2026-06-15T12:00:00Z',
  attempt: 1,
  accepted: false,
};
const spec = { connectionRef: { name: 'main' }, repository: 'backups', schedule: '@hourly' };
const resource = { spec: snapshotSchedule.spec.parse(spec), status: { active: run } } as unknown as Schedule;
const answer = (status: number, type: string) =>
  classifyAnswer(
    { method: 'PUT', path: '/' },
    { status, body: { error: { type, reason: 'taken' }, status } },
  );

const TAKEN = answer(400, 'snapshot_name_already_in_use_exception');
it('leaves whatever has the name to the pass that reads it', async () => {
  const es = answering({ nodes: {} }, TAKEN);
  const pass = { signal: new AbortController().signal, now: 0, log: { info: () => {}, warn: () => {} } };
  const action = { type: 'CreateSnapshot', ...run, metadata: {} } as const;
  expect(await create(action, { es, resource, pass } as unknown as EffectContext)).toBeUndefined();
});
