import { aliasMembers } from '../../elasticsearch/alias-members.ts';
import { type AliasAction, updateAliases } from '../../elasticsearch/aliases.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { type AliasChange, withChanges } from './alias-changes.ts';
import { aliasedWith } from './aliases-event.ts';
import { emptyingAmong } from './emptied-aliases.ts';
import type { DeletionTurns } from './deletion-turns.ts';
import { useOf } from './observe.ts';
import type { Run, Status } from './observed.ts';
import { tellChanges } from './perform-aliases-told.ts';
import { type EffectContext, type OpenContext, uuidsOf } from './perform-effect.ts';
import { counting } from './run.ts';
import { compileTargets } from './targets.ts';

type Change = StatusChange<Status>;

/**
 * One atomic call. When Elasticsearch refuses it nothing has changed: then there is one for each alias, so that one that
 * cannot be changed does not keep the others, and the run counts a failure for each that is refused again.
 * @throws WaitingError WaitingForTurn while another policy deletes or changes aliases on the same cluster.
 */
export async function changeAliases(
  changes: readonly AliasChange[],
  context: EffectContext,
  turns: DeletionTurns,
): Promise<Change> {
  const { policy, pass, dependencies } = context;
  const names = new Set(changes.flatMap(({ index, alias }) => [index, alias]));
  const cluster = await dependencies.connections.use(useOf(policy, 'Maintain', [...names]), pass.signal);
  return turns(cluster.clusterUuid, () => changeInTurn(changes, { ...context, cluster }));
}

async function changeInTurn(planned: readonly AliasChange[], context: OpenContext): Promise<Change> {
  const { cluster, pass } = context;
  const { listings } = context.dependencies;
  if (!(await areTheSame(cluster.es, planned, pass.signal))) {
    listings.forget(cluster);
    pass.log.warn({ changes: planned.length }, 'an index was recreated: its aliases are planned again');
    return counting((run) => ({ ...failing(run, 1), aliasesTried: true }));
  }
  const changes = await withoutEmptying(planned, context);
  if (changes.length === 0) return counting(() => ({ aliasesTried: true }));
  tellChanges(changes, context);
  const whole = await tryToChange(changes, context);
  const refusals =
    whole === undefined ? new Map<string, string>() : await changeEach(changes, whole, context);
  const done = changes.filter(({ alias }) => !refusals.has(alias));
  await listings.learn(cluster, (indices) => withChanges(indices, done));
  return changed(done, refusals);
}

/** Why an alias is unchanged, in a sentence that is fit for status. */
type Refusals = ReadonlyMap<string, string>;

/** By alias, as no two of them depend on each other. */
async function changeEach(
  changes: readonly AliasChange[],
  whole: string,
  context: OpenContext,
): Promise<Refusals> {
  const refusals = new Map<string, string>();
  const byAlias = Map.groupBy(changes, ({ alias }) => alias);
  for (const [alias, own] of byAlias) {
    // The only one has been refused just now.
    const refusal = byAlias.size === 1 ? whole : await tryToChange(own, context);
    if (refusal !== undefined) refusals.set(alias, refusal);
  }
  return refusals;
}

/** @returns why Elasticsearch refuses it, and nothing has changed. */
async function tryToChange(
  changes: readonly AliasChange[],
  context: OpenContext,
): Promise<string | undefined> {
  const { cluster, pass, dependencies } = context;
  try {
    await updateAliases(cluster.es, changes.map(actionOf), {}, pass.signal);
    return undefined;
  } catch (error) {
    dependencies.listings.forget(cluster);
    if (!isElasticsearchError(error, ...REFUSALS)) throw error;
    const indices = [...new Set(changes.map(({ index }) => index))].slice(0, NAMED);
    const aliases = aliasesOf(changes);
    pass.log.warn(
      { err: error, aliases: aliases.slice(0, NAMED), indices },
      'the aliases could not be changed',
    );
    return error.clause;
  }
}

const NAMED = 20;

const aliasesOf = (changes: readonly AliasChange[]): readonly string[] => [
  ...new Set(changes.map(({ alias }) => alias)),
];

function changed(changes: readonly AliasChange[], refusals: Refusals): Change {
  const refused = [...refusals.keys()];
  const [aliasRefusal] = refusals.values();
  return counting((run) => ({
    ...aliasedWith(run, changes),
    ...(aliasRefusal === undefined
      ? {}
      : { ...failing(run, refused.length), aliasesRefused: refused.slice(0, NAMED), aliasRefusal }),
    aliasesTried: true,
  }));
}

/** Among all that failed, and apart from it: what is said of indexes may not count aliases. */
const failing = ({ failed, aliasesFailed = 0 }: Run, count: number): Partial<Run> => ({
  failed: failed + count,
  aliasesFailed: aliasesFailed + count,
});

/** Whether each index still is the one that was planned for. */
async function areTheSame(
  es: Elasticsearch,
  changes: readonly AliasChange[],
  signal: AbortSignal,
): Promise<boolean> {
  const names = changes.map(({ index }) => index);
  const uuids = await uuidsOf(es, names, signal);
  return changes.every(({ index, uuid }) => uuids.get(index) === uuid);
}

/** Members are read anew: another policy may have deleted what was to stay behind an alias. The next run plans it again. */
async function withoutEmptying(
  changes: readonly AliasChange[],
  { policy, pass, dependencies, cluster }: OpenContext,
): Promise<readonly AliasChange[]> {
  const removals = changes.filter(({ type }) => type === 'Remove');
  if (removals.length === 0) return changes;
  const targets = compileTargets(policy.spec);
  // What ends with its partition may be gone already, and then no members of any would be told.
  const lasting = emptyingAmong(removals, targets, []).map(({ alias }) => alias);
  const members = await aliasMembers(cluster.es, [...new Set(lasting)], pass.signal);
  const emptying = emptyingAmong(changes, targets, members);
  if (emptying.length === 0) return changes;
  dependencies.listings.forget(cluster);
  const aliases = aliasesOf(emptying);
  pass.log.warn({ aliases }, 'nothing would be left behind aliases: their indexes stay in them');
  return changes.filter((change) => !emptying.includes(change));
}

/** Answers after which nothing has changed, and that the same request would get again. */
const REFUSALS = [
  'invalid',
  'forbidden',
  'blocked',
  'aliasNotFound',
  'indexNotFound',
  'serverError',
] as const;

/** A membership that is gone already makes the whole call fail: what was planned is not what is there. */
function actionOf(change: AliasChange): AliasAction {
  const { index, alias } = change;
  return change.type === 'Add'
    ? { add: { ...change.definition, index, alias } }
    : { remove: { index, alias, must_exist: true } };
}
