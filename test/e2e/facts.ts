import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { Installation } from './installation.ts';

/** Everything of Elasticsearch that an operator could take from its user. */
export type Holdings = {
  /** Documents by index, hidden ones included. */
  readonly documents: Readonly<Record<string, number>>;
  readonly aliases: unknown;
  readonly snapshots: readonly string[];
};

/** What Elasticsearch holds, without the records that belong to no user. */
export async function holdings(client: Client): Promise<Holdings> {
  await client.indices.refresh({ index: '*', expand_wildcards: 'all' });
  const [indices, aliases, { snapshots = [] }] = await Promise.all([
    client.cat.indices({ format: 'json', h: ['index', 'docs.count'], expand_wildcards: 'all' }),
    client.indices.getAlias({ index: '*', expand_wildcards: 'all' }),
    client.snapshot.get({ repository: 'backups', snapshot: '*' }),
  ]);
  const isOfUser = (name: string): boolean => !name.startsWith('.');
  const counts = indices.flatMap(({ index = '', 'docs.count': count }) =>
    isOfUser(index) ? [[index, Number(count)] as const] : [],
  );
  return {
    documents: Object.fromEntries(counts.toSorted(([a], [b]) => a.localeCompare(b))),
    aliases: Object.fromEntries(Object.entries(aliases).filter(([name]) => isOfUser(name))),
    snapshots: snapshots.map(({ snapshot }) => snapshot).toSorted(),
  };
}

/** Indexes of the user that take no writes, or are hidden from wildcards. */
export async function hindered(client: Client): Promise<readonly string[]> {
  const answer = await client.indices.getSettings({
    index: 'cities-*',
    flat_settings: true,
    expand_wildcards: 'all',
  });
  return Object.entries(answer).flatMap(([name, { settings }]) =>
    Object.entries(settings ?? {})
      .filter(([key, value]) => /^index\.(blocks\.|hidden$)/.test(key) && String(value) === 'true')
      .map(([key]) => `${name} ${key}`),
  );
}

const taskStatus = z.object({ requests_per_second: z.number() });

/** How fast each task that copies may go, in documents per second. */
export async function pacesOfTasks(client: Client): Promise<readonly number[]> {
  const { nodes = {} } = await client.tasks.list({ actions: '*reindex', detailed: true });
  const tasks = Object.values(nodes).flatMap((node) => Object.values(node.tasks));
  return tasks
    .flatMap(({ status }) => taskStatus.safeParse(status).data?.requests_per_second ?? [])
    .toSorted((a, b) => a - b);
}

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        containerStatuses: z
          .array(
            z.object({ ready: z.boolean(), restartCount: z.number(), containerID: z.string().default('') }),
          )
          .default([]),
      }),
    }),
  ),
});

export type Pod = {
  readonly name: string;
  readonly containerId: string;
  readonly ready: boolean;
  readonly restarts: number;
};

/** The pods of the operator. */
export async function operatorPods({ read }: Installation): Promise<readonly Pod[]> {
  const { items } = await read(podsSchema, 'pods', '--selector=app.kubernetes.io/name=es-steward');
  return items.map(({ metadata, status }) => {
    const [container] = status.containerStatuses;
    return {
      name: metadata.name,
      containerId: (container?.containerID ?? '').replace('containerd://', ''),
      ready: container?.ready ?? false,
      restarts: container?.restartCount ?? 0,
    };
  });
}

const leaseSchema = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) });

/** The name of the pod that acts; empty when none does. */
export async function leader({ read }: Installation): Promise<string> {
  const { spec } = await read(leaseSchema, 'lease', 'es-steward');
  return spec.holderIdentity.split('_')[0] ?? '';
}

/** What the kernel says of the first process of a container, by the names of `/proc/PID/status`. */
export async function processOf(
  { onNode }: Installation,
  { containerId }: Pod,
): Promise<{
  readonly status: Readonly<Record<string, string>>;
  /** The options of the mount of its root. */
  readonly root: readonly string[];
}> {
  const tasks = await onNode('ctr', '--namespace', 'k8s.io', 'tasks', 'list');
  const pid = tasks
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([id]) => id === containerId)?.[1];
  if (pid === undefined) throw new Error(`No task of container ${containerId} on the node:\n${tasks}`);
  const status = (await onNode('cat', `/proc/${pid}/status`)).split('\n').map((line) => line.split(':\t'));
  const mounts = (await onNode('cat', `/proc/${pid}/mounts`)).split('\n').map((line) => line.split(' '));
  return {
    status: Object.fromEntries(status.map(([key = '', value = '']) => [key, value.trim()])),
    root: mounts.find(([, target]) => target === '/')?.[3]?.split(',') ?? [],
  };
}
