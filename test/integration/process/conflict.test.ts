import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { KindRef } from '../../../src/kubernetes/api.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { proxiedKubeconfig } from '../../support/proxied-kubeconfig.ts';
import { connections, createNamespace, openProcessBed, policies } from './process-bed.ts';
import type { Conditioned, ProcessBed } from './process-bed.ts';

const DAY_MS = 86_400_000;

function elasticsearch(method: string, path: string): Promise<Response> {
  return fetch(`${environment().elasticsearch.url}${path}`, { method });
}

async function untilReady(bed: ProcessBed, kind: KindRef, namespace: string, reason: string): Promise<void> {
  await eventually(`a ${kind.plural} in ${namespace} says ${reason}`, async () => {
    const found = await bed.api.get<Conditioned>({ kind, namespace, name: 'main' });
    return found?.status?.conditions?.some(({ type, reason: is }) => type === 'Ready' && is === reason);
  });
}

/** Asked to run now: it acts as soon as nothing stands against it. */
function createPolicy(bed: ProcessBed, namespace: string, pattern: string, maxAge: string) {
  return bed.api.create(policies, namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'IndexMaintenancePolicy',
    metadata: { namespace, name: 'main', annotations: { 'es-steward.dev/run-now': 'please' } },
    spec: {
      connectionRef: { name: 'main' },
      mode: 'Enforce',
      targets: [{ name: 'logs', series: pattern, retention: { maxAge } }],
    },
  });
}

const lineOf = ({ lines }: OperatorProcess, fields: Readonly<Record<string, string>>) =>
  lines.findIndex((line) => Object.entries(fields).every(([name, value]) => line[name] === value));

it('deletes nothing that another policy stands against, although that one is listed late', {
  timeout: 120_000,
}, async () => {
  const bed = await openProcessBed();
  const other = await createNamespace(bed.api);
  const name = `logs${randomUUID().slice(0, 8)}`;
  const day = new Date(Date.now() - 30 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.');
  await elasticsearch('PUT', `/${name}-${day}`);
  const watched = [`--watch-namespaces=${other}`];

  const before = bed.start(watched);
  for (const namespace of [bed.namespace, other]) {
    await bed.createConnection('main', environment().elasticsearch.url, namespace);
    await untilReady(bed, connections, namespace, 'Connected');
  }
  await createPolicy(bed, other, `${name}-{date:yyyy.MM.dd}`, '90d');
  await createPolicy(bed, bed.namespace, `${name}-{date:yyyy.MM.dd}`, '7d');
  await untilReady(bed, policies, bed.namespace, 'Conflict');
  before.signal('SIGTERM');
  expect(await before.exited).toBe(0);

  const { proxy, kubeconfig } = await proxiedKubeconfig();
  let refused = 0;
  proxy.fault = ({ url }) => {
    if (!url.includes(`/namespaces/${other}/indexmaintenancepolicies?`) || refused === 3) return undefined;
    refused += 1;
    return { type: 'answer', status: 503 };
  };
  const after = bed.start(watched, kubeconfig);
  const passOf = (namespace: string) =>
    lineOf(after, { controller: 'indexmaintenancepolicy', namespace, message: 'pass ended' });
  await eventually('both were judged', () => passOf(other) >= 0 && passOf(bed.namespace) >= 0, 60_000);
  const listed = lineOf(after, { kind: 'indexmaintenancepolicies', namespace: other, message: 'listed' });
  expect((await elasticsearch('HEAD', `/${name}-${day}`)).status).toBe(200);
  expect(refused).toBe(3);
  expect(passOf(bed.namespace)).toBeGreaterThan(listed);
});
