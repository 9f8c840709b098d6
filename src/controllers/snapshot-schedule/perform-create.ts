import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { verifyRepository } from '../../elasticsearch/repositories.ts';
import { createSnapshot } from '../../elasticsearch/snapshot-changes.ts';
import { indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import type { SnapshotAction } from './actions.ts';
import { hindered, withoutHindrance } from './hindrance.ts';
import { isTemporary, RESTORED_PATTERN } from './names.ts';
import type { Run, Status } from './observed.ts';
import { expressionsOf } from './perform-choice.ts';
import type { EffectContext, SnapshotEffects } from './perform-effect.ts';
import { exactChoice } from './perform-exclusion.ts';
import { unknownFeature } from './perform-features.ts';
import { hindranceOf } from './perform-hindrance.ts';
import { replaceRun } from './run.ts';
import { runsOf } from './situation.ts';

type Creation = Extract<SnapshotAction, { type: 'CreateSnapshot' }>;

/** Begins the snapshot that status wishes for. Whatever becomes of the answer, the next pass reads it by its name. */
export const create: SnapshotEffects['CreateSnapshot'] = async (action, context) => {
  const { es, resource, pass } = context;
  const { spec } = resource;
  const choice = await exactChoice(context);
  const wrong = choice.refused ?? (await unknownFeature(context));
  if (wrong !== undefined) return refusing(action, wrong);
  if (expressionsOf(choice).length === 0) return refusing(action, NOTHING_LEFT);
  await verify(action.repository, context);
  const indices = expressionsOf(choice, await temporaryPatterns(context));
  const { includeGlobalState, ignoreUnavailable, partial } = spec;
  // An empty list would mean all features, with the global state.
  const featureStates = spec.featureStates.length > 0 ? spec.featureStates : ['none'];
  const { metadata } = action;
  const body = { indices, includeGlobalState, ignoreUnavailable, partial, featureStates, metadata };
  try {
    await createSnapshot(es, action.repository, action.snapshot, body, pass.signal);
  } catch (error) {
    // Ours or a stranger's, to be read or not: the next pass finds it by its name.
    if (isElasticsearchError(error, 'alreadyExists')) return undefined;
    return afterRefusal(error, action, spec.indices, pass.now);
  }
  return (status) => changeRun(status, action, (run) => ({ ...withoutHindrance(run), accepted: true }));
};

/** A trial needs a thread, and the snapshots of others may hold all of them for hours; a creation needs none. */
const VERIFY_MS = 5_000;

/**
 * Elasticsearch itself does not look before it begins. That a login may not try, or that no answer comes in time, says
 * nothing of the repository.
 * @throws what is wrong with it.
 */
async function verify(repository: string, { es, pass }: EffectContext): Promise<void> {
  try {
    await undefinedWhen(['forbidden'], verifyRepository(withTimeout(es, VERIFY_MS), repository, pass.signal));
  } catch (error) {
    if (!isElasticsearchError(error, 'timeout')) throw error;
    pass.log.warn(
      { err: error, repository },
      'a repository is not verified in time; the snapshot is made all the same',
    );
  }
}

/**
 * What leaves out the indexes of restore checks, of whatever schedule; one may be restored at any moment, so that a pattern
 * is better than names. But what only looks like one is somebody's data, and where there is such a thing names must do.
 */
async function temporaryPatterns({ es, pass }: EffectContext): Promise<readonly string[]> {
  const alike = (await indexBirths(es, [RESTORED_PATTERN], pass.signal)).map(({ name }) => name);
  // Elasticsearch minds an excluded name that is gone by then, but not behind a wildcard.
  return alike.every(isTemporary) ? [RESTORED_PATTERN] : alike.filter(isTemporary).map((name) => `${name}*`);
}

/** @throws what is no refusal. */
function afterRefusal(
  error: unknown,
  action: Creation,
  named: readonly string[],
  now: number,
): StatusChange<Status> {
  const hindrance = hindranceOf(error);
  if (hindrance !== undefined)
    return (status) => changeRun(status, action, (run) => hindered(run, hindrance, now));
  const refused = refusal(error, named);
  if (refused === undefined) throw error;
  return refusing(action, refused);
}

/** An empty list would mean everything. */
const NOTHING_LEFT = 'spec.exclude leaves nothing of spec.indices: take something out of it';

const refusing =
  (action: Creation, refused: string): StatusChange<Status> =>
  (status) =>
    changeRun(status, action, (run) => ({ ...run, refused }));

function changeRun(status: Status, { snapshot, slot }: Creation, change: (run: Run) => Run): Status {
  const run = runsOf(status).find((other) => other.snapshot === snapshot && other.slot === slot);
  return run === undefined ? status : replaceRun(status, run, change(run));
}

/** What Elasticsearch refuses for now, so that the try is over; undefined for what another pass must find out. */
function refusal(error: unknown, named: readonly string[]): string | undefined {
  if (!isElasticsearchError(error)) return undefined;
  const { errorType, detail = '' } = error;
  if (errorType === 'snapshot_exception' && /unassigned primary shards/.test(detail))
    return 'an index has no primary shard, and spec.partial is false: GET _cluster/allocation/explain says which';
  if (error.errorClass === 'indexNotFound') {
    const missing = named.find((name) => detail.includes(`[${name}]`)) ?? 'an index';
    return `${missing} of spec.indices does not exist, and spec.ignoreUnavailable is false`;
  }
  if (error.errorClass === 'invalid')
    return `Elasticsearch refuses it (${errorType ?? 'no reason given'}): check spec.namePrefix, spec.indices and spec.featureStates`;
  return undefined;
}
