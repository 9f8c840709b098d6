import { isDeepStrictEqual } from 'node:util';
import { GROUP } from '../crds/shared.ts';
import type { KubernetesObject } from '../kubernetes/api.ts';
import type { Change } from './store.ts';

/**
 * Whether a change is one to look at: of the spec (generation), of the wish to be deleted, of an annotation of ours, or
 * the loss of the status. Any other change of the status, and the finalizer, are our own writing; waking for them would
 * never end.
 */
export function wakes(change: Change): boolean {
  if (change.type !== 'changed') return true;
  const { before, after } = change;
  return !isDeepStrictEqual(wishes(before), wishes(after)) || (isJudged(before) && !isJudged(after));
}

/** Once so, an object stays so by all that the operator writes: whoever else took it away wants the status built anew. */
function isJudged(object: KubernetesObject): boolean {
  const { status } = object as KubernetesObject & { readonly status?: Judged };
  return (status?.observedGeneration ?? -1) >= 0 && (status?.conditions ?? []).length > 0;
}

/** What the CRD's schema makes sure of. */
interface Judged {
  readonly observedGeneration?: number;
  readonly conditions?: readonly unknown[];
}

function wishes({ metadata }: KubernetesObject): unknown {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) =>
    name.startsWith(`${GROUP}/`),
  );
  return [metadata.uid, metadata.generation, metadata.deletionTimestamp, Object.fromEntries(annotations)];
}
