import { elasticsearchConnection } from '../../crds/elasticsearch-connection.ts';
import type { ConnectionSource } from '../../elasticsearch/connection-use.ts';
import type { KindRef, KubernetesApi, KubernetesObject } from '../../kubernetes/api.ts';
import { TerminalError, WaitingError } from '../../runtime/errors.ts';
import type { Permission } from '../../runtime/permissions.ts';
import { kindRefOf, parseResource } from '../../runtime/resource.ts';
import type { RawObject } from '../../runtime/resource.ts';

interface Keyed extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

const CONNECTIONS = kindRefOf(elasticsearchConnection);
const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });
const LOOK_AGAIN_MS = 10_000;

/** `get` alone: what is listed could be searched for. The connections themselves are among what their controller may do. */
export const connectionSourcePermissions: readonly Permission[] = [
  { where: 'watched', group: '', resource: 'secrets', verbs: ['get'], why: 'Logins and certificates' },
  { where: 'watched', group: '', resource: 'configmaps', verbs: ['get'], why: 'Certificate authorities' },
  {
    where: 'cluster',
    group: '',
    resource: 'namespaces',
    verbs: ['get'],
    why: 'Labels, for grants with a namespaceSelector',
  },
];

/** Live reads of everything that decides about a connection; only `get` is needed, on Secrets above all. */
export function createConnectionSource(kubernetes: KubernetesApi): ConnectionSource {
  const keyed = (
    plural: string,
    decode: (object: Keyed) => Record<string, Buffer>,
  ): ConnectionSource['secret'] => {
    const kind = core(plural);
    return async (namespace, name, signal) => {
      const object = await kubernetes.get<Keyed>({ kind, namespace, name }, signal);
      if (object === undefined) return undefined;
      const { uid, resourceVersion } = object.metadata;
      return { uid, resourceVersion, data: decode(object) };
    };
  };

  return {
    connection: async (namespace, name, signal) => {
      const raw = await kubernetes.get<RawObject>({ kind: CONNECTIONS, namespace, name }, signal);
      return raw === undefined ? undefined : parseConnection(raw);
    },
    secret: keyed('secrets', ({ data = {} }) => buffers(data, 'base64')),
    configMap: keyed('configmaps', ({ data = {}, binaryData = {} }) => ({
      ...buffers(data, 'utf8'),
      ...buffers(binaryData, 'base64'),
    })),
    namespaceLabels: async (name, signal) =>
      (await kubernetes.get({ kind: core('namespaces'), name }, signal))?.metadata.labels ?? {},
  };
}

/** To a consumer a connection that cannot be read is one that is not ready; its own object says which field is wrong. */
function parseConnection(raw: RawObject) {
  try {
    return parseResource(elasticsearchConnection, raw);
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    const { namespace, name } = raw.metadata;
    const message = `ElasticsearchConnection ${namespace}/${name} is not ready (${error.reason}): ${error.message}`;
    throw new WaitingError('ConnectionNotReady', message, LOOK_AGAIN_MS, { cause: error });
  }
}

function buffers(
  data: Readonly<Record<string, string>>,
  encoding: 'base64' | 'utf8',
): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
