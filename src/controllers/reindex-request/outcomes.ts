import type { ReindexCounts, ReindexFailure, ReindexResult } from '../../elasticsearch/reindex-result.ts';
import type { TaskState } from '../../elasticsearch/tasks.ts';
import type { DocumentFailure, OwnTask, TaskOutcome } from './observed.ts';
import { NOTHING_COPIED } from './rounds.ts';
import { type FailedScript, failedScript } from './script-failure.ts';

/**
 * What a task's state means for its range. Only sums that add up are a success; a vanished task is never a failure.
 * A node counts its tasks anew after a restart: another task under the same id has another opaque id.
 */
export function outcomeOf(state: TaskState, opaqueId: string): TaskOutcome {
  if (state.state === 'unknown' || state.task.opaqueId !== opaqueId)
    return { type: 'repeat', why: 'the task is gone and left no result' };
  if (state.state === 'running') return runningOutcome(state.task);
  if (state.error) return failureOf(state.error);
  if (!state.response) return { type: 'repeat', why: 'the task left no result' };
  return missingPipeline(state.response) ?? resultOf(state.response);
}

/** As the list of tasks tells it just as well. */
export function runningOutcome({ counts, runningMs }: Pick<OwnTask, 'counts' | 'runningMs'>): TaskOutcome {
  return { type: 'running', counts: counts ?? NOTHING, runningMs };
}

const NOTHING: ReindexCounts = { total: 0, ...NOTHING_COPIED };

/** Also of a trial run. */
export function resultOf(result: ReindexResult): TaskOutcome {
  const failures = result.failures.filter((failure) => !isPassing(failure));
  const documents = failures.filter(({ id }) => id !== undefined);
  if (documents.length > 0)
    return (
      privilegeFailure(documents) ?? { type: 'documentFailures', failures: documents.map(documentFailure) }
    );
  const [other] = failures;
  if (other) return failureOf(other);
  const [passing] = result.failures;
  if (passing) return { type: 'repeat', why: whyEarly(passing) };
  if (result.canceled !== undefined || result.timedOut)
    return { type: 'repeat', why: 'the task ended early' };
  return addsUp(result)
    ? { type: 'copied', counts: result }
    : { type: 'repeat', why: 'the sums of the task do not add up' };
}

/** More documents at once than a node has memory or a place in its queue for. Of a full disk fewer say the same. */
export function isTooMuch({ type, status }: Pick<ReindexFailure, 'type' | 'status'>): boolean {
  return TOO_MUCH.has(type) || status === 413;
}

const TOO_MUCH: ReadonlySet<string> = new Set([
  'es_rejected_execution_exception',
  'circuit_breaking_exception',
]);

/** A failure for good that names no document, or undefined: in a time series, one that does not fit has no id yet. */
export function unnamedRefusal({ failures }: ReindexResult): ReindexFailure | undefined {
  return failures.find(
    (failure) => failure.id === undefined && isRefusing(failure.status ?? 0) && !isPassing(failure),
  );
}

const isRefusing = (status: number): boolean => status >= 400 && status < 500;

type SaidOf = Pick<ReindexFailure, 'type' | 'reason'>;

/** A block is a person's to lift: it is named, as the copy repeats the part only so often. */
function whyEarly({ type, status, index, reason }: Partial<ReindexFailure> & SaidOf): string {
  const [, alias] = SHARED.exec(reason) ?? [];
  if (alias !== undefined)
    return `alias ${alias} is on another index as well: remove it from all but the destination`;
  return type === 'cluster_block_exception' && status === 403
    ? `${index ?? 'an index'} is blocked by somebody (${type}): lift that block`
    : `the task ended early: ${type}`;
}

/** No document is to blame for what the user may not do. */
function privilegeFailure(failures: ReindexResult['failures']): TaskOutcome | undefined {
  const failure = failures.find(({ type }) => type === 'security_exception');
  return failure && failureOf(failure);
}

