import { provideControlPlane } from '../environment/control-plane-recipe.ts';
import { provideDebian } from './debian-image.ts';
import type { Docker } from './docker.ts';
import { provideCoreDns, provideNodeProgram } from './programs.ts';

/** The programs of a node, all built from Go modules, and the image that they run on. */
export type NodeParts = {
  readonly debian: string;
  /** kubelet, kubeadm, kubectl and the servers in one file. */
  readonly node: string;
  readonly coredns: string;
  readonly etcd: string;
};

export async function provideNodeParts(docker: Docker, version: string): Promise<NodeParts> {
  const debian = await provideDebian(docker);
  const node = await provideNodeProgram(version);
  const coredns = await provideCoreDns();
  // The one of the development environment, whatever KUBEBUILDER_ASSETS says.
  const [etcd] = (await provideControlPlane(version, {})).etcd;
  return { debian, node, coredns, etcd };
}
