import { type ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { archiveSourcesOf, isUnarchived } from './archival.ts';
import { readArchivable } from './observe-archive.ts';
import { readNewest } from './observe-newest.ts';
import { redAmong } from './observe-red.ts';
import type { ListedIndex, Surroundings } from './observed.ts';
import type { OpenContext } from './perform-effect.ts';
import { judgeAges } from './retention.ts';
import { type CompiledTarget, compileTargets, matchTargets, targetOf } from './targets.ts';

/** What Elasticsearch has answered, by the name of the index. */
export type Refusals = ReadonlyMap<string, ElasticsearchError>;

export interface Doomed {
  readonly indices: readonly ListedIndex[];
  /** Indexes that Elasticsearch refuses to refresh, and why: nobody can tell what is in them, so they stay. */
  readonly refused: Refusals;
}

/**
 * Those that are due by their documents as well, with every write counted. A search finds only what was refreshed, which an
 * index may have put off for ever: so the plan may have overlooked what is young, or not archived. Nothing is asked of
 * targets that do not go by documents.
 */
export async function dueByDocuments(
  free: readonly ListedIndex[],
  around: Surroundings,
  context: OpenContext,
): Promise<Doomed> {
  const targets = compileTargets(context.policy.spec);
  const asked = free.filter(({ name }) => goesByDocuments(targetOf(targets, name)));
  if (asked.length === 0) return { indices: free, refused: new Map() };
  const refused = await refreshAll(asked, around, context);
  const look = { targets, around, asked: asked.filter(({ name }) => !refused.has(name)) };
  const stays = new Map([...(await youngAmong(look, context)), ...(await unarchivedAmong(look, context))]);
  for (const [index, reason] of stays)
    context.pass.log.info({ index, reason }, 'an index stays: documents came to light when it was refreshed');
  return { indices: free.filter(({ name }) => !refused.has(name) && !stays.has(name)), refused };
}

const goesByDocuments = (target: CompiledTarget | undefined): boolean =>
  target?.spec.age?.field !== undefined || target?.spec.archive !== undefined;

/** One that is closed or lacks a shard is not asked, here or afterwards, and stays for that. */
async function refreshAll(
  asked: readonly ListedIndex[],
  { health }: Surroundings,
  { cluster: { es }, pass: { signal, log } }: OpenContext,
): Promise<Refusals> {
  const open = asked.flatMap(({ name, closed }) => (closed ? [] : [name]));
  const red = await redAmong(es, health, open, signal);
  const refused = new Map<string, ElasticsearchError>();
  for (const name of open.filter((each) => !red.has(each)))
    await refresh(es, name, signal).catch((error: unknown) => {
      if (isElasticsearchError(error, 'indexNotFound')) return;
      if (!isElasticsearchError(error, 'forbidden', 'blocked', 'invalid')) throw error;
      log.warn({ err: error, index: name }, 'an index could not be deleted, as it could not be refreshed');
      refused.set(name, error);
    });
  return refused;
}

interface Look {
  readonly targets: readonly CompiledTarget[];
  readonly around: Surroundings;
  readonly asked: readonly ListedIndex[];
}

/** A listing of this age will do to compare an index with the others. */
const LISTING_MS = 60_000;

/** By name, with the reason. How many are newer counts as well where a rule counts indexes. */
async function youngAmong(
  { targets, around, asked }: Look,
  { policy, cluster, pass, dependencies }: OpenContext,
): Promise<ReadonlyMap<string, string>> {
  const names = new Set(asked.map(({ name }) => name));
  const own = new Set(asked.map(({ name }) => targetOf(targets, name)));
  const aged = targets.filter((target) => own.has(target) && target.spec.age?.field !== undefined);
  const others = aged.some(counts)
    ? (await dependencies.listings.of(cluster, pass.now - LISTING_MS, pass.now)).indices
    : [];
  const indices = [...asked, ...others.filter(({ name }) => !names.has(name))];
  const newest = await readNewest(cluster, aged, { indices, health: around.health }, pass);
  const facts = { now: pass.now, around, deletion: policy.spec.deletion };
  return new Map(
    matchTargets(targets, indices, newest)
      .filter(({ target }) => aged.includes(target))
      .flatMap((matched) => judgeAges(matched, facts))
      .flatMap(({ member: { index }, stays }) =>
        stays !== undefined && names.has(index.name) ? [[index.name, stays] as const] : [],
      ),
  );
}

const counts = ({ spec: { retention } }: CompiledTarget): boolean =>
  retention?.maxCount !== undefined ||
  retention?.maxTotalSize !== undefined ||
  (retention?.minCount ?? 0) > 0;

/** Documents are as old as they were when the run began. */
async function unarchivedAmong(
  { targets, around, asked }: Look,
  { policy: { spec, status }, cluster, pass }: OpenContext,
): Promise<ReadonlyMap<string, string>> {
  const since = status?.run === undefined ? pass.now : Date.parse(status.run.time);
  const listing = { indices: asked, health: around.health };
  const archive = await readArchivable(cluster, targets, listing, since, pass.signal);
  const sources = archiveSourcesOf(
    matchTargets(targets, asked, new Map()),
    { around, archive },
    spec.deletion,
  );
  return new Map(
    sources.filter(isUnarchived).map(({ member: { index } }) => [index.name, 'NotArchived'] as const),
  );
}
