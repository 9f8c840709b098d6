import { z } from 'zod';
import { ask, jsonObject } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';
import { concrete, path } from './path.ts';

const simulated = z.object({
  template: z.object({ settings: jsonObject.default({}), mappings: jsonObject.default({}) }).optional(),
});

export interface TemplateFacts {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
}

/**
 * What index templates give an index of that name; undefined where none fits, only one of the old kind does (`_template`),
 * or the user may not ask: that takes `manage_index_templates`.
 */
export async function templateOf(
  es: Elasticsearch,
  name: string,
  signal?: AbortSignal,
): Promise<TemplateFacts | undefined> {
  const request = { method: 'POST', path: path`/_index_template/_simulate_index/${concrete(name)}` } as const;
  return (await undefinedWhen(['forbidden'], ask(es, request, simulated, signal)))?.template;
}
