import { expect, it } from 'vitest';
import type { ReindexRequest } from '../crds/reindex-request.ts';
import { operationsOf } from './operations.ts';

type Phase = NonNullable<NonNullable<ReindexRequest['status']>['phase']>;

function request(
  name: string,
  phase: Phase | undefined,
  reason = 'Copying',
  namespace?: string,
): ReindexRequest {
  return {
    metadata: { name, namespace: 'shop' },
    spec: { connectionRef: { name: 'main', ...(namespace && { namespace }) } },
    status: { ...(phase && { phase }), conditions: [{ type: 'Ready', status: 'False', reason }] },
  } as unknown as ReindexRequest; // only what is read
}

it('counts who works and who waits on this connection', () => {
  const requests = [
    request('a', 'Copying'),
    request('b', 'Pending', 'WaitingForTurn'),
    request('c', 'Completed'),
    request('d', undefined),
    request('e', 'Copying', 'Copying', 'platform'),
  ];
  expect(operationsOf(requests, { namespace: 'shop', name: 'main' })).toEqual({
    active: [{ kind: 'ReindexRequest', namespace: 'shop', name: 'a' }],
    queued: 1,
  });
  expect(operationsOf(requests, { namespace: 'platform', name: 'main' }).active).toHaveLength(1);
  expect(operationsOf(requests, { namespace: 'shop', name: 'other' })).toEqual({ active: [], queued: 0 });
});
