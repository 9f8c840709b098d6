import { expect, it } from 'vitest';
import { NOW, request } from '../../../test/support/reindex-situations.ts';
import type { Connections, Use } from '../../elasticsearch/connections.ts';
import type { Pass } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { createObserve } from './observe.ts';

it('asks a grant for every pipeline that the spec names', async () => {
  const asked: Use[] = [];
  const use: Connections['use'] = async (wanted) => {
    asked.push(wanted);
    throw new WaitingError('NotGranted', 'ask its owner', 1);
  };
  // Casts: it ends at the connection, and nothing else is used.
  const observe = createObserve({ connections: { use }, requests: () => [] } as unknown as Parameters<
    typeof createObserve
  >[0]);
  const pass = { now: NOW, signal: new AbortController().signal } as Pass;
  const settings = { final_pipeline: 'q' };
  const over = { transform: { pipeline: 'p' }, destination: { index: 'orders-v2', settings } };
  await expect(observe(request({}, over), pass)).rejects.toThrow('ask its owner');
  expect(asked).toMatchObject([{ pipelines: ['p', 'q'] }]);
});
