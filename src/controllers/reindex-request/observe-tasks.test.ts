import { expect, it } from 'vitest';
import { request, UID } from '../../../test/support/reindex-situations.ts';
import { rangeOpaqueId, trialOpaqueId } from './names.ts';
import { readTasks } from './observe-tasks.ts';

const [GONE, LIVING] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

const task = (id: number, uid: string, to = 'orders-v2') => ({
  node: 'n',
  id,
  action: 'indices:data/write/reindex',
  description: `reindex from [orders-v1] to [${to}]`,
  headers: { 'X-Opaque-Id': rangeOpaqueId(uid, 1, 0, { shard: 0, from: 0 }) },
});

it.each([
  ['once it has its turn', 'Preparing', ['n:1', 'n:2']],
  ['not before: another may have one there', 'Validating', ['n:1']],
] as const)(
  'sees what a request that is gone has left writing to the destination, %s',
  async (_, phase, seen) => {
    const tasks = [
      task(1, UID),
      task(2, GONE),
      task(3, GONE, 'orders-v20'),
      task(4, LIVING),
      { ...task(5, GONE), headers: { 'X-Opaque-Id': 'somebody' } },
    ];
    const es = { request: async () => ({ tasks }) };
    const owners = new Set([UID, LIVING]);
    const { running } = await readTasks(request({ phase }), { es, owners }, new AbortController().signal);
    expect(running.map(({ id }) => id)).toEqual(seen);
  },
);

it('sees the trials of a request among its tasks', async () => {
  const headers = { 'X-Opaque-Id': trialOpaqueId(UID, 'es-steward-scratch-abcdef01-01234567') };
  const es = { request: async () => ({ tasks: [{ ...task(1, UID), headers }] }) };
  const { signal } = new AbortController();
  const { running } = await readTasks(request({ phase: 'Validating' }), { es, owners: new Set() }, signal);
  expect(running.map(({ id }) => id)).toEqual(['n:1']);
});