/** No document is to blame for a pipeline that is gone, or was: the pass that books it sees whether it is there again. */
function missingPipeline({ failures }: ReindexResult): TaskOutcome | undefined {
  const [name] = failures.flatMap(({ reason }) => MISSING_PIPELINE.exec(reason)?.[1] ?? []);
  return name === undefined ? undefined : { type: 'repeat', why: `ingest pipeline ${name} was not there` };
}

/** The second is one that another pipeline calls. */
const MISSING_PIPELINE =
  /^(?:\w+(?:\.\w+)*: )?[Pp]ipeline (?:with id|processor configured for non-existent pipeline) \[([\w.@-]{1,255})\](?: does not exist)?$/;

function addsUp({ total, created, updated, noops, deleted, versionConflicts }: ReindexResult): boolean {
  return versionConflicts === 0 && total === created + updated + noops + deleted;
}

/**
 * Load, shards on the move, blocks and lost nodes pass; a document cannot be blamed for them. A plain 500 is the
 * document's: so does a processor of a pipeline answer that fails on it.
 */
function isPassing({ type, status, reason }: Pick<ReindexFailure, 'type' | 'status' | 'reason'>): boolean {
  return PASSING.has(type) || SHARED.test(reason) || (status !== undefined && PASSING_STATUS.has(status));
}

/** Comes as a 400 of each document: what has restored the half copy under another name has given that its alias too. */
const SHARED = /^no write index is defined for alias \[(es-steward-.{8}-(?:Into|Try)-\w+)\]/;

const PASSING_STATUS: ReadonlySet<number> = new Set([409, 429, 502, 503, 504]);

const PASSING: ReadonlySet<string> = new Set([
  'cluster_block_exception',
  'es_rejected_execution_exception',
  'circuit_breaking_exception',
  'unavailable_shards_exception',
  'version_conflict_engine_exception',
  'search_phase_execution_exception',
  'no_shard_available_action_exception',
  'node_disconnected_exception',
  'node_not_connected_exception',
  'node_closed_exception',
  'receive_timeout_transport_exception',
  'process_cluster_event_timeout_exception',
  'master_not_discovered_exception',
  'search_context_missing_exception',
  'task_cancelled_exception',
  'index_not_found_exception',
  // Of the entrance, as a 400 of each document: the destination was deleted, or is closed to the copy.
  'invalid_index_name_exception',
  // Comes as a 400 of each document, for as long as somebody keeps the index closed.
  'index_closed_exception',
  'shard_not_found_exception',
  // These two come as a plain 500: a shard that is just being closed, and its disk.
  'already_closed_exception',
  'i_o_exception',
]);

function failureOf({ type, reason, scriptStack }: FailedScript & SaidOf): TaskOutcome {
  if (type === 'script_exception') return failedScript({ reason, scriptStack });
  if (type === 'security_exception') return { type: 'forbidden', why: reason };
  if (SHARED.test(reason)) return { type: 'repeat', why: whyEarly({ type, reason }) };
  // Whatever else ends a task may pass: the tries of a range are counted, and the last one tells what it was.
  return { type: 'repeat', why: type };
}

function documentFailure({
  index,
  id,
  status,
  type,
  reason,
}: ReindexResult['failures'][number]): DocumentFailure {
  return {
    index: index ?? '',
    id: id ?? '',
    status: status ?? 0,
    type,
    reason: withoutContent(type, reason),
    detail: reason,
  };
}

/** Elasticsearch quotes documents in its reasons, and documents do not belong into a status: only names are taken. */
function withoutContent(type: string, reason: string): string {
  const field = /^failed to parse field \[([\w.@-]{1,255})\] of type \[(\w{1,64})\]/.exec(
    reason.replace(/^\[\d+:\d+\] /, ''),
  );
  if (field) return `field ${field[1]} does not fit its type ${field[2]}`;
  const strict = /dynamic introduction of \[([\w.@-]{1,255})\]/.exec(reason);
  if (strict) return `field ${strict[1]} is not in the mapping, which is strict`;
  return `${type}: the log of Elasticsearch or a single index request shows more`;
}
