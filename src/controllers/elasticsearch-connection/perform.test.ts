import { expect, it } from 'vitest';
import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { ErrorClass } from '../../elasticsearch/errors.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { Connection } from './observed.ts';
import { createPerform, type PerformDependencies } from './perform.ts';
import { createVerifications } from './verifications.ts';

const status: Status = { repositories: [{ name: 'backups', type: 'fs', readOnly: false, verified: true }] };

async function verdictAfter(errorClass: ErrorClass): Promise<boolean | undefined> {
  const request = async () => {
    throw new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: '' });
  };
  // Casts: nothing else of them is used.
  const connections = { client: async () => ({ request }) } as unknown as PerformDependencies['connections'];
  const resource = { metadata: { namespace: 'db', name: 'main', uid: 'u' } } as unknown as Connection;
  const pass = { now: 0, signal: new AbortController().signal } as Pass;
  const action = { type: 'verifyRepository', repository: 'backups', canWait: true } as const;
  const perform = createPerform({ connections, verifications: createVerifications() });
  const change = await perform(action, resource, pass);
  return change(status).repositories?.[0]?.verified;
}

it.each(['serverError', 'notFound', 'timeout'] as const)(
  'finds a repository bad by %s',
  async (errorClass) => {
    expect(await verdictAfter(errorClass)).toBe(false);
  },
);

it.each([
  'forbidden',
  'unauthenticated',
  'overloaded',
  'unavailable',
  'unreachable',
  'unknownOutcome',
] as const)('keeps the verdict on %s, which is not of the repository', async (errorClass) => {
  expect(await verdictAfter(errorClass)).toBe(true);
});
