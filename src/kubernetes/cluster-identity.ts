import type { KubernetesApi } from './api.ts';
import { isKubernetesError } from './errors.ts';

const KUBE_SYSTEM = {
  kind: { group: '', version: 'v1', plural: 'namespaces' },
  name: 'kube-system',
} as const;

/**
 * What tells one Kubernetes cluster from another: there is no official name, and the uid of this namespace is as old as
 * the cluster. Asked for once; `unknown` to an operator that may not read it, which is then said to people as it is.
 */
export function clusterIdentity(kubernetes: Pick<KubernetesApi, 'get'>): () => Promise<string> {
  let known: string | undefined;
  return async () => (known ??= await uidOf(kubernetes));
}

async function uidOf(kubernetes: Pick<KubernetesApi, 'get'>): Promise<string> {
  try {
    return (await kubernetes.get(KUBE_SYSTEM))?.metadata.uid ?? 'unknown';
  } catch (error) {
    if (isKubernetesError(error, 'forbidden')) return 'unknown';
    throw error;
  }
}
