import { expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { getIndexBefore } from './observe-index.ts';

const { signal } = new AbortController();

/** A cluster that refuses to show the index. */
function refusing(status: number, type: string) {
  const body = { error: { type, reason: 'no' }, status };
  const error = classifyAnswer({ method: 'GET', path: '/orders-v1' }, { status, body });
  return { error, es: { request: () => Promise.reject(error) } };
}

it('names the index whose settings are hidden by a block, and the cure', async () => {
  const { es } = refusing(403, 'cluster_block_exception');
  const waiting = await getIndexBefore(es, 'orders-v1', signal).catch((error: unknown) => error);
  expect(waiting).toBeInstanceOf(WaitingError);
  expect(waiting).toMatchObject({
    reason: 'PreflightFailed',
    message: expect.stringMatching(/orders-v1 .*index\.blocks\.metadata/),
  });
});

it('leaves every other fault as it is', async () => {
  const { es, error } = refusing(403, 'security_exception');
  await expect(getIndexBefore(es, 'orders-v1', signal)).rejects.toBe(error);
});
