import { z } from 'zod';
import { CLEANUP_FINALIZER, type KindDefinition, type ObjectMeta, type Resource } from '../crds/shared.ts';
import type { KindRef, KubernetesObject, ObjectRef } from '../kubernetes/api.ts';
import type { ResourceKey } from './controller.ts';
import { TerminalError } from './errors.ts';
import { INEXACT, inexactNumber } from './inexact-numbers.ts';

export const kindRefOf = ({ group, version, plural }: KindDefinition<unknown, unknown>): KindRef => ({
  group,
  version,
  plural,
});

export const objectRefOf = (kind: KindRef, { namespace, name }: ResourceKey): ObjectRef => ({
  kind,
  namespace,
  name,
});

/** `namespace/name`: the key of queue and store. Neither part can contain a slash. */
export const keyText = ({ namespace, name }: ResourceKey): string => `${namespace}/${name}`;

export function keyOf(text: string): ResourceKey {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** An object as the API server gave it: metadata for certain, the rest unread. */
export interface RawObject extends KubernetesObject {
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/**
 * Reads the spec. The API server has checked it already, with the schema of the installed CRD: this is for objects
 * that are older than a rule and for CRDs that are older than the operator.
 */
export function parseResource<Spec, Status>(
  definition: KindDefinition<Spec, Status>,
  raw: RawObject,
): Resource<Spec, Status> {
  const spec = definition.spec.safeParse(raw.spec ?? {});
  if (!spec.success) throw new TerminalError('InvalidSpec', invalidSpecMessage(spec.error));
  const inexact = isHeld(raw) ? undefined : inexactNumber(spec.data);
  if (inexact !== undefined)
    throw new TerminalError('InvalidSpec', `${z.core.toDotPath(['spec', ...inexact])}: ${INEXACT}`);
  const status = readStatus(definition, raw.status);
  return {
    apiVersion: raw.apiVersion ?? `${definition.group}/${definition.version}`,
    kind: raw.kind ?? definition.kind,
    metadata: raw.metadata,
    spec: spec.data,
    ...(status === undefined ? {} : { status }),
  };
}

/** Whatever was begun is to be ended: by the spec that it was begun with. */
function isHeld({ metadata }: RawObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined || metadata.finalizers?.includes(CLEANUP_FINALIZER) === true
  );
}

/** A status that cannot be read (edited by hand, of another version) counts as lost: it is rebuilt from the world. */
export function readStatus<Status>(
  definition: KindDefinition<unknown, Status>,
  status: unknown,
): Status | undefined {
  return status === undefined ? undefined : definition.status.safeParse(status).data;
}

function invalidSpecMessage({ issues }: z.ZodError): string {
  const [first] = issues;
  if (first === undefined) return 'spec: cannot be read';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${z.core.toDotPath(['spec', ...first.path])}: ${first.message}${more}`;
}
