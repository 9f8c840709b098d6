import type { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import type { MaintenanceAction } from './actions.ts';
import type { DeletionTurns } from './deletion-turns.ts';
import { sameAgain, stillDoomed } from './perform-deletion-doomed.ts';
import { deleteAll } from './perform-deletion-requests.ts';
import { type EffectContext, type OpenContext, readNamed } from './perform-effect.ts';
import { useOf } from './observe.ts';
import type { ListedIndex, Run, Status } from './observed.ts';
import { counting, withoutBatch } from './run.ts';

type DeleteBatch = Extract<MaintenanceAction, { type: 'DeleteBatch' }>;

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

/** The record of what is destroyed and on whose word, one line for each index. */
function tell(doomed: readonly ListedIndex[], { plan }: DeleteBatch, { policy, pass }: OpenContext): void {
  const { uid, generation } = policy.metadata;
  for (const { name: index, uuid, figures } of doomed)
    pass.log.info({ index, uuid, ...figures, plan, policy: uid, generation }, 'deleting an index');
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
