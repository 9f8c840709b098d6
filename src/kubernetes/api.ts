/** The few verbs of the API server that the operator speaks, over one pooled transport (transport.ts). */
export interface KubernetesApi {
  /** Undefined when the object, its namespace or its kind does not exist. */
  get<T extends KubernetesObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T | undefined>;
  /** One page. */
  list<T extends KubernetesObject>(
    kind: KindRef,
    options: ListOptions,
    signal?: AbortSignal,
  ): Promise<ObjectList<T>>;
  /** Events as they arrive, bookmarks included; ends when the server closes; throws KubernetesError on an ERROR event. */
  watch(kind: KindRef, options: WatchOptions, signal?: AbortSignal): AsyncIterable<WatchEvent>;
  /** A JSON merge patch. Carry `metadata.resourceVersion` in the body: a 409 is the fence between two writers. */
  mergePatch<T extends KubernetesObject>(
    ref: ObjectRef,
    patch: unknown,
    options?: { readonly subresource?: 'status' },
    signal?: AbortSignal,
  ): Promise<T>;
  create<T extends KubernetesObject>(
    kind: KindRef,
    namespace: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<T>;
  replace<T extends KubernetesObject>(ref: ObjectRef, body: unknown, signal?: AbortSignal): Promise<T>;
  /** Deletes exactly the object with that uid (and resourceVersion). Absent already = done. */
  remove(
    ref: ObjectRef,
    preconditions: { readonly uid: string; readonly resourceVersion?: string },
    signal?: AbortSignal,
  ): Promise<void>;
}

export interface KindRef {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ObjectRef {
  readonly kind: KindRef;
  /** Absent for what is not namespaced. */
  readonly namespace?: string;
  readonly name: string;
}

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface ListOptions {
  readonly namespace?: string;
  /** As kubectl writes them: `a=b,c=d`. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly resourceVersion: string;
  /** Asks the server to end the watch after this many seconds. */
  readonly timeoutSeconds: number;
  /** Ends the watch when nothing, not even a bookmark, arrived for this long. */
  readonly idleTimeoutMs: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}
