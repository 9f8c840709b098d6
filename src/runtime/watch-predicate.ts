import { isDeepStrictEqual } from 'node:util';
import { GROUP } from '../crds/shared.ts';
import type { KubernetesObject } from '../kubernetes/api.ts';
import type { Change } from './store.ts';

/**
 * Whether a change is one to look at: of the spec (generation), of the wish to be deleted, or of an annotation of
 * ours. The status and the finalizer are our own writing; waking for them would never end.
 */
export function wakes(change: Change): boolean {
  return change.type !== 'changed' || !isDeepStrictEqual(wishes(change.before), wishes(change.after));
}

function wishes({ metadata }: KubernetesObject): unknown {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) =>
    name.startsWith(`${GROUP}/`),
  );
  return [metadata.uid, metadata.generation, metadata.deletionTimestamp, Object.fromEntries(annotations)];
}
