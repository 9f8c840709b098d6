import { setTimeout as sleep } from 'node:timers/promises';
import { ApiException, type V1Namespace } from '@kubernetes/client-node';
import type { Kubernetes } from './kubernetes.ts';
import { demoNamespace as name } from './servers.ts';

/** Tells the namespace of the demo from somebody's own of the same name. */
const labels = { 'app.kubernetes.io/managed-by': 'es-steward-demo' };
const pollMs = 250;
const goneLimitMs = 60_000;
const answerLimitMs = 3_000;

/** Whether the namespace of an earlier demo is there. Looks only. @throws when it is somebody else's. */
export async function hasNamespace(kubernetes: Kubernetes): Promise<boolean> {
  const found = await find(kubernetes);
  if (found === undefined) return false;
  const [[key, value]] = Object.entries(labels) as [[string, string]];
  if (found.metadata?.labels?.[key] === value) return true;
  throw new Error(
    `The namespace ${name} is not of this demo, because it lacks the label ${key}=${value}. Nothing was touched. ` +
      'Delete it if nobody needs it, or give the demo another cluster, or none: without KUBECONFIG it starts its own.',
  );
}

/** Makes the namespace unless it is there. @throws when an earlier one does not end. */
export async function provideNamespace(kubernetes: Kubernetes, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  while ((await find(kubernetes))?.metadata?.deletionTimestamp !== undefined) {
    if (performance.now() - started > goneLimitMs)
      throw new Error(
        `The namespace ${name} of an earlier demo is being deleted and does not go: \`kubectl describe namespace ` +
          `${name}\` says why. Without KUBECONFIG the demo starts a cluster of its own.`,
      );
    await sleep(pollMs, undefined, { signal });
  }
  if (await hasNamespace(kubernetes)) return;
  await kubernetes.core.createNamespace({ body: { metadata: { name, labels } } });
}

/** Deletes the namespace of the demo, without waiting for the end. */
export async function removeNamespace({ core }: Kubernetes): Promise<void> {
  await core.deleteNamespace({ name });
}

/**
 * Whether an operator of somebody else looks after the namespace: it would refuse this address at once, without asking
 * anybody. Two operators would get into each other's way.
 */
export async function isLookedAfter({ objects, read }: Kubernetes, signal: AbortSignal): Promise<boolean> {
  const plural = 'elasticsearchconnections';
  const probe = await objects.create(plural, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { generateName: 'who-is-there-' },
    spec: { endpoints: ['https://169.254.0.1:9200'] },
  });
  try {
    for (let waited = 0; waited < answerLimitMs; waited += pollMs) {
      await sleep(pollMs, undefined, { signal });
      if ((await read(plural, probe)).status.conditions.length > 0) return true;
    }
    return false;
  } finally {
    await objects.delete(plural, probe);
  }
}

async function find({ core }: Kubernetes): Promise<V1Namespace | undefined> {
  try {
    return await core.readNamespace({ name });
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
