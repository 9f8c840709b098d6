import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { lastCommits, type ShardTimes, snapshotShardStarts } from '../../elasticsearch/shard-commits.ts';
import type { Pass } from '../../runtime/controller.ts';
import type { ListedIndex, Seen, Taken } from './observed.ts';
import { planOf } from './plan.ts';
import { requirementsOf, unclearProof } from './snapshot-proof.ts';
import { type CompiledTarget, matchTargets } from './targets.ts';

/** An index whose last commit may be the one of its snapshot, or a later one. */
export interface Unclear {
  readonly index: ListedIndex;
  readonly taken: Taken;
}

type Limits = Pick<Pass, 'signal' | 'log'>;

/** What a plan would delete, were it only clear that its snapshot holds the last write. */
export function unclearInPlan(
  policy: IndexMaintenancePolicy,
  targets: readonly CompiledTarget[],
  seen: Seen,
  now: number,
): readonly Unclear[] {
  if (requirementsOf(policy.spec.targets).length === 0) return [];
  const { deletes } = planOf(policy, targets, { ...seen, sealed: { has: () => true } }, now);
  const chosen = deletes.map(({ index }) => index);
  return unclearAmong(chosen, targets, { ...seen, now });
}

export function unclearAmong(
  indices: readonly ListedIndex[],
  targets: readonly CompiledTarget[],
  facts: Pick<Seen, 'backups' | 'listedAt'> & { readonly now: number },
): readonly Unclear[] {
  return matchTargets(targets, indices, new Map()).flatMap(({ target, members }) =>
    members.flatMap(({ index }) => {
      const taken = unclearProof(index, target.spec.beforeDelete?.requireSnapshot, facts);
      return taken === undefined ? [] : [{ index, taken }];
    }),
  );
}

/** The clock by which a shard says when its snapshot began is read every 200 ms only. */
const CLOCK_MS = 250;
/** Each tells a time that is late by what the answer took: the earliest counts. */
const LOOKS = 3;

/** The uuids of those whose shards were all committed last before their snapshot began with them. */
export async function readSeals(
  unclear: readonly Unclear[],
  { es }: Cluster,
  limits: Limits,
): Promise<ReadonlySet<string>> {
  const sealed = new Set<string>();
  if (unclear.length === 0) return sealed;
  const starts = await startsOf(unclear, es, limits);
  for (let look = 0; look < LOOKS; look += 1) {
    const open = unclear.filter(({ index }) => !sealed.has(index.uuid));
    if (open.length === 0) break;
    const names = open.map(({ index }) => index.name);
    const commits = await lastCommits(es, names, limits.signal);
    for (const { index, taken } of open)
      if (isSealed(index.name, starts.get(taken), commits)) sealed.add(index.uuid);
  }
  return sealed;
}

function isSealed(name: string, starts: ShardTimes | undefined, commits: ShardTimes): boolean {
  const began = starts?.get(name) ?? new Map<string, number>();
  const committed = commits.get(name) ?? new Map<string, number>();
  if (began.size === 0 || began.size !== committed.size) return false;
  return [...committed].every(([shard, time]) => time <= (began.get(shard) ?? 0) + CLOCK_MS);
}

async function startsOf(
  unclear: readonly Unclear[],
  es: Cluster['es'],
  limits: Limits,
): Promise<ReadonlyMap<Taken, ShardTimes>> {
  const snapshots = [...new Set(unclear.map(({ taken }) => taken))];
  const read = async (taken: Taken) => [taken, await shardStarts(taken, es, limits)] as const;
  return new Map(await Promise.all(snapshots.map(read)));
}

/** Of a snapshot that cannot be read nothing is known, so that it proves no more than before. */
async function shardStarts(
  { repository, snapshot }: Taken,
  es: Cluster['es'],
  { signal, log }: Limits,
): Promise<ShardTimes> {
  try {
    return await snapshotShardStarts(es, repository, snapshot, signal);
  } catch (err) {
    if (!isElasticsearchError(err, 'notFound', 'forbidden', 'serverError')) throw err;
    log.warn({ err, repository, snapshot }, 'when the shards of a snapshot began cannot be read');
    return new Map();
  }
}
