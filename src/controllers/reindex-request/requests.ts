import type { Body } from './actions.ts';
import type { CopyRequest, CopySpec } from './copy-request.ts';
import type { DestinationMark } from './destination-mark.ts';
import { currentEntrance, currentEpochAlias, type Situation } from './situation.ts';
import { ownsBlock } from './write-block.ts';
import { writesBlocked } from './index-facts.ts';
import { trialEntrance } from './names.ts';
import type { IndexFacts } from './observed.ts';
import { pageOf } from './page.ts';
import type { Range } from './ranges.ts';
import { copyScript, type PainlessScript } from './script.ts';

/** Documents that are tried before the copy begins. */
export const SAMPLE_DOCUMENTS = 10;
/** Of what documents take on disk, which is about as much as their content. Twice as much copies fewer documents per second. */
const BYTES_PER_BATCH = 4 * 1024 * 1024;
/** Each batch walks its range anew: fewer of them cost less, up to here. */
const MOST_DOCUMENTS_PER_BATCH = 5_000;
const FEWEST_DOCUMENTS_PER_BATCH = 100;

/** What the destination will be marked with from its first moment. */
export function preparedMark(situation: Situation, source: IndexFacts): DestinationMark {
  const { uid, specHash, attempt, status } = situation;
  const blocks = ownsBlock(situation);
  return {
    uid,
    specHash,
    sourceIndex: source.name,
    sourceUuid: source.uuid,
    attempt,
    blockedBefore: status.plan?.blockedBefore ?? (writesBlocked(source) && !blocks),
    blocks,
    state: 'copying',
  };
}

export type SampleRequest = Readonly<Record<string, unknown>> & {
  readonly source: Readonly<Record<string, unknown>> & {
    readonly index: string;
    readonly size: number;
    readonly query?: object;
  };
  readonly dest: object;
};

/** A few documents into an index of the trial: shows whether script, pipeline and mapping bear real data. */
export function sampleRequest(
  spec: CopySpec,
  source: string,
  script: PainlessScript | undefined,
): SampleRequest {
  return {
    conflicts: 'abort',
    source: {
      index: source,
      size: Math.min(SAMPLE_DOCUMENTS, spec.throttle?.batchSize ?? SAMPLE_DOCUMENTS),
      ...(spec.source.query ? { query: spec.source.query } : {}),
    },
    dest: pipelineOf(spec),
    ...(script ? { script } : {}),
  };
}

/**
 * The same for these documents only. `max_docs` would be no limit: documents that the script leaves out do not count there, so
 * that a whole index is read for one that leaves out all, and Elasticsearch 9 fails where it leaves out the first batch.
 */
export function only(ids: readonly string[], request: SampleRequest): SampleRequest {
  const { query } = request.source;
  const filter = [{ ids: { values: ids } }, ...(query ? [query] : [])];
  return { ...request, source: { ...request.source, query: { bool: { filter } } } };
}

/** @param size documents at a time. */
export function into(scratch: string, request: SampleRequest, size: number): Body {
  const dest = { index: trialEntrance(scratch), ...request.dest };
  return { ...request, source: { ...request.source, size }, dest };
}

/**
 * One server-side copy of one range. It reads through the epoch alias and writes through the entrance, so a call that
 * arrives late finds no index, and a task that goes on for too long none to write to;
 * a slice by shard count reads exactly that shard. Internal versioning: an external version would silently keep the
 * old content of a document that was deleted and created anew.
 */
export function rangeRequest(situation: Situation, range: Range & { readonly try: number }): Body {
  const { spec, status } = situation;
  const script = copyScript(spec.transform, { leavesOut: (status.copy?.round ?? 0) > 0 });
  const shards = status.copy?.shards.length ?? 1;
  return {
    conflicts: 'abort',
    source: {
      index: currentEpochAlias(situation),
      size: sizeOfTry(range, pageOf(situation.source?.settings, batchOf(situation))),
      ...(shards > 1 ? { slice: { id: range.shard, max: shards } } : {}),
      ...queryOf(situation, range),
    },
    dest: { index: currentEntrance(situation), ...pipelineOf(spec) },
    ...(script ? { script } : {}),
  };
}

/** Documents that a task reads and writes at a time. */
export function batchOf({ spec: { throttle }, status }: Pick<CopyRequest, 'spec' | 'status'>): number {
  return throttle?.batchSize ?? batchSize(status?.source, throttle?.requestsPerSecond);
}

/**
 * Elasticsearch holds a whole batch in memory, and pauses after each where the load is limited: so long that they must
 * not be larger than what is allowed in a second.
 */
export function batchSize(
  source: { readonly bytes?: number | undefined; readonly documents?: number | undefined } | undefined,
  perSecond = Number.POSITIVE_INFINITY,
): number {
  const { bytes = 0, documents = 0 } = source ?? {};
  const fitting = bytes > 0 && documents > 0 ? Math.floor((BYTES_PER_BATCH * documents) / bytes) : 1_000;
  const most = Math.min(MOST_DOCUMENTS_PER_BATCH, Math.max(perSecond, FEWEST_DOCUMENTS_PER_BATCH));
  return Math.min(Math.max(fitting, FEWEST_DOCUMENTS_PER_BATCH), most);
}

/**
 * What a cluster refuses whole it may take in parts: documents that compress well are larger in memory than on disk. A
 * quarter with each try, as Elasticsearch itself repeats a refused batch for minutes before a try ends.
 */
export function sizeOfTry(range: Range & { readonly try: number }, size: number): number {
  if (range.try === 0) return size;
  const whole = Math.min(size, range.to - range.from + 1);
  return Math.max(1, Math.floor(whole / 4 ** range.try));
}

function queryOf({ spec, status }: Situation, range: Range) {
  const bounds = status.plan?.sequenceNumbers
    ? [{ range: { _seq_no: { gte: range.from, lte: range.to } } }]
    : [];
  const filter = [...bounds, ...(spec.source.query ? [spec.source.query] : [])];
  return filter.length > 0 ? { query: { bool: { filter } } } : {};
}

/** `_none` would not stop a pipeline that the request names; absent leaves the choice to the destination, which has none while it is filled. */
function pipelineOf({ transform }: CopySpec) {
  return transform?.pipeline ? { pipeline: transform.pipeline } : {};
}

/** The same copy without the documents that have these numbers. */
export function without(body: Body, numbers: readonly number[]): Body {
  // A cast: the body is rangeRequest's own.
  const { source, ...rest } = body as { readonly source: { readonly query: unknown } };
  const query = { bool: { filter: [source.query], must_not: [{ terms: { _seq_no: numbers } }] } };
  return { ...rest, source: { ...source, query } };
}
