import { aliasMembers } from '../../elasticsearch/alias-members.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import { ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { deleteIndices, inGroups, readIndices } from '../../elasticsearch/index-listing.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { MOST_SKEW_SECONDS } from '../../runtime/time.ts';
import type { BatchEntry, MaintenanceAction } from './actions.ts';
import type { DeletionTurns } from './deletion-turns.ts';
import { CLOCK_SKEW } from './obstacle-readiness.ts';
import { guardOf, membersBesides, ownAliasesOf, soleMembers } from './guards.ts';
import { type Doomed, dueByDocuments, type Refusals } from './perform-deletion-documents.ts';
import type { EffectContext, OpenContext } from './perform-effect.ts';
import { readUnfinished, surroundings, useOf } from './observe.ts';
import { readBackups } from './observe-backups.ts';
import { latestClock, readClusterFacts } from './observe-listings.ts';
import type { ListedIndex, Run, Status, Surroundings } from './observed.ts';
import { counting, withoutBatch } from './run.ts';
import { isProven } from './snapshot-proof.ts';
import { byPlace, compileTargets, matchTargets } from './targets.ts';

type DeleteBatch = Extract<MaintenanceAction, { type: 'DeleteBatch' }>;

const CLOCK_AGAIN_MS = 60_000;

/**
 * Deletes what status has named, as far as it still is the very index that was planned and nothing has come up that
 * forbids it, and looks what is gone. An index that is not there any more was deleted by an earlier try.
 * @throws WaitingError WaitingForTurn while another policy deletes or changes aliases on the same cluster.
 */
export async function deleteBatch(
  action: DeleteBatch,
  context: EffectContext,
  turns: DeletionTurns,
): Promise<StatusChange<Status>> {
  const { policy, pass, dependencies } = context;
  const names = action.batch.map(({ name }) => name);
  const cluster = await dependencies.connections.use(useOf(policy, 'Delete', names), pass.signal);
  return turns(cluster.clusterUuid, () => deleteNamed(action, { ...context, cluster }));
}

async function deleteNamed(action: DeleteBatch, context: OpenContext): Promise<StatusChange<Status>> {
  const { cluster, pass } = context;
  const { listings } = context.dependencies;
  const names = action.batch.map(({ name }) => name);
  const before = await readNamed(cluster, names, pass.signal);
  const { indices: judged, refused } = await stillDoomed(action.batch, before, context);
  const doomed = await sameAgain(judged, context);
  tell(doomed, action, context);
  const refusals = await deleteAll(cluster, doomed, pass).catch((error: unknown) => {
    // What was listed is not true any more, and nobody knows what is.
    listings.forget(cluster);
    throw error;
  });
  const left = new Set((await readNamed(cluster, names, pass.signal)).map(({ uuid }) => uuid));
  const gone = new Set(doomed.map(({ uuid }) => uuid).filter((uuid) => !left.has(uuid)));
  await listings.learn(cluster, (indices) => indices.filter(({ uuid }) => !gone.has(uuid)));
  const there = doomed.filter(({ uuid }) => !gone.has(uuid));
  const failures = [
    ...refused,
    ...there.map(({ name }) => [name, refusals.get(name)] as const).filter(([, refusal]) => !isBusy(refusal)),
  ];
  const failed = failures.length;
  const dropped = before.length - gone.size - failed;
  const kept = new Set(before.filter(({ uuid }) => !gone.has(uuid)).map(({ name }) => name));
  const deleted = names.filter((name) => !kept.has(name));
  return done({ deleted, failed, dropped }, firstOf(failures));
}

/** Something else holds it, such as a snapshot that has begun since it was looked at: no failure. */
const isBusy = (refusal: ElasticsearchError | undefined): boolean => refusal?.errorClass === 'conflict';

/** What a person is told first. Its sentence is fit for status: no text of Elasticsearch is in it. */
function firstOf([first]: readonly (readonly [
  string,
  ElasticsearchError | undefined,
])[]): Run['firstFailure'] {
  if (first === undefined) return undefined;
  const [index, error] = first;
  return { index, message: error?.clause ?? 'it is still there' };
}

