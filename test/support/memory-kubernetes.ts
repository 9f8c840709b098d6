import { isDeepStrictEqual } from 'node:util';
import type { KubernetesApi, KubernetesObject, ObjectRef, WatchEvent } from '../../src/kubernetes/api.ts';
import { refusalError } from '../../src/kubernetes/errors.ts';
import type { Json } from '../../src/runtime/status.ts';

/** An API server for one kind, in memory: versions, generations, finalizers and preconditions as the real one has them. */
export interface MemoryKubernetes extends KubernetesApi {
  /** Each request, for example `PATCH a/status`. */
  readonly requests: string[];
  /** Called before each request; may throw, or change what is stored as another writer would. */
  before: (request: string) => Promise<void> | void;
  put(
    name: string,
    fields: { spec?: unknown; status?: unknown; data?: unknown; metadata?: object },
  ): KubernetesObject;
  /** Another writer: merges without a resourceVersion. */
  edit(name: string, patch: Json): KubernetesObject;
  stored(name: string): KubernetesObject | undefined;
}

export function memoryKubernetes(): MemoryKubernetes {
  const objects = new Map<string, KubernetesObject>();
  let version = 0;
  const bump = (): string => String((version += 1));
  const refuse = (request: string, status: number, reason: string) =>
    refusalError(request, {
      status,
      body: JSON.stringify({ reason, message: reason, details: { name: 'x' } }),
      mutating: true,
    });
  const enter = async (request: string): Promise<void> => {
    memory.requests.push(request);
    await memory.before(request);
  };
  const existing = (name: string): KubernetesObject => {
    const found = objects.get(name);
    if (found === undefined) throw refuse('PATCH', 404, 'NotFound');
    return found;
  };
  const write = (before: KubernetesObject, after: KubernetesObject): KubernetesObject => {
    if (isDeepStrictEqual(before, after)) return before;
    const isNewSpec = !isDeepStrictEqual(specOf(before), specOf(after));
    const generation = (before.metadata.generation ?? 1) + (isNewSpec ? 1 : 0);
    const next = { ...after, metadata: { ...after.metadata, generation, resourceVersion: bump() } };
    const isOver =
      next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    if (isOver) objects.delete(next.metadata.name);
    else objects.set(next.metadata.name, next);
    return next;
  };
  const memory: MemoryKubernetes = {
    requests: [],
    before: () => undefined,
    put(name, { metadata, ...fields }) {
      const object = {
        apiVersion: 'es-steward.dev/v1alpha1',
        kind: 'Lamp',
        metadata: {
          name,
          namespace: 'default',
          uid: `uid-${bump()}`,
          resourceVersion: bump(),
          generation: 1,
          creationTimestamp: '2026-01-01T00:00:00Z',
          ...metadata,
        },
        ...fields,
      };
      objects.set(name, object);
      return object;
    },
    edit: (name, patch) => write(existing(name), asObject(merge(existing(name), patch))),
    stored: (name) => objects.get(name),
    async get<T extends KubernetesObject>(ref: ObjectRef) {
      await enter(`GET ${ref.name}`);
      return objects.get(ref.name) as T | undefined; // the test put it there
    },
    async mergePatch<T extends KubernetesObject>(ref: ObjectRef, patch: unknown, options = {}) {
      await enter(['PATCH', [ref.name, ...Object.values(options)].join('/')].join(' '));
      const before = existing(ref.name);
      const body = patch as { metadata?: { resourceVersion?: string } } & Json; // what our own code sends
      const asked = body.metadata?.resourceVersion;
      if (asked !== undefined && asked !== before.metadata.resourceVersion)
        throw refuse('PATCH', 409, 'Conflict');
      const merged = asObject(merge(before, body));
      const isStatus = Object.values(options).includes('status');
      const after = isStatus
        ? { ...before, ...pick(merged, 'status') }
        : { ...merged, ...pick(before, 'status') };
      return write(before, {
        ...after,
        metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion },
      }) as T;
    },
    async remove(ref, { uid }) {
      await enter(`DELETE ${ref.name}`);
      const found = objects.get(ref.name);
      if (found === undefined) return;
      if (found.metadata.uid !== uid) throw refuse('DELETE', 409, 'Conflict');
      objects.delete(ref.name);
    },
    list: () =>
      Promise.resolve({ items: [...objects.values()] as never[], resourceVersion: String(version) }),
    watch: () => noEvents(),
    create: () => Promise.reject(new Error('not needed here')),
    replace: () => Promise.reject(new Error('not needed here')),
  };
  return memory;
}

// eslint-disable-next-line require-yield -- a watch on which nothing ever happens
async function* noEvents(): AsyncGenerator<WatchEvent> {
  await new Promise(() => undefined);
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asObject = (value: unknown): KubernetesObject => value as KubernetesObject; // merged from one
const specOf = (object: KubernetesObject): unknown => ('spec' in object ? object.spec : undefined);
const pick = (object: object, key: string): object => (key in object ? { [key]: (object as Json)[key] } : {}); // a JSON object
