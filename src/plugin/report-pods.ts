import type { KindRef, KubernetesObject } from '../kubernetes/api.ts';
import type { ArchivedFile } from './archive.ts';
import { listAll } from './read.ts';
import { partOf, type Try, yamlFile } from './report-parts.ts';
import { safeText } from './safe.ts';
import type { Session } from './session.ts';

type Pod = KubernetesObject & {
  readonly spec?: { readonly containers: readonly Container[] };
  readonly status?: {
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
  };
};
interface Container {
  readonly name: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });
const OURS = 'app.kubernetes.io/name=es-steward';
const METRICS_PORT = 8080;

/** The operator's Pods, what they logged and count, and their Deployment, in the namespaces of its Leases. */
export async function podFiles(
  session: Session,
  attempt: Try,
  namespaces: readonly string[],
): Promise<readonly ArchivedFile[]> {
  if (namespaces.length === 0) return [];
  const read = async <T extends KubernetesObject>(what: string, kind: KindRef): Promise<readonly T[]> => {
    const reading = namespaces.map((namespace) =>
      attempt<readonly T[]>(
        `${what} of the operator in ${namespace}`,
        () => listAll<T>(session, kind, { namespace, labelSelector: OURS }),
        [],
      ),
    );
    return (await Promise.all(reading)).flat();
  };
  const [pods, deployed] = await Promise.all([
    read<Pod>('Pods', core('pods')),
    read('Deployments', { group: 'apps', version: 'v1', plural: 'deployments' }),
  ]);
  const empty = namespaces.filter((each) => !pods.some(({ metadata }) => metadata.namespace === each));
  for (const namespace of empty)
    await attempt(
      'logs and metrics',
      async () => Promise.reject(new Error(`no Pod with the label ${OURS} is in namespace ${namespace}`)),
      undefined,
    );
  const texts = await Promise.all(pods.map((pod) => textsOf(session, attempt, pod)));
  return [
    yamlFile('operator/deployments.yaml', deployed),
    yamlFile('operator/pods.yaml', pods),
    ...texts.flat(),
  ];
}

async function textsOf(session: Session, attempt: Try, pod: Pod): Promise<readonly ArchivedFile[]> {
  const { name, namespace = '' } = pod.metadata;
  const base = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const read = async (what: string, url: string, path: string): Promise<readonly ArchivedFile[]> => {
    const text = await attempt(what, () => session.readText(url, `GET ${what}`), undefined);
    return text === undefined ? [] : [{ path, content: safeText(text) }];
  };
  const logs = (pod.spec?.containers ?? []).flatMap((container) => {
    const url = `${base}/log?container=${container.name}&timestamps=true&tailLines=${session.options.tail}`;
    const file = `operator/logs/${partOf(name)}/${container.name}`;
    const hasDied = (pod.status?.containerStatuses ?? []).some(
      (each) => each.name === container.name && each.restartCount > 0,
    );
    return [
      read(`the log of ${name}/${container.name}`, url, `${file}.log`),
      ...(hasDied
        ? [
            read(
              `the log before the restart of ${name}/${container.name}`,
              `${url}&previous=true`,
              `${file}.previous.log`,
            ),
          ]
        : []),
    ];
  });
  const metrics = read(
    `the metrics of ${name}`,
    `${base}:${metricsPort(pod)}/proxy/metrics`,
    `operator/metrics/${partOf(name)}.txt`,
  );
  return (await Promise.all([...logs, metrics])).flat();
}

function metricsPort({ spec }: Pod): number {
  const ports = (spec?.containers ?? []).flatMap(({ ports = [] }) => ports);
  return ports.find(({ name }) => name === 'metrics')?.containerPort ?? METRICS_PORT;
}
