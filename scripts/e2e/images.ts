import { join } from 'node:path';
import { isRoot, repositoryRoot } from '../environment/cache.ts';
import { say, withProgress } from '../environment/progress.ts';
import { chosenKubernetes } from '../environment/versions.ts';
import type { Docker } from '../kind/docker.ts';
import { provideNodeImage } from '../kind/node-image.ts';
import { fetchOperatorBases, type OperatorBases, provideOperatorBases } from '../kind/operator-bases.ts';

export type Images = {
  /** The image of the node; the one that kind names itself when absent. */
  readonly node?: string;
  /** The operator, built from this checkout. */
  readonly operator: string;
};

const operatorImage = 'es-steward-e2e/operator:checkout';

/** The images of a run: from registries where there are any, else made here. */
export async function provideImages(docker: Docker): Promise<Images> {
  const bases = await fetchOperatorBases(docker);
  if (bases !== undefined) return { operator: await buildOperator(docker, bases) };
  if (!isRoot())
    throw new Error('Without a registry images are made from packages of Debian, which only root can do.');
  say('So the node and the bases of the operator are made here, from packages of Debian, Go and npm.');
  const node = await provideNodeImage(docker, chosenKubernetes());
  return { node, operator: await buildOperator(docker, await provideOperatorBases(docker)) };
}

function buildOperator({ docker }: Docker, bases: OperatorBases): Promise<string> {
  const args = Object.entries(bases).map(([name, image]) => `--build-arg=${name}=${image}`);
  return withProgress('Building the image of the operator by its Dockerfile', async () => {
    const file = join(repositoryRoot, 'Dockerfile');
    await docker(['build', ...args, '--tag', operatorImage, '--file', file, repositoryRoot]);
    return operatorImage;
  });
}
