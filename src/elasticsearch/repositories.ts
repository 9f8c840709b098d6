import { z } from 'zod';
import { ask, incompleteAnswer } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { path, repositoryName } from './path.ts';

export interface Repository {
  readonly name: string;
  /** `fs`, `s3`, `gcs`, ... */
  readonly type: string;
  readonly readOnly: boolean;
}

const repositories = z.record(
  z.string(),
  z.object({
    type: z.string(),
    settings: z.looseObject({ readonly: z.union([z.string(), z.boolean()]).optional() }).default({}),
  }),
);

/** The registered snapshot repositories, by name. Empty where there is none, and where an answer was emptied on its way. */
export async function listRepositories(
  es: Elasticsearch,
  signal?: AbortSignal,
): Promise<readonly Repository[]> {
  const found = await ask(es, { method: 'GET', path: '/_snapshot' }, repositories, signal);
  return Object.entries(found)
    .map(repositoryOf)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** @throws ElasticsearchError `notFound` where it is not registered, `incomplete` for an answer without it. */
export async function getRepository(
  es: Elasticsearch,
  name: string,
  signal?: AbortSignal,
): Promise<Repository> {
  const request = { method: 'GET', path: path`/_snapshot/${repositoryName(name)}` } as const;
  const found = (await ask(es, request, repositories, signal))[name];
  if (found === undefined) throw incompleteAnswer(request, `${name} is not in it`);
  return repositoryOf([name, found]);
}

const repositoryOf = ([name, { type, settings }]: readonly [
  string,
  z.output<typeof repositories>[string],
]): Repository => ({ name, type, readOnly: isReadOnly(type, settings.readonly) });

function isReadOnly(type: string, setting: string | boolean | undefined): boolean {
  return type === 'url' || setting === true || setting === 'true';
}

/**
 * Lets every node try to write to a repository.
 * @returns how many nodes can.
 * @throws ElasticsearchError `notFound`, or `serverError` (`repository_verification_exception`) when a node cannot;
 * RangeError when the name cannot be asked for.
 */
export async function verifyRepository(
  es: Elasticsearch,
  name: string,
  signal?: AbortSignal,
): Promise<number> {
  const request = { method: 'POST', path: path`/_snapshot/${repositoryName(name)}/_verify` } as const;
  const schema = z.object({ nodes: z.record(z.string(), z.unknown()) });
  return Object.keys((await ask(es, request, schema, signal)).nodes).length;
}
