import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../environment/command.ts';
import { type Docker, kindFolder } from './docker.ts';

const clusterName = 'es-steward-e2e';

/** The container that is the only node. */
export const nodeContainer = `${clusterName}-control-plane`;

/** Never the one of the user. */
export function clusterKubeconfig(): string {
  return join(kindFolder(), 'kubeconfig');
}

export type Kind = { readonly program: string; readonly docker: Docker };

/** Makes a new cluster of one node, and waits until it is ready. Without an image it is the one that kind names. */
export async function createCluster(
  kind: Kind,
  image: string | undefined,
  report: (state: string) => void,
): Promise<void> {
  const flags = [
    `--name=${clusterName}`,
    `--kubeconfig=${clusterKubeconfig()}`,
    '--wait=180s',
    ...(image === undefined ? [] : [`--image=${image}`]),
  ];
  await call(kind, ['create', 'cluster', ...flags], report);
}

/** Nothing happens when there is none. */
export async function deleteCluster(kind: Kind): Promise<void> {
  await call(kind, ['delete', 'cluster', `--name=${clusterName}`, `--kubeconfig=${clusterKubeconfig()}`]);
}

/** Puts an image of Docker into the node. */
export async function loadImage(kind: Kind, image: string): Promise<void> {
  await call(kind, ['load', 'docker-image', image, `--name=${clusterName}`]);
}

async function call(
  { program, docker }: Kind,
  args: readonly string[],
  report?: (state: string) => void,
): Promise<void> {
  await run(program, args, { env: docker.env, ...(report && { onErrorLine: report }) });
}

const networkSchema = z.array(
  z.object({ IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string().optional() })) }) }),
);

/** The address by which pods reach this machine. It exists only with the cluster. */
export async function hostAddress({ docker }: Docker): Promise<string> {
  const [network] = networkSchema.parse(JSON.parse(await docker(['network', 'inspect', 'kind'])));
  const gateways = network?.IPAM.Config.map(({ Gateway }) => Gateway) ?? [];
  const address = gateways.find((gateway) => gateway?.includes('.'));
  if (address === undefined) throw new Error('The network `kind` of Docker has no gateway with IPv4.');
  return address;
}
