import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { type AliasAction, updateAliases } from '../../elasticsearch/aliases.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { readIndices } from '../../elasticsearch/index-listing.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import type { MaintenanceAction } from './actions.ts';
import { type AliasChange, withChanges } from './alias-changes.ts';
import { createDeletionTurns } from './deletion-turns.ts';
import { type MaintenanceDependencies, useOf } from './observe.ts';
import { chooseDocuments } from './perform-archive-choose.ts';
import { moveBatch } from './perform-archive-batch.ts';
import { deleteBatch } from './perform-deletion.ts';
import { counting, type Status } from './run.ts';

type Change = StatusChange<Status>;

export function createPerform(dependencies: MaintenanceDependencies) {
  const turns = createDeletionTurns();
  return (action: MaintenanceAction, policy: IndexMaintenancePolicy, pass: Pass): Promise<Change> => {
    const context = { policy, pass, dependencies };
    if (action.type === 'UpdateAliases') return changeAliases(action.changes, policy, pass, dependencies);
    if (action.type === 'ChooseDocuments') return chooseDocuments(action, context);
    if (action.type === 'MoveDocuments') return moveBatch(action.batch, context);
    return deleteBatch(action, policy, pass, dependencies, turns);
  };
}

/** One atomic call. When Elasticsearch refuses it nothing has changed, and the run counts a failure. */
async function changeAliases(
  changes: readonly AliasChange[],
  policy: IndexMaintenancePolicy,
  pass: Pass,
  { connections, listings }: MaintenanceDependencies,
): Promise<Change> {
  const names = new Set(changes.flatMap(({ index, alias }) => [index, alias]));
  const cluster = await connections.use(useOf(policy, 'Maintain', [...names]), pass.signal);
  if (!(await areTheSame(cluster.es, changes, pass.signal))) {
    listings.forget(cluster);
    pass.log.warn({ changes: changes.length }, 'an index was made anew: its aliases are planned again');
    return counting(({ failed }) => ({ failed: failed + 1, aliasesTried: true }));
  }
  try {
    await updateAliases(cluster.es, changes.map(actionOf), {}, pass.signal);
  } catch (error) {
    listings.forget(cluster);
    if (!isElasticsearchError(error, ...REFUSALS)) throw error;
    pass.log.warn({ err: error, changes: changes.length }, 'the aliases could not be changed');
    return counting(({ failed }) => ({ failed: failed + 1, aliasesTried: true }));
  }
  await listings.learn(cluster, (indices) => withChanges(indices, changes));
  const removed = changes.filter(({ type }) => type === 'Remove').length;
  return counting(({ aliasesAdded, aliasesRemoved }) => ({
    aliasesAdded: aliasesAdded + changes.length - removed,
    aliasesRemoved: aliasesRemoved + removed,
    aliasesTried: true,
  }));
}

/** Whether each index still is the one that was planned for: a call for aliases knows only its name. */
async function areTheSame(
  es: Elasticsearch,
  changes: readonly AliasChange[],
  signal: AbortSignal,
): Promise<boolean> {
  const found = await readIndices(es, [...new Set(changes.map(({ index }) => index))], signal);
  const uuids = new Map(found.map(({ name, uuid }) => [name, uuid]));
  return changes.every(({ index, uuid }) => uuids.get(index) === uuid);
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
