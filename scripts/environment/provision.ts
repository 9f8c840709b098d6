import { join } from 'node:path';
import { cacheRoot, prepareCache } from './cache.ts';
import { type ControlPlanePrograms, provideControlPlane, provideKubectl } from './control-plane-recipe.ts';
import { type ElasticsearchProgram, provideElasticsearch } from './elasticsearch-recipe.ts';
import { withLock } from './lock.ts';

/** One provisioning at a time: a second one waits and then finds everything there. */
function provisioning<T>(work: () => Promise<T>): Promise<T> {
  prepareCache();
  return withLock(join(cacheRoot(), 'provisioning.lock'), work);
}

export function provisionElasticsearch(version: string): Promise<ElasticsearchProgram> {
  return provisioning(() => provideElasticsearch(version));
}

export function provisionControlPlane(version: string): Promise<ControlPlanePrograms> {
  return provisioning(() => provideControlPlane(version));
}

export function provisionKubectl(version: string): Promise<string> {
  return provisioning(() => provideKubectl(version));
}
