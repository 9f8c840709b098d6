import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { undefinedWhen } from './errors.ts';

const schema = z.object({ features: z.array(z.object({ name: z.string() })) });

/**
 * The features whose state a snapshot can hold; undefined when the login may not ask (`cluster:admin/features/get`), or
 * when this Elasticsearch has no such question.
 */
export async function featureNames(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const request = { method: 'GET', path: '/_features' } as const;
  const absent = ['forbidden', 'notFound', 'invalid'] as const;
  const answer = await undefinedWhen(absent, ask(es, request, schema, signal));
  return answer?.features.map(({ name }) => name);
}
