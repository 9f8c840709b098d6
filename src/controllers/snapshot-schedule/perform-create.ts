import { isElasticsearchError, undefinedWhen } from '../../elasticsearch/errors.ts';
import { covers } from '../../elasticsearch/patterns.ts';
import { verifyRepository } from '../../elasticsearch/repositories.ts';
import { createSnapshot } from '../../elasticsearch/snapshot-changes.ts';
import type { StatusChange } from '../../runtime/controller.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { SnapshotAction } from './actions.ts';
import { RESTORED_PATTERN } from './names.ts';
import type { Run, Schedule, Status } from './observed.ts';
import type { EffectContext } from './perform-effect.ts';
import { replaceRun } from './run.ts';
import { runsOf } from './situation.ts';

type Creation = Extract<SnapshotAction, { type: 'CreateSnapshot' }>;

/**
 * The expressions of a snapshot as Elasticsearch resolves them. It knows exclusions only behind a wildcard; without
 * one, what is excluded is left out here. Empty when nothing is left: an empty list would mean everything.
 */
export function expressionsOf({ indices, exclude }: Schedule['spec']): readonly string[] {
  if (!indices.some((pattern) => pattern.includes('*')))
    return indices.filter((name) => !exclude.some((pattern) => covers(pattern, name)));
  // Wildcards first: so the exclusions hold for the plain names as well.
  const wildcardsFirst = [...indices].sort((a, b) => Number(b.includes('*')) - Number(a.includes('*')));
  return [...wildcardsFirst, ...[...exclude, RESTORED_PATTERN].map((pattern) => `-${pattern}`)];
}

/** Begins the snapshot that status wishes for. Whatever becomes of the answer, the next pass reads it by its name. */
export async function create(action: Creation, context: EffectContext): Promise<StatusChange<Status> | void> {
  const { es, resource, pass } = context;
  const { spec } = resource;
  const indices = expressionsOf(spec);
  if (indices.length === 0)
    throw new TerminalError(
      'InvalidSpec',
      'spec.exclude: leaves nothing of spec.indices; take something out of it',
    );
  // Elasticsearch itself does not look before it begins. That a login may not try says nothing of the repository.
  await undefinedWhen(['forbidden'], verifyRepository(es, action.repository, pass.signal));
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
    const why = refusal(error);
    if (why === undefined) throw error;
    return (status) => withRun(status, action, { refused: why });
  }
  return (status) => withRun(status, action, { accepted: true });
}

function withRun(status: Status, { snapshot, slot }: Creation, change: Partial<Run>): Status {
  const run = runsOf(status).find((other) => other.snapshot === snapshot && other.slot === slot);
  return run === undefined ? status : replaceRun(status, run, { ...run, ...change });
}

/** What Elasticsearch refuses for now, so that the try is over; undefined for what another pass must find out. */
function refusal(error: unknown): string | undefined {
  if (!isElasticsearchError(error)) return undefined;
  const { errorType, detail = '' } = error;
  if (errorType === 'snapshot_exception' && /unassigned primary shards/.test(detail))
    return 'an index has no primary shard, and spec.partial is false: GET _cluster/allocation/explain says which';
  if (error.errorClass === 'indexNotFound')
    return 'an index of spec.indices does not exist, and spec.ignoreUnavailable is false';
  if (errorType === 'concurrent_snapshot_execution_exception')
    return 'too many snapshots run in the cluster at once';
  if (error.errorClass === 'invalid')
    return `Elasticsearch refuses it (${errorType ?? 'no reason given'}): check spec.namePrefix, spec.indices and spec.featureStates`;
  return undefined;
}
