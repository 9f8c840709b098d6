import { isKubernetesError } from '../kubernetes/errors.ts';
import { kindRefOf } from '../runtime/resource.ts';
import { refused } from './failure.ts';
import type { Session } from './session.ts';
import { definitions, titleOf, type Ours } from './targets.ts';

/** The operator writes a status every second while a copy runs; a person's write gets in between sooner or later. */
const TRIES = 20;

/**
 * Writes annotations on exactly the version of the object that was judged. When somebody has written meanwhile,
 * `judgeAgain` reads it anew and throws if what the person has seen does not hold any more.
 */
export async function annotate<One extends Ours>(
  { kubernetes, signal }: Session,
  one: One,
  annotations: Readonly<Record<string, string>>,
  judgeAgain: () => Promise<One>,
): Promise<void> {
  let current = one;
  for (let tries = 0; tries < TRIES; tries++) {
    const { name, namespace, resourceVersion, uid } = current.resource.metadata;
    const ref = { kind: kindRefOf(definitions[one.type]), namespace, name };
    try {
      await kubernetes.mergePatch(
        ref,
        { metadata: { uid, resourceVersion, annotations } },
        undefined,
        signal,
      );
      return;
    } catch (error) {
      if (!isKubernetesError(error, 'conflict', 'notFound')) throw error;
      current = await judgeAgain();
    }
  }
  throw refused(`${titleOf(one)} is written to all the time: nothing was changed. Try again`);
}
