import { describe, expect, it } from 'vitest';
import type { KubernetesApi, KubernetesObject } from '../kubernetes/api.ts';
import { refusalError } from '../kubernetes/errors.ts';
import type { Lease } from '../runtime/lease.ts';
import { condition, NOW, request } from '../../test/support/plugin-objects.ts';
import { memorySession } from '../../test/support/plugin-session.ts';
import { status } from './status.ts';

const copy = request({ phase: 'Completed', conditions: [condition('Ready', 'True', 'Completed')] });

interface Cluster {
  readonly leases?: readonly Lease[];
  /** Namespaces of operators that are paused. */
  readonly paused?: readonly string[];
  /** Plurals that this login may not see. */
  readonly forbidden?: readonly string[];
}

/** `status` in a cluster with one copy that is done, and these operators. */
async function shown(
  line: string,
  { leases = [leaseIn('es-steward')], paused = [], forbidden = [] }: Cluster,
) {
  const { session, args, text } = memorySession(line, copy);
  const lists: Readonly<Record<string, readonly object[]>> = { leases, reindexrequests: [copy.resource] };
  const list: KubernetesApi['list'] = ({ plural }) => {
    if (forbidden.includes(plural))
      throw refusalError(`LIST ${plural}`, { status: 403, body: '', mutating: false });
    return Promise.resolve({ items: (lists[plural] ?? []) as never[], resourceVersion: '1' }); // of that kind
  };
  const get = <T extends KubernetesObject>({ namespace = '' }: { readonly namespace?: string }) =>
    Promise.resolve({ data: { paused: String(paused.includes(namespace)) } } as unknown as T); // only a ConfigMap is asked for
  const code = await status({ ...session, kubernetes: { ...session.kubernetes, list, get } }, args);
  return { code, text: text() };
}

const leaseIn = (namespace: string, ageMs = 5_000): Lease => ({
  metadata: { name: 'es-steward', namespace, uid: namespace, resourceVersion: '1' },
  spec: { holderIdentity: `pod-of-${namespace}`, renewTime: new Date(NOW - ageMs).toISOString() },
});

describe('the status of several operators', () => {
  const two = { leases: [leaseIn('team-a', 3_600_000), leaseIn('team-b')] };

  it('tells of each, and is not well while one of them is silent', async () => {
    const { code, text } = await shown('status -n shop --check', two);
    expect(code).toBe(1);
    expect(text).toContain('The operator runs: pod-of-team-b holds the Lease es-steward in team-b.');
    expect(text).toContain(
      'The operator does not run: its Lease es-steward in team-a was last renewed 60m ago; delete the Lease if it was uninstalled.',
    );
  });

  it('leaves out one that was taken down in order, as long as another one works', async () => {
    const left = leaseIn('team-a', 3_600_000);
    const released = { ...left, spec: { ...left.spec, holderIdentity: '' } };
    const { code, text } = await shown('status -n shop --check', { leases: [released, leaseIn('team-b')] });
    expect([code, text.includes('team-a')]).toEqual([0, false]);
    expect((await shown('status -n shop --check', { leases: [released] })).code).toBe(1);
  });

  it('is not well while one of them is paused', async () => {
    const leases = [leaseIn('team-a'), leaseIn('team-b')];
    expect((await shown('status -n shop --check', { leases })).code).toBe(0);
    const { code, text } = await shown('status -n shop --check', { leases, paused: ['team-b'] });
    expect(code).toBe(1);
    expect(text).toContain('is paused by the ConfigMap es-steward in team-b');
  });

  it('tells programs of all, and of the one that was renewed last as before', async () => {
    const { text } = await shown('status -n shop -o json', two);
    expect(JSON.parse(text)).toMatchObject({
      operator: { namespace: 'team-b', state: 'alive' },
      operators: [
        { namespace: 'team-b', state: 'alive' },
        { namespace: 'team-a', state: 'silent' },
      ],
    });
  });
});

describe('the status for a login that may see some kinds only', () => {
  const others = ['elasticsearchconnections', 'snapshotschedules', 'indexmaintenancepolicies'];

  it('shows them, and says what it leaves out', async () => {
    const { code, text } = await shown('status -n shop', { forbidden: others });
    expect(code).toBe(0);
    expect(text).toMatch(/^reindex\/orders-v2 +good/m);
    expect(text).toContain(
      'Not shown: ElasticsearchConnections, SnapshotSchedules, IndexMaintenancePolicies (not allowed)',
    );
    const { text: json } = await shown('status -n shop -o json', { forbidden: others.slice(2) });
    expect(JSON.parse(json)).toMatchObject({ notShown: ['IndexMaintenancePolicy'] });
  });

  it('fails where it may see none', async () => {
    await expect(
      shown('status -n shop', { forbidden: [...others, 'reindexrequests'] }),
    ).rejects.toMatchObject({
      class: 'forbidden',
    });
  });
});
