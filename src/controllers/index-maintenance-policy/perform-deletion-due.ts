import { type ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { refresh } from '../../elasticsearch/refresh.ts';
import { archiveSourcesOf, isUnarchived } from './archival.ts';
import { readArchivable } from './observe-archive.ts';
import { redAmong } from './observe-red.ts';
import type { ListedIndex, Surroundings } from './observed.ts';
import type { OpenContext } from './perform-effect.ts';
import { type Look, unselectedAmong } from './perform-deletion-rules.ts';
import { type CompiledTarget, compileTargets, matchTargets, targetOf } from './targets.ts';

/** What Elasticsearch has answered, by the name of the index. */
export type Refusals = ReadonlyMap<string, ElasticsearchError>;

export interface Doomed {
  readonly indices: readonly ListedIndex[];
  /** Indexes that Elasticsearch refuses to refresh, and why: nobody can tell what is in them, so they stay. */
  readonly refused: Refusals;
}

/**
 * Those that a rule wants gone now, with every write counted. A search finds only what was refreshed, which an index may
 * have put off for ever: so the plan may have overlooked what is young, or not archived. Nothing is refreshed or searched for
 * targets that do not go by documents.
 */
export async function dueNow(
  free: readonly ListedIndex[],
  around: Surroundings,
  context: OpenContext,
): Promise<Doomed> {
  const targets = compileTargets(context.policy.spec);
  const byDocuments = free.filter(({ name }) => goesByDocuments(targetOf(targets, name)));
  const refused = await refreshAll(byDocuments, around, context);
  const look = { targets, around, asked: free.filter(({ name }) => !refused.has(name)) };
  const stays = new Map([
    ...(await unselectedAmong(look, context)),
    ...(await unarchivedAmong(look, context)),
  ]);
  for (const [index, reason] of stays)
    context.pass.log.info(
      { index, reason },
      'an index stays: it is in the plan, and not due for deletion now',
    );
  return { indices: look.asked.filter(({ name }) => !stays.has(name)), refused };
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
