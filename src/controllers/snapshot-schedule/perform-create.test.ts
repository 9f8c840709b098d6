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
const found = { snapshot: 'one', uuid: 'u', state: 'SUCCESS', start_time_in_millis: 1 };

/** What becomes of the wish when its name is taken, and this is read of whoever has it. */
async function wishAfter(read: unknown): Promise<Run | undefined> {
  const es = answering({ nodes: {} }, TAKEN, read);
  const pass = { signal: new AbortController().signal, now: 0, log: { info: () => {}, warn: () => {} } };
  const action = { type: 'CreateSnapshot', ...run, metadata: {} } as const;
  const change = await create(action, { es, resource, pass } as unknown as EffectContext);
  return change?.(resource.status ?? {}).active;
}

it('leaves a snapshot that has the name to the pass that reads it', async () => {
  expect(await wishAfter({ snapshots: [found] })).toBeUndefined();
});

it.each([
  ['is missing', answer(404, 'snapshot_missing_exception')],
  ['is damaged', answer(500, 'snapshot_exception')],
])('does not ask again and again for a name whose file %s', async (_what, read) => {
  expect((await wishAfter(read))?.refused).toContain('cannot be read');
});
