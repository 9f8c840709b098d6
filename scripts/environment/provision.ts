import { prepareCache } from './cache.ts';
import { type ControlPlanePrograms, provideControlPlane, provideKubectl } from './control-plane-recipe.ts';
import { type ElasticsearchProgram, provideElasticsearch } from './elasticsearch-recipe.ts';

export async function provisionElasticsearch(version: string): Promise<ElasticsearchProgram> {
  prepareCache();
  return provideElasticsearch(version);
}

export async function provisionControlPlane(version: string): Promise<ControlPlanePrograms> {
  prepareCache();
  return provideControlPlane(version);
}

export async function provisionKubectl(version: string): Promise<string> {
  prepareCache();
  return provideKubectl(version);
}
