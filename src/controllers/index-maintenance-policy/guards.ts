import type { IndexMaintenancePolicySpec } from '../../crds/index-maintenance-policy.ts';
import { formatName } from '../../naming/template.ts';
import type { ListedIndex, Surroundings } from './observed.ts';
import type { CompiledTarget, Member } from './targets.ts';

type Deletion = IndexMaintenancePolicySpec['deletion'];

/** Why an index stays although the rules want it gone. */
export type Guard =
  | 'Protected'
  | 'DataStream'
  | 'WriteIndex'
  | 'MountedSnapshot'
  | 'LifecycleManaged'
  | 'Hidden'
  | 'BeingReindexed'
  | 'BeingSnapshotted'
  | 'BeingRestored'
  | 'RecentlyWritten'
  | 'ClusterUnhealthy'
  | 'SoleAliasMember';

/** What this project makes beside the indexes of users; a policy leaves all of it alone. */
export function isOwn({ name, hidden }: Pick<ListedIndex, 'name' | 'hidden'>): boolean {
  return name.startsWith('es-steward-') || (hidden && /-error$|-restore-check-[0-9a-f]+$/.test(name));
}

export interface LimitFacts {
  readonly around: Pick<Surroundings, 'reindexed'>;
  readonly deletion: Deletion;
}

/**
 * Whether it is one of those that minCount and the like count. Hidden ones are not while they are skipped; those that
 * may be deleted are, except for what this project makes and has not finished.
 */
export function countsForLimits(index: ListedIndex, { around, deletion }: LimitFacts): boolean {
  if (!index.hidden) return true;
  return !deletion.skip.includes('Hidden') && !isOwn(index) && !around.reindexed.has(index.name);
}

/** The first thing that forbids the deletion of one index; its aliases are judged together with all others. */
export function guardOf(index: ListedIndex, around: Surroundings, deletion: Deletion): Guard | undefined {
  const skips = (group: Deletion['skip'][number]) => deletion.skip.includes(group);
  if (isOwn(index) || [index.name, ...Object.keys(index.aliases)].some(around.protects)) return 'Protected';
  if (index.dataStream !== undefined) return 'DataStream';
  if (isWriteIndex(index)) return 'WriteIndex';
  if (index.mounted && skips('MountedSnapshot')) return 'MountedSnapshot';
  if (index.lifecycleManaged && skips('LifecycleManaged')) return 'LifecycleManaged';
  if (index.hidden && skips('Hidden')) return 'Hidden';
  if (isCopied(index, around)) return 'BeingReindexed';
  if (around.snapshotted.has(index.name)) return 'BeingSnapshotted';
  if (around.restoring.has(index.name)) return 'BeingRestored';
  if (around.written.has(index.uuid)) return 'RecentlyWritten';
  if (HEALTH.indexOf(around.health) < HEALTH.indexOf(deletion.minHealth)) return 'ClusterUnhealthy';
  return undefined;
}

/**
 * The first thing that forbids to move documents out of an index, which goes on being written to and searched. The copy of
 * a batch of this policy forbids nothing, whichever process has begun it: status says whether the batch is over.
 */
export function archiveGuardOf(
  index: ListedIndex,
  around: Surroundings,
  deletion: Deletion,
): Guard | 'Closed' | undefined {
  const quiet = { ...around, reindexed: around.reindexedByOthers, snapshotted: NONE, written: NONE };
  const aliases = Object.fromEntries(Object.keys(index.aliases).map((alias) => [alias, {}]));
  return guardOf({ ...index, aliases }, quiet, deletion) ?? (index.closed ? 'Closed' : undefined);
}

const NONE: ReadonlySet<string> = new Set();

const HEALTH: readonly Surroundings['health'][] = ['red', 'yellow', 'green'];

/** A copy may have been asked for by an alias; a series is one of indexes. */
function isCopied({ name, aliases }: ListedIndex, around: Surroundings): boolean {
  const { reindexed, isOfSeries, mayBeCopied } = around;
  if (isOfSeries(name)) return true;
  return [name, ...Object.keys(aliases)].some((each) => reindexed.has(each) || mayBeCopied(each));
}

function isWriteIndex({ aliases }: ListedIndex): boolean {
  return Object.values(aliases).some(({ is_write_index }) => is_write_index === true);
}

/** An index that would go, with the aliases that may end with it. */
export interface Candidate {
  readonly index: ListedIndex;
  readonly ownAliases: ReadonlySet<string>;
}

/** The aliases that a target makes for the partition of this index alone: they end with it. */
export function ownAliasesOf(
  { aliases }: CompiledTarget,
  { partition }: Pick<Member, 'partition'>,
): ReadonlySet<string> {
  if (partition === undefined) return new Set();
  const dated = aliases.filter(({ template }) => template.dateFormat !== undefined);
  return new Set(dated.map(({ template }) => formatName(template, { date: partition.start })));
}

/**
 * Which of these, newest first, must stay so that no alias loses its last index. What stays for one alias is there for
 * its others too.
 * @param others how many members each alias has besides the candidates
 */
export function soleMembers(
  candidates: readonly Candidate[],
  others: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const kept = new Map(others);
  const stay = new Set<string>();
  for (const { index, ownAliases } of candidates) {
    const aliases = Object.keys(index.aliases).filter((alias) => !ownAliases.has(alias));
    if (aliases.every((alias) => (kept.get(alias) ?? 0) > 0)) continue;
    stay.add(index.name);
    for (const alias of aliases) kept.set(alias, (kept.get(alias) ?? 0) + 1);
  }
  return stay;
}

/** How many members each alias has besides the indexes of these names. */
export function membersBesides(
  indices: readonly { readonly name: string; readonly aliases: object }[],
  names: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, aliases } of indices) {
    if (names.has(name)) continue;
    for (const alias of Object.keys(aliases)) counts.set(alias, (counts.get(alias) ?? 0) + 1);
  }
  return counts;
}