/** An alias may have taken a name of an index that is gone: then what is behind it is none of ours. */
async function readNamed({ es }: Cluster, names: readonly string[], signal: AbortSignal) {
  return (await readIndices(es, names, signal)).filter(({ name }) => names.includes(name));
}

/** Those that are the same as when they were chosen, written to by nobody since, and held back by nothing now. */
async function stillDoomed(
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
  const { indices: due, refused } = await dueByDocuments(free, around, context);
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
async function sameAgain(
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
  const facts = { backups, listedAt, now: pass.now };
  const targets = matchTargets(compileTargets(policy.spec), free, new Map());
  return targets.flatMap(({ target, members }) =>
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

/** The record of what is destroyed and on whose word, one line for each index. */
function tell(doomed: readonly ListedIndex[], { plan }: DeleteBatch, { policy, pass }: OpenContext): void {
  const { uid, generation } = policy.metadata;
  for (const { name: index, uuid, figures } of doomed)
    pass.log.info({ index, uuid, ...figures, plan, policy: uid, generation }, 'deleting an index');
}

/**
 * When a request is refused as a whole each index is tried by itself: one may not hold back the others.
 * @returns what was answered about each that was refused.
 */
async function deleteAll(cluster: Cluster, doomed: readonly ListedIndex[], pass: Pass): Promise<Refusals> {
  const refusals = new Map<string, ElasticsearchError>();
  const byName = new Map(doomed.map((index) => [index.name, index]));
  for (const group of inGroups([...byName.keys()])) {
    const refusal = await tryToDelete(cluster, group, pass);
    for (const name of refusal === undefined ? [] : group) {
      const own = group.length > 1 ? await deleteAlone(cluster, byName.get(name), pass) : refusal;
      if (own !== undefined) refusals.set(name, own);
    }
  }
  return refusals;
}

const CHANGED = new ElasticsearchError({
  errorClass: 'conflict',
  outcomeUnknown: false,
  publicMessage: 'the index has changed since it was looked at.',
});

/** Read once more: since the request for all, its name may have gone to an index that somebody has made anew. */
async function deleteAlone(
  cluster: Cluster,
  index: ListedIndex | undefined,
  pass: Pass,
): Promise<ElasticsearchError | undefined> {
  if (index === undefined) return undefined;
  const [found] = await readNamed(cluster, [index.name], pass.signal);
  const isSame = found?.uuid === index.uuid && found.figures?.operations === index.figures?.operations;
  return isSame ? tryToDelete(cluster, [index.name], pass) : CHANGED;
}

/** `indexNotFound`: one of them is gone since it was looked at. */
const REFUSALS = ['conflict', 'invalid', 'forbidden', 'blocked', 'indexNotFound'] as const;

/** Answers after which nothing was deleted. That an index is still there is counted by whoever looks afterwards. */
async function tryToDelete(
  { es }: Cluster,
  names: readonly string[],
  pass: Pass,
): Promise<ElasticsearchError | undefined> {
  pass.assertUnchanged?.();
  try {
    await deleteIndices(es, names, pass.signal);
    return undefined;
  } catch (error) {
    if (!isElasticsearchError(error, ...REFUSALS)) throw error;
    pass.log.warn({ err: error, names }, 'indexes could not be deleted');
    return error;
  }
}

/** So many that are gone are named in status; the log names all. */
const NAMED = 10;

function done(
  { deleted, failed, dropped }: Pick<Run, 'failed' | 'dropped'> & { readonly deleted: readonly string[] },
  first: Run['firstFailure'],
): StatusChange<Status> {
  const count = counting((run) => ({
    deleted: run.deleted + deleted.length,
    ...(deleted.length === 0
      ? {}
      : { deletedNames: [...(run.deletedNames ?? []), ...deleted].slice(0, NAMED) }),
    failed: run.failed + failed,
    dropped: run.dropped + dropped,
    ...(first === undefined ? {} : { firstFailure: run.firstFailure ?? first }),
  }));
  return (status) => ({ ...count(status), ...withoutBatch(status) });
}
