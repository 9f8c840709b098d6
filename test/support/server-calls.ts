import type { Elasticsearch, ElasticsearchRequest } from '../../src/elasticsearch/elasticsearch.ts';
import type { KubernetesApi } from '../../src/kubernetes/api.ts';

/** A call of one of the two servers, named so that the same call of another run has the same name. */
export interface ServerCall {
  readonly server: 'kubernetes' | 'elasticsearch';
  /** Verb and path with names left out: `PUT /{old}/_settings`. */
  readonly shape: string;
  readonly mutates: boolean;
  /** What carries a mark of the request: the opaque id of a task. */
  readonly opaqueId?: string | undefined;
}

/** Stands around each call: sends it, or not, or does not tell what came of it. */
export type Around = <T>(call: ServerCall, send: () => Promise<T>) => Promise<T>;

/** Calls that change something go without the caller's signal: a process that dies cannot take back what it has sent. */
export function aroundElasticsearch(es: Elasticsearch, around: Around): Elasticsearch {
  return {
    request: (request, signal) => {
      const mutates = changes(request);
      const { opaqueId } = request;
      const call = { server: 'elasticsearch', shape: shapeOf(request), mutates, opaqueId } as const;
      return around(call, () => es.request(request, mutates ? undefined : signal));
    },
  };
}

/** Of a part of the copy, not of the trial before it, whose mark is another. */
export const startsRange = ({ shape, opaqueId }: ServerCall): boolean =>
  shape === 'POST /_reindex' && opaqueId !== undefined && /\/\d+\/\d+\/\d+\/\d+$/.test(opaqueId);

const READS_BY_POST = /\/(_count|_mget|_search|_has_privileges|_simulate|_pit)$/;

function changes({ method, path }: ElasticsearchRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && !READS_BY_POST.test(path);
}

function shapeOf({ method, path, body }: ElasticsearchRequest): string {
  const parts = decodeURIComponent(path).split('/').map(anonymous);
  return `${method} ${parts.join('/')}${path === '/_aliases' ? ` ${aliasActions(body)}` : ''}`;
}

function anonymous(part: string): string {
  if (part.includes('-scratch-')) return '{scratch}';
  if (part.includes('-restore-check-')) return '{restored}';
  if (/-\d{6}-[0-9a-f]{6}(-\d+)?$/.test(part)) return '{snapshot}';
  if (/^es-steward-[0-9a-f]{8}-(back-)?\d+(-over|-last)?$/.test(part)) return '{epoch}';
  if (/^es-steward-[0-9a-f]{8}-Into-\d+$/.test(part)) return '{entrance}';
  if (/^[\w-]+:\d+$/.test(part)) return '{task}';
  const names = part.split(',').map((name) => name.replace(/^reindex-.*-(\w+)$/, '{$1}'));
  return names.join(',');
}

function aliasActions(body: unknown): string {
  const { actions } = body as { actions: readonly object[] };
  return actions.map((action) => Object.keys(action)[0]).join(' ');
}

export function aroundKubernetes(api: KubernetesApi, around: Around): KubernetesApi {
  const call = (verb: string, plural: string, mutates: boolean): ServerCall => ({
    server: 'kubernetes',
    shape: `${verb} ${plural}`,
    mutates,
  });
  return {
    ...api,
    get: (ref, signal) => around(call('GET', ref.kind.plural, false), () => api.get(ref, signal)),
    mergePatch: (ref, patch, options) => {
      const part = options?.subresource === undefined ? '' : `/${options.subresource}`;
      return around(call('PATCH', `${ref.kind.plural}${part}`, true), () =>
        api.mergePatch(ref, patch, options),
      );
    },
    create: (kind, namespace, body) =>
      around(call('POST', kind.plural, true), () => api.create(kind, namespace, body)),
    remove: (ref, preconditions) =>
      around(call('DELETE', ref.kind.plural, true), () => api.remove(ref, preconditions)),
  };
}
