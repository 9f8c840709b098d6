import { aliasMembers } from '../../elasticsearch/alias-members.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { MOST_SKEW_SECONDS } from '../../runtime/time.ts';
import type { BatchEntry } from './actions.ts';
import { CLOCK_SKEW } from './obstacle-readiness.ts';
import { guardOf, membersBesides, ownAliasesOf, soleMembers } from './guards.ts';
import { type Doomed, dueNow } from './perform-deletion-due.ts';
import { type OpenContext, readNamed } from './perform-effect.ts';
import { readSeals, unclearAmong } from './observe-seals.ts';
import { readUnfinished, surroundings } from './observe.ts';
import { readBackups } from './observe-backups.ts';
import { latestClock, readClusterFacts } from './observe-listings.ts';
import type { ListedIndex, Surroundings } from './observed.ts';
import { isProven } from './snapshot-proof.ts';
import { byPlace, compileTargets, matchTargets } from './targets.ts';

const CLOCK_AGAIN_MS = 60_000;

/** Those that are the same as when they were chosen, written to by nobody since, and held back by nothing now. */
export async function stillDoomed(
  batch: readonly BatchEntry[],
  before: readonly ListedIndex[],
  context: OpenContext,
): Promise<Doomed> {
  const { policy } = context;
  const around = await readAround(before, context);
  const chosen = new Map(batch.map((entry) => [entry.uuid, entry]));
  const free = before.filter(
    (index) =>
      isUnchanged(index, chosen.get(index.uuid)) &&
      guardOf(index, around, policy.spec.deletion) === undefined,
  );
  const { indices: due, refused } = await dueNow(free, around, context);
  const proven = await provenAmong(due, context);
  if (!policy.spec.deletion.skip.includes('SoleAliasMember')) return { indices: proven, refused };
  const sole = await soleAmong(proven, context);
  return { indices: proven.filter(({ name }) => !sole.has(name)), refused };
}

/** @throws WaitingError ClockSkew: what is old cannot be told any more. */
async function readAround(before: readonly ListedIndex[], context: OpenContext): Promise<Surroundings> {
  const { policy, cluster, pass } = context;
  const [facts, unfinished] = await Promise.all([
    readClusterFacts(cluster.es, pass.now),
    readUnfinished(policy, cluster, before, pass.signal),
  ]);
  const around = surroundings(context, { ...facts, written: new Set() }, unfinished);
  if (around.skewSeconds <= MOST_SKEW_SECONDS) return around;
  throw new WaitingError('ClockSkew', CLOCK_SKEW, CLOCK_AGAIN_MS);
}

/** To refresh, search and list snapshots takes its time: the last look before the deletion is for who they are, and what guards them. */
export async function sameAgain(
  judged: readonly ListedIndex[],
  context: OpenContext,
): Promise<readonly ListedIndex[]> {
  if (judged.length === 0) return judged;
  const { policy, cluster, pass } = context;
  const names = judged.map(({ name }) => name);
  const around = await readAround(judged, context);
  const now = new Map((await readNamed(cluster, names, pass.signal)).map((index) => [index.uuid, index]));
  return judged.filter(({ uuid, figures }) => {
    const found = now.get(uuid);
    if (found === undefined || found.figures?.operations !== figures?.operations) return false;
    return guardOf(found, around, policy.spec.deletion) === undefined;
  });
}

function isUnchanged({ figures }: ListedIndex, entry: BatchEntry | undefined): boolean {
  return entry !== undefined && entry.operations === figures?.operations;
}

/** A snapshot may have been deleted meanwhile, and nothing but it is what an index is let go for. */
async function provenAmong(
  free: readonly ListedIndex[],
  { policy, cluster, pass, dependencies }: OpenContext,
): Promise<readonly ListedIndex[]> {
  const [{ backups }, listedAt] = await Promise.all([
    readBackups(policy, cluster, dependencies, pass),
    latestClock(cluster.es, pass.now),
  ]);
  const targets = compileTargets(policy.spec);
  const known = { backups, listedAt, now: pass.now };
  const facts = { ...known, sealed: await readSeals(unclearAmong(free, targets, known), cluster, pass) };
  return matchTargets(targets, free, new Map()).flatMap(({ target, members }) =>
    members
      .map(({ index }) => index)
      .filter((index) => isProven(index, target.spec.beforeDelete?.requireSnapshot, facts)),
  );
}

/** Members of aliases are read anew: another index may have left one meanwhile. */
async function soleAmong(
  free: readonly ListedIndex[],
  { policy, cluster, pass }: OpenContext,
): Promise<ReadonlySet<string>> {
  const members = matchTargets(compileTargets(policy.spec), free, new Map()).flatMap(({ target, members }) =>
    members.map((member) => ({ index: member.index, ownAliases: ownAliasesOf(target, member), member })),
  );
  const candidates = members.sort((a, b) => byPlace(a.member, b.member));
  const aliases = new Set(free.flatMap((index) => Object.keys(index.aliases)));
  const holders = await aliasMembers(cluster.es, [...aliases], pass.signal);
  return soleMembers(candidates, membersBesides(holders, new Set(free.map(({ name }) => name))));
}
