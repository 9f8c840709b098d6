import type { CopySpec } from './copy-request.ts';
import type { DestinationMark } from './destination.ts';
import { currentEpochAlias, type Situation, writesBlocked } from './situation.ts';
import type { IndexFacts } from './observed.ts';
import type { Range } from './ranges.ts';
import { copyScript, type PainlessScript } from './script.ts';

/** Documents that are tried before the copy begins. */
export const SAMPLE_DOCUMENTS = 10;
/** Measured best or equal up to documents of a few KB; 10,000 costs a fifth more CPU. */
const DEFAULT_BATCH_SIZE = 1_000;

/** What the destination will be marked with from its first moment. */
export function preparedMark(situation: Situation, source: IndexFacts): DestinationMark {
  const { uid, specHash, attempt, status, mark } = situation;
  return {
    uid,
    specHash,
    sourceIndex: source.name,
    sourceUuid: source.uuid,
    attempt,
    blockedBefore:
      status.plan?.blockedBefore ?? (mark?.attempt === attempt ? mark.blockedBefore : writesBlocked(source)),
    state: 'copying',
  };
}

/** A few documents into the scratch index: shows whether script, pipeline and mapping bear real data. */
export function sampleRequest(
  spec: CopySpec,
  source: string,
  scratch: string,
  script: PainlessScript | undefined,
): unknown {
  return {
    conflicts: 'abort',
    max_docs: SAMPLE_DOCUMENTS,
    source: { index: source, ...(spec.source.query ? { query: spec.source.query } : {}) },
    dest: { index: scratch, ...pipelineOf(spec) },
    ...(script ? { script } : {}),
  };
}

/**
 * One server-side copy of one range. It reads through the epoch alias, so a call that arrives late finds no index;
 * a slice by shard count reads exactly that shard. Internal versioning: an external version would silently keep the
 * old content of a document that was deleted and created anew.
 */
export function rangeRequest(situation: Situation, range: Range): unknown {
  const { spec, status } = situation;
  const script = copyScript(spec.transform, { leavesOut: (status.copy?.round ?? 0) > 0 });
  const shards = status.copy?.shards.length ?? 1;
  return {
    conflicts: 'abort',
    source: {
      index: currentEpochAlias(situation),
      size: spec.throttle?.batchSize ?? DEFAULT_BATCH_SIZE,
      ...(shards > 1 ? { slice: { id: range.shard, max: shards } } : {}),
      ...queryOf(situation, range),
    },
    dest: { index: spec.destination.index, ...pipelineOf(spec) },
    ...(script ? { script } : {}),
  };
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
export function without(body: unknown, numbers: readonly number[]): Readonly<Record<string, unknown>> {
  // A cast: the body is rangeRequest's own.
  const { source, ...rest } = body as { readonly source: { readonly query: unknown } };
  const query = { bool: { filter: [source.query], must_not: [{ terms: { _seq_no: numbers } }] } };
  return { ...rest, source: { ...source, query } };
}
