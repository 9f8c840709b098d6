import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../environment/command.ts';
import { withProgress } from '../environment/progress.ts';
import type { Docker } from './docker.ts';
import { buildImage, freshFolder, hasImage, imageName } from './image.ts';
import { nodeDockerfile, writeNodeFiles } from './node-files.ts';
import { type NodeParts, provideNodeParts } from './node-parts.ts';
import { makePodImages } from './pod-images.ts';
import { preload } from './preload.ts';
import { kindVersion } from './programs.ts';

/** A node image of kind that is made without any registry: Debian's packages and programs built from Go modules. */
export async function provideNodeImage(docker: Docker, version: string): Promise<string> {
  const parts = await provideNodeParts(docker, version);
  const image = imageName(`node-${version}`, { parts, kindVersion, recipe: recipeFiles() });
  if (await hasImage(docker, image)) return image;
  await withProgress(`Making the node image ${image}`, (report) =>
    makeNodeImage({ docker, image, version, parts, report }),
  );
  return image;
}

/** The recipe itself: whoever changes it gets another image. */
function recipeFiles(): readonly string[] {
  const files = ['node-image.ts', 'node-files.ts', 'pod-images.ts', 'preload.ts'];
  return files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
}

async function makeNodeImage(plan: {
  readonly docker: Docker;
  readonly image: string;
  readonly version: string;
  readonly parts: NodeParts;
  readonly report: (state: string) => void;
}): Promise<void> {
  const { docker, image, version, parts, report } = plan;
  report('making the images of its pods');
  const pods = await namesOfPodImages(parts.node, version);
  await makePodImages(docker, parts, pods);
  report('putting them into the store of its containerd');
  await buildImage(docker, image, nodeDockerfile(parts.debian), async (context) => {
    await writeNodeFiles(context, { version, parts, pause: pauseOf(pods) });
    await preload(docker, pods, context);
    report('building it');
  });
  // They are in the node now, and nothing else needs them.
  await docker.docker(['rmi', ...pods]);
}

/** The names under which kubeadm asks for the images of the control plane. */
async function namesOfPodImages(node: string, version: string): Promise<readonly string[]> {
  const folder = await freshFolder('kubeadm');
  const kubeadm = join(folder, 'kubeadm');
  symlinkSync(node, kubeadm);
  const names = await run(kubeadm, ['config', 'images', 'list', '--kubernetes-version', version]);
  return names.trim().split('\n');
}

function pauseOf(pods: readonly string[]): string {
  const pause = pods.find((name) => name.includes('/pause:'));
  if (pause === undefined) throw new Error(`kubeadm names no image \`pause\` among ${pods.join(', ')}.`);
  return pause;
}
