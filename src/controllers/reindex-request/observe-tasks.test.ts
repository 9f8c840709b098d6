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
  ['once it has its turn', 'Preparing', ['n:1', 'n:2', 'n:7']],
  ['not before: another may have one there', 'Validating', ['n:1']],
] as const)(
  'sees what a request that is gone has left writing to the destination, %s',
  async (_, phase, seen) => {
    const tasks = [
      task(1, UID),
      task(2, GONE),
      task(3, GONE, 'orders-v20'),
      task(4, LIVING),
      task(6, GONE, 'es-steward-00000000-Into-1'),
      task(7, GONE, 'es-steward-00000000-Into-2'),
      { ...task(5, GONE), headers: { 'X-Opaque-Id': 'somebody' } },
    ];
    const es = { request: async () => ({ tasks }) };
    const known = { es, owners: new Set([UID, LIVING]), entrances: ['es-steward-00000000-Into-2'] };
    const { running } = await readTasks(request({ phase }), known, new AbortController().signal);
    expect(running.map(({ id }) => id)).toEqual(seen);
  },
);

it('sees the trials of a request among its tasks', async () => {
  const headers = { 'X-Opaque-Id': trialOpaqueId(UID, 'es-steward-scratch-abcdef01-01234567') };
  const es = { request: async () => ({ tasks: [{ ...task(1, UID), headers }] }) };
  const { signal } = new AbortController();
  const known = { es, owners: new Set<string>(), entrances: [] };
  const { running } = await readTasks(request({ phase: 'Validating' }), known, signal);
  expect(running.map(({ id }) => id)).toEqual(['n:1']);
});
