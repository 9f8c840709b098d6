import { expect, it } from 'vitest';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { LockWatch } from './lock-watch.ts';
import type { EffectContext } from './perform-effect.ts';
import { renewLocks } from './perform-locks.ts';

function refusing(errorClass: ErrorClass): { readonly context: EffectContext; readonly locks: LockWatch } {
  const locks = new LockWatch({ monotonic: () => 0, cluster: async () => 'here' });
  const refusal = new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: 'refused' });
  const context = {
    es: { request: () => Promise.reject(refusal) },
    resource: { metadata: { uid: 'u', namespace: 'n', name: 'r' } },
    pass: { signal: new AbortController().signal, now: 0, log: { info: () => {}, warn: () => {} } },
    locks,
  } as unknown as EffectContext; // only what is used
  return { context, locks };
}

const renewal = { type: 'RenewLocks', names: ['orders'], blocks: false } as const;

it.each<ErrorClass>(['forbidden', 'blocked', 'diskFull', 'invalid', 'unavailable'])(
  'a sign of life that is refused as %s stops no copy, and is tried again only when it is due',
  async (errorClass) => {
    const { context, locks } = refusing(errorClass);
    await renewLocks(renewal, context);
    expect(locks.isRenewalDue('u')).toBe(false);
  },
);

it('a fault of the program is not passed over', async () => {
  const { context } = refusing('serverError');
  await expect(renewLocks(renewal, context)).rejects.toMatchObject({ errorClass: 'serverError' });
});
