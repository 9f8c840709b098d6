import type { KindRef, KubernetesApi, KubernetesObject, ListOptions, ObjectList, ObjectRef } from './api.ts';
import { isKubernetesError, malformedError } from './errors.ts';
import { kindPath, objectPath } from './paths.ts';
import type { Call, Transport } from './transport.ts';
import { decodeWatch } from './watch.ts';

const MERGE_PATCH = 'application/merge-patch+json';

/** The API server over a transport. Every mutating call is sent once; whoever calls decides what a failure means. */
export function createKubernetesApi(transport: Transport): KubernetesApi {
  const answer = async <T>(call: Call, signal?: AbortSignal): Promise<T> =>
    (await transport.call(call, signal)) as T; // the server's schema stands for the shape; specs are parsed later
  return {
    get: <T extends KubernetesObject>(ref: ObjectRef, signal?: AbortSignal) =>
      absentIsUndefined(() =>
        answer<T>({ method: 'GET', path: objectPath(ref), title: title('GET', ref.kind) }, signal),
      ),

    list: async <T extends KubernetesObject>(kind: KindRef, options: ListOptions, signal?: AbortSignal) =>
      listPage(
        title('LIST', kind),
        await answer<Partial<RawList<T>> | null>(listCall(kind, options), signal),
      ),

    async *watch(kind, options, signal) {
      const query = {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
        timeoutSeconds: String(options.timeoutSeconds),
      };
      const name = title('WATCH', kind);
      const call: Call = { method: 'GET', path: kindPath(kind, options.namespace, query), title: name };
      yield* decodeWatch(name, await transport.stream(call, options.idleTimeoutMs, signal), signal);
    },

    mergePatch: (ref, body, options, signal) =>
      answer(
        {
          method: 'PATCH',
          path: objectPath(ref, options?.subresource),
          title: title('PATCH', ref.kind),
          body,
          contentType: MERGE_PATCH,
        },
        signal,
      ),

    create: (kind, namespace, body, signal) =>
      answer({ method: 'POST', path: kindPath(kind, namespace), title: title('POST', kind), body }, signal),

    replace: (ref, body, signal) =>
      answer({ method: 'PUT', path: objectPath(ref), title: title('PUT', ref.kind), body }, signal),

    async remove(ref, preconditions, signal) {
      const call: Call = {
        method: 'DELETE',
        path: objectPath(ref),
        title: title('DELETE', ref.kind),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions },
      };
      await absentIsUndefined(() => answer(call, signal));
    },
  };
}

interface RawList<T> {
  readonly items: readonly T[] | null;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

function listCall(
  kind: KindRef,
  { namespace, limit, continue: token, labelSelector, fieldSelector }: ListOptions,
): Call {
  const query = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(token === undefined ? {} : { continue: token }),
  };
  return { method: 'GET', path: kindPath(kind, namespace, query), title: title('LIST', kind) };
}

/** A proxy that answers in the place of the API server may say anything with 200. */
function listPage<T>(name: string, answer: Partial<RawList<T>> | null): ObjectList<T> {
  const { items = null, metadata } = answer ?? {};
  if (typeof metadata?.resourceVersion !== 'string' || (items !== null && !Array.isArray(items)))
    throw malformedError(name, 'the answer is no list: see whether a proxy answers for the API server');
  const token = metadata.continue;
  return {
    items: items ?? [],
    resourceVersion: metadata.resourceVersion,
    ...(token === undefined || token === '' ? {} : { continue: token }),
  };
}

async function absentIsUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isKubernetesError(error, 'notFound', 'kindNotInstalled')) return undefined;
    throw error;
  }
}

const title = (verb: string, kind: KindRef): string => `${verb} ${kind.plural}`;
