import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Docker, kindFolder } from './docker.ts';

/** `name:tag` of an image of ours; the tag changes with all that it is made of. */
export function imageName(name: string, recipe: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  return `es-steward-e2e/${name}:${hash}`;
}

export async function hasImage({ docker }: Docker, image: string): Promise<boolean> {
  return (await docker(['images', '-q', image])).trim() !== '';
}

/** Builds an image from a Dockerfile and the files that `fill` puts beside it. */
export async function buildImage(
  { docker }: Docker,
  image: string,
  dockerfile: string,
  fill: (context: string) => void | Promise<void>,
): Promise<void> {
  const context = await freshFolder('context');
  try {
    await fill(context);
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    await docker(['build', '-q', '-t', image, context]);
  } finally {
    rmSync(context, { recursive: true });
  }
}

/** An empty folder of that name for the parts of an image. */
export async function freshFolder(name: string): Promise<string> {
  const folder = join(kindFolder(), name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
