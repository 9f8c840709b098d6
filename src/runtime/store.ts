import type { KubernetesObject } from '../kubernetes/api.ts';
import { keyText } from './resource.ts';
import { isLater } from './resource-version.ts';
import { shareStrings } from './shared-strings.ts';

/** One difference between what was known and what is. */
export type Change =
  | {
      readonly type: 'added';
      readonly key: string;
      readonly after: KubernetesObject;
      readonly isInitial: boolean;
    }
  | {
      readonly type: 'changed';
      readonly key: string;
      readonly before: KubernetesObject;
      readonly after: KubernetesObject;
    }
  | { readonly type: 'removed'; readonly key: string; readonly before: KubernetesObject };

/** The annotation that holds a whole object once more. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The view of one kind: what the API server told last. Never the base of an effect; a pass reads live. */
export class Store {
  readonly #objects = new Map<string, KubernetesObject>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  values(): readonly KubernetesObject[] {
    return [...this.#objects.values()];
  }

  /** An ADDED or MODIFIED event. One that is older than what is known, or the same, is no news. */
  apply(object: KubernetesObject): readonly Change[] {
    const key = keyOfObject(object);
    const before = this.#objects.get(key);
    if (before !== undefined && !isNews(object, before)) return [];
    this.#objects.set(key, stripped(object));
    return changesBetween(key, before, object, false);
  }

  /** A DELETED event. That of a predecessor with the same name, arriving late, is no news. */
  remove(object: KubernetesObject): readonly Change[] {
    const key = keyOfObject(object);
    const before = this.#objects.get(key);
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return [];
    this.#objects.delete(key);
    return [{ type: 'removed', key, before }];
  }

  /** The answer to a write of our own. It may come before or after its event, which is no news then, and after the object is gone. */
  learn(object: KubernetesObject): readonly Change[] {
    const before = this.#objects.get(keyOfObject(object));
    return before?.metadata.uid === object.metadata.uid ? this.apply(object) : [];
  }

  /**
   * A whole list, which is right whatever was known: what is missing in it is gone, also when its versions are lower.
   * The objects come stripped, page by page, so that a large list never lies in memory as it arrived.
   */
  replaceAll(objects: readonly KubernetesObject[], isInitial: boolean): readonly Change[] {
    const listed = new Map(objects.map((object) => [keyOfObject(object), object]));
    const changes: Change[] = [];
    for (const [key, before] of this.#objects) {
      if (listed.has(key)) continue;
      this.#objects.delete(key);
      changes.push({ type: 'removed', key, before });
    }
    for (const [key, object] of listed) {
      const before = this.#objects.get(key);
      if (
        before?.metadata.resourceVersion === object.metadata.resourceVersion &&
        isSameObject(before, object)
      )
        continue;
      this.#objects.set(key, object);
      changes.push(...changesBetween(key, before, object, isInitial));
    }
    return changes;
  }
}

/** Deleted and created again under the same name while nobody looked: two changes, told apart by the uid. */
function changesBetween(
  key: string,
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  isInitial: boolean,
): readonly Change[] {
  if (before === undefined) return [{ type: 'added', key, after, isInitial }];
  if (isSameObject(before, after)) return [{ type: 'changed', key, before, after }];
  return [
    { type: 'removed', key, before },
    { type: 'added', key, after, isInitial: false },
  ];
}

const isSameObject = (a: KubernetesObject, b: KubernetesObject): boolean => a.metadata.uid === b.metadata.uid;

const isNews = (object: KubernetesObject, known: KubernetesObject): boolean =>
  isLater(object.metadata.resourceVersion, known.metadata.resourceVersion);

const keyOfObject = ({ metadata }: KubernetesObject): string =>
  keyText({ namespace: metadata.namespace ?? '', name: metadata.name });

type Metadata = KubernetesObject['metadata'];

/**
 * Without what only the API server and kubectl need: two thirds of the memory of an object. Copied, because an object
 * that something was deleted from takes a sixth more.
 */
export function stripped(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata }: Metadata & { readonly managedFields?: unknown } = object.metadata;
  const kept = { ...object, metadata: withoutLastApplied(metadata) };
  shareStrings(kept);
  return kept;
}

function withoutLastApplied(metadata: Metadata): Metadata {
  const { annotations } = metadata;
  if (annotations === undefined || !(LAST_APPLIED in annotations)) return metadata;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  return { ...metadata, annotations: others };
}
