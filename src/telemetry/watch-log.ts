import { isKubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesError } from '../kubernetes/errors.ts';
import type { Logger } from './logger.ts';

/** Says how the view of one kind fares, with the cure where there is one. */
export function tellingWatch(
  log: Pick<Logger, 'debug' | 'info' | 'warn'>,
  plural: string,
  onTried: () => void,
) {
  return {
    listed(objects: number, namespace?: string): void {
      onTried();
      log.info({ kind: plural, namespace, objects }, 'listed');
    },
    failed(error: KubernetesError, waitMs: number, namespace?: string): void {
      onTried();
      const fields = { kind: plural, namespace, retryInMs: Math.round(waitMs), class: error.class };
      // After a restart of the API server or a change of the CRD this is the usual way on.
      if (isKubernetesError(error, 'expired')) log.debug(fields, 'the watch is too old: listing again');
      else if (isKubernetesError(error, 'kindNotInstalled')) log.warn(fields, notInstalled(plural));
      else log.warn({ ...fields, err: error }, cureFor(error, plural));
    },
  };
}

const notInstalled = (plural: string): string =>
  `the kind ${plural}.es-steward.dev is not installed: apply the CRDs (kubectl apply -f deploy/crds). Trying again`;

function cureFor(error: KubernetesError, plural: string): string {
  if (error.class === 'forbidden')
    return `not allowed to list and watch ${plural}: grant it by RBAC. Trying again`;
  if (error.class === 'unauthorized') return 'the API server refuses the credentials. Trying again';
  return `the watch of ${plural} failed. Trying again`;
}
