import type { KubernetesApi, ObjectRef } from './api.ts';

/**
 * What tells one Kubernetes cluster from another in what people read: there is no official name, and the uid of an
 * object that the operator reads anyway, its Lease, asks for no further permission. `unknown` while there is none.
 */
export function clusterIdentity(
  kubernetes: Pick<KubernetesApi, 'get'>,
  lease: ObjectRef,
): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    // Only a name for people: that it cannot be read stops nobody.
    known ??= await kubernetes.get(lease).then(
      (found) => found?.metadata.uid,
      () => undefined,
    );
    return known ?? 'unknown';
  };
}
