import type { ListedIndex, Surroundings } from './observed.ts';
import { readNewest } from './observe-newest.ts';
import type { OpenContext } from './perform-effect.ts';
import { judgeAges } from './retention.ts';
import { type CompiledTarget, matchTargets, targetOf } from './targets.ts';

/** Indexes that are asked about, with what they are judged by. */
export interface Look {
  readonly targets: readonly CompiledTarget[];
  readonly around: Surroundings;
  readonly asked: readonly ListedIndex[];
}

/** Why indexes stay, by name. */
type Stays = ReadonlyMap<string, string>;

/**
 * Those that no rule of their target wants gone now, or that belong to none. That status has named
 * an index proves nothing: status can be edited.
 */
export async function unselectedAmong(look: Look, context: OpenContext): Promise<Stays> {
  const { targets, asked } = look;
  const foreign = asked.filter(({ name }) => targetOf(targets, name) === undefined);
  return new Map([
    ...foreign.map(({ name }) => [name, 'NoTarget'] as const),
    ...(await keptByRules(look, context)),
  ]);
}

/** How many are newer counts as well where a rule counts indexes. */
async function keptByRules(look: Look, context: OpenContext): Promise<Stays> {
  const { targets, around, asked } = look;
  const { policy, cluster, pass } = context;
  const names = new Set(asked.map(({ name }) => name));
  const own = targets.filter((target) => asked.some(({ name }) => targetOf(targets, name) === target));
  const indices = [...asked, ...(await othersOf(look, own.filter(counts), context))];
  const newest = await readNewest(cluster, own, { indices, health: around.health }, pass);
  const facts = { now: pass.now, around, deletion: policy.spec.deletion };
  return new Map(
    matchTargets(targets, indices, newest)
      .flatMap((matched) => judgeAges(matched, facts))
      .flatMap(({ member: { index }, stays }) =>
        stays !== undefined && names.has(index.name) ? [[index.name, stays] as const] : [],
      ),
  );
}

/** A listing of this age will do to compare an index with the others. */
const LISTING_MS = 60_000;

async function othersOf(
  { targets, asked }: Look,
  counting: readonly CompiledTarget[],
  { cluster, pass, dependencies }: OpenContext,
): Promise<readonly ListedIndex[]> {
  if (counting.length === 0) return [];
  const { indices } = await dependencies.listings.of(cluster, pass.now - LISTING_MS, pass.now);
  const names = new Set(asked.map(({ name }) => name));
  const isCounted = (name: string) => counting.some((target) => targetOf(targets, name) === target);
  return indices.filter(({ name }) => !names.has(name) && isCounted(name));
}

const counts = ({ spec: { retention } }: CompiledTarget): boolean =>
  retention?.maxCount !== undefined ||
  retention?.maxTotalSize !== undefined ||
  (retention?.minCount ?? 0) > 0;
