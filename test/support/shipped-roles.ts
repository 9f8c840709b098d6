import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from '../../scripts/environment/cache.ts';

const schema = z.strictObject({
  cluster: z.array(z.string()),
  indices: z.array(z.strictObject({ names: z.array(z.string()), privileges: z.array(z.string()) })),
});

export type Role = z.infer<typeof schema>;

/** A role of deploy/elasticsearch-roles, with other names in the place of its examples. */
export function shippedRole(kind: string, names: Readonly<Record<string, readonly string[]>>): Role {
  const file = join(repositoryRoot, 'deploy/elasticsearch-roles', `${kind}.json`);
  const { cluster, indices } = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const named = (name: string) => names[name] ?? [name];
  return { cluster, indices: indices.map((one) => ({ ...one, names: one.names.flatMap(named) })) };
}

/** The role with one privilege less, wherever it stands. */
export function without({ cluster, indices }: Role, privilege: string): Role {
  const others = (all: readonly string[]) => all.filter((one) => one !== privilege);
  return {
    cluster: others(cluster),
    indices: indices.map((one) => ({ ...one, privileges: others(one.privileges) })),
  };
}
