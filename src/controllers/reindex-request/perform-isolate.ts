import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { countDocuments } from '../../elasticsearch/counts.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { indexDocuments } from '../../elasticsearch/index-documents.ts';
import { inParts } from '../../elasticsearch/in-parts.ts';
import { hidesVectors } from '../hidden-vectors.ts';
import { type Attempt, ofAttempt } from './observe-bad-documents.ts';
import { errorEntry, errorIndex, type FailedDocument } from './error-index.ts';
import { listedFailures } from './failures.ts';
import type { DocumentFailure } from './observed.ts';
import { type ActionOf, type Change, type EffectContext, requireSame, withCopy } from './perform-effect.ts';
import { ensureErrorIndex, unkept } from './perform-error-index.ts';
import { documentsWithIds, type Numbered } from './perform-frozen-documents.ts';
import { LostView } from './perform-frozen-view.ts';
import { removeGhosts } from './perform-ghosts.ts';
import type { Range } from './ranges.ts';
import { withoutRound } from './rounds.ts';

type Isolate = ActionOf<'IsolateFailures'>;

/**
 * A task stops at its first bad batch and names what is bad in it. That is written down, with its cause and content, and
 * left out from now on, so that the rest of the range is copied. A good copy of an earlier version would be stale: it goes.
 */
export async function isolate(action: Isolate, context: EffectContext): Promise<Change | void> {
  const { es, resource, pass } = context;
  const { range, target } = action;
  await requireSame(es, target, pass.signal);
  const { pit } = resource.status?.copy ?? {};
  if (pit === undefined) return anew;
  const index = errorIndex(target.index);
  const failure = await ensureErrorIndex(index, context);
  if (failure) return unkept(action.failures, failure);
  const origin = {
    uid: resource.metadata.uid,
    attempt: resource.status?.attempt ?? 1,
    index: resource.status?.source?.index ?? '',
  };
  const setAside = async (failed: readonly FailedDocument[]) => {
    const entries = failed.map((document) => errorEntry(origin, document));
    await indexDocuments(es, index, entries, pass.signal);
    await removeGhosts(es, target.index, failed, pass.signal);
  };
  const failed = await eachFailed(action, pit, context, setAside);
  if (failed === undefined) return anew;
  const bad = await countBad(es, index, origin, pass.signal);
  return (status) => withIsolated(status, range, failed, bad);
}

/** Without its point in time the round begins anew. */
const anew = withCopy(withoutRound);

/** As many at once as fit into memory. Undefined when the point in time is lost. */
async function eachFailed(
  { range, failures }: Isolate,
  pit: string,
  { es, resource, pass }: EffectContext,
  setAside: (failed: readonly FailedDocument[]) => Promise<void>,
): Promise<readonly DocumentFailure[] | undefined> {
  const { source, copy } = resource.status ?? {};
  const origin = await requireSame(es, { index: source?.index ?? '', uuid: source?.uuid ?? '' }, pass.signal);
  const view = { pit, shardCount: copy?.shards.length ?? 0, vectors: hidesVectors(origin) };
  const byId = new Map(failures.map((failure) => [failure.id, failure]));
  const read = (from: Elasticsearch, ids: readonly string[]) =>
    documentsWithIds(from, view, range, ids, pass.signal);
  const failed: DocumentFailure[] = [];
  try {
    for await (const { result } of inParts(es, [...byId.keys()], read)) {
      const found = result.flatMap((document) => withFailure(document, range, byId));
      await setAside(found);
      failed.push(...found.map(({ failure }) => failure));
    }
    return failed;
  } catch (error) {
    if (!(error instanceof LostView)) throw error;
    return undefined;
  }
}

function withFailure(
  { id, routing, seqNo, source }: Numbered,
  { shard }: Range,
  byId: ReadonlyMap<string, DocumentFailure>,
): readonly FailedDocument[] {
  const failure = byId.get(id);
  return failure ? [{ shard, seqNo, id, routing, source, failure }] : [];
}

async function countBad(es: Elasticsearch, index: string, origin: Attempt, signal: AbortSignal) {
  return countDocuments(es, index, { bool: { filter: ofAttempt(origin) } }, signal);
}

/** The range is to be begun again, and knows what to leave out. Where nothing was found it counts as a try like any other. */
function withIsolated(
  status: ReindexRequestStatus,
  range: Range,
  failed: readonly DocumentFailure[],
  bad: number,
): ReindexRequestStatus {
  if (!status.copy) return status;
  const running = status.copy.running.map((other) => {
    const { task: _task, total: _total, completed: _completed, ...intent } = other;
    const again = failed.length > 0 ? intent : { ...intent, try: intent.try + 1 };
    return other.shard === range.shard && other.from === range.from ? again : other;
  });
  // Two parts may be looked into at once, and the one that has counted less may be booked last.
  const known = Math.max(status.copy.bad ?? 0, bad);
  const failures = listedFailures(failed, status.failures);
  return { ...status, failures, copy: { ...status.copy, running, bad: known } };
}
