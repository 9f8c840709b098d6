import { describe, expect, it } from 'vitest';
import { archiveBatch, policyOf } from '../../test/support/maintenance-facts.ts';
import { NOW, request } from '../../test/support/reindex-situations.ts';
import { CLEANUP_FINALIZER } from '../crds/shared.ts';
import type { ReindexRequestStatus } from '../crds/reindex-request.ts';
import type { ActionLike, Controller } from '../runtime/controller.ts';
import { type SharedParts, type Wire, wireControllers } from './index.ts';

interface Runner {
  enqueue(): void;
  objects(): readonly never[];
  unlisted(): readonly string[];
}

const ASKED = new Error('the connection was asked for');
const pass = { now: NOW, signal: new AbortController().signal, log: { info: () => {}, warn: () => {} } };

/** What a pass of a kind comes to, while the views of `missing` are not synced. */
function observing(kind: string, missing: readonly string[]) {
  const controllers = new Map<string, Controller<never, never, never, never>>();
  const wire: Wire<Runner> = <Spec, Status, Observed, Action extends ActionLike>(
    controller: Controller<Spec, Status, Observed, Action>,
  ) => {
    const { plural } = controller.definition;
    // Casts: which kind it is of is known where it is asked.
    controllers.set(plural, controller as unknown as Controller<never, never, never, never>);
    const unlisted = missing.includes(plural) ? [`${plural} in namespace team-b`] : [];
    return { enqueue: () => {}, objects: () => [], unlisted: () => unlisted };
  };
  const use = () => Promise.reject(ASKED);
  wireControllers(wire, { connections: { use } } as unknown as SharedParts);
  return async (resource: unknown) => controllers.get(kind)?.observe(resource as never, pass);
}

const KINDS = [
  'elasticsearchconnections',
  'reindexrequests',
  'snapshotschedules',
  'indexmaintenancepolicies',
];

describe('a policy', () => {
  const policy = policyOf([{ name: 'logs', pattern: 'logs-*', retention: { maxAge: '7d' } }]);

  it.each(KINDS)('does nothing while there may be more %s than were seen, and names them', async (kind) => {
    const observed = observing('indexmaintenancepolicies', [kind])(policy);
    await expect(observed).rejects.toMatchObject({
      reason: 'NotSynced',
      message: expect.stringContaining(`${kind} in namespace team-b`),
    });
  });

  it('ends what it has begun when it is deleted, whatever is in view', async () => {
    const { metadata } = policy;
    const leaving = {
      ...policy,
      metadata: { ...metadata, deletionTimestamp: '2026-03-01T11:59:00Z' },
      status: {
        archive: { documents: 0, held: [], hindered: [{ ...archiveBatch, reason: 'Closed', triedTime: '' }] },
      },
    };
    const observed = observing('indexmaintenancepolicies', ['reindexrequests'])(leaving);
    expect(await observed).toMatchObject({ type: 'archiveBatch' });
  });

  it('goes on once all are in view', async () => {
    await expect(observing('indexmaintenancepolicies', [])(policy)).rejects.toBe(ASKED);
  });
});

describe('a request', () => {
  const observed = (kind: string, status: ReindexRequestStatus, spec: object = {}) =>
    observing('reindexrequests', [kind])(request(status, spec));

  it.each(['Pending', 'Validating'] as const)(
    'takes no turn in %s while there may be others',
    async (phase) => {
      const taking = observed('reindexrequests', { phase });
      await expect(taking).rejects.toMatchObject({ reason: 'NotSynced' });
      await expect(observed('indexmaintenancepolicies', { phase })).rejects.toBe(ASKED);
    },
  );

  it('goes on, and lets go, whatever is in view: writers may wait for it', async () => {
    await expect(observed('reindexrequests', { phase: 'Fencing' })).rejects.toBe(ASKED);
    await expect(observed('reindexrequests', { phase: 'Pending' }, { cancel: true })).rejects.toBe(ASKED);
    const lost = request({}, {});
    const holding = { ...lost, metadata: { ...lost.metadata, finalizers: [CLEANUP_FINALIZER] } };
    await expect(observing('reindexrequests', ['reindexrequests'])(holding)).rejects.toBe(ASKED);
  });
});
