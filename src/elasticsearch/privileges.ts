import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { isElasticsearchError } from './errors.ts';

export interface RequiredPrivileges {
  readonly cluster: readonly string[];
  readonly index: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

const granted = z.record(z.string(), z.boolean());
const schema = z.object({
  has_all_requested: z.boolean(),
  cluster: granted.default({}),
  index: z.record(z.string(), granted).default({}),
});

/**
 * What the user of the connection lacks, as `manage on app-v2` or `monitor on the cluster`; empty when nothing, and
 * when security is off. Names and raw actions (`indices:admin/aliases`) are both understood.
 */
export async function missingPrivileges(
  es: Elasticsearch,
  required: RequiredPrivileges,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  // A question about nothing is refused by Elasticsearch.
  if (required.cluster.length + required.index.length === 0) return [];
  const request = { method: 'POST', path: '/_security/user/_has_privileges', body: required } as const;
  try {
    const { cluster, index } = await ask(es, request, schema, signal);
    const missing = [...missingOn('the cluster', cluster)];
    for (const [name, privileges] of Object.entries(index)) missing.push(...missingOn(name, privileges));
    return missing;
  } catch (error) {
    if (isElasticsearchError(error) && securityIsOff(error.status, error.errorType)) return [];
    throw error;
  }
}

function missingOn(target: string, privileges: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(privileges).flatMap(([name, has]) => (has ? [] : [`${name} on ${target}`]));
}

/** The endpoint is then not there; a real refusal of the body would carry a type. */
function securityIsOff(status: number | undefined, errorType: string | undefined): boolean {
  return (status === 400 || status === 405) && errorType === undefined;
}
