import { z } from 'zod';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { CopyRequest } from './copy-request.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { badDocuments, numbersByShard } from './observe-bad-documents.ts';
import type { Reached } from './departures.ts';
import { listedId } from './failures.ts';
import { compareDocuments } from './perform-compare.ts';
import { EXAMPLES, findMissing } from './perform-missing.ts';
import { removeDepartures } from './perform-departures.ts';
import { type ActionOf, type Change, type EffectContext, failing, withCopy } from './perform-effect.ts';
import { sweepGhosts } from './perform-sweep.ts';
import { type Copy, withMissing, withoutRound } from './rounds.ts';
import { time } from './moments.ts';

/** A slice of what was deleted in the source between two points in time is deleted in the destination. */
export async function removeDeparted(
  { target, page }: ActionOf<'RemoveDepartures'>,
  { es, resource, pass }: EffectContext,
): Promise<Change | void> {
  const copy = resource.status?.copy;
  if (!copy) return;
  if (copy.previousPit === undefined || copy.pit === undefined) return withCopy(lookUpAll);
  const result = await removeDepartures(
    {
      before: copy.previousPit,
      after: copy.pit,
      shards: reachedSince(copy),
      query: resource.spec.source.query,
      page,
      destination: target,
      cursor: copy.cursor,
    },
    es,
    pass.signal,
  );
  if (result.type === 'lost') return withCopy(result.pit === 'before' ? lookUpAll : withoutRound);
  return (status) => withRemoved(withCopy((journal) => goOn(journal, result.next))(status), result.removed);
}

function reachedSince({ previous = [], shards }: Copy): readonly Reached[] {
  const now = new Map(shards.map(({ shard, maxSeqNo }) => [shard, maxSeqNo]));
  return previous.map(({ shard, maxSeqNo }) => ({
    shard,
    through: maxSeqNo,
    operations: Math.max(0, (now.get(shard) ?? maxSeqNo) - maxSeqNo),
  }));
}

/** A slice of looking up every document: first those that must not be there, then those that must. */
export async function sweep(
  { target, page }: ActionOf<'Sweep'>,
  { es, resource, pass }: EffectContext,
): Promise<Change | void> {
  const copy = resource.status?.copy;
  if (!copy) return;
  if (copy.pit === undefined) return cannotLookUp;
  const { missing, at } = sweepCursor.parse(copy.cursor);
  const view = { ...viewOf(resource, copy.pit), page, destination: target, cursor: at };
  if (missing) {
    const found = await findMissing({ ...view, shards: reachedBefore(copy) }, es, pass.signal);
    if (found.type === 'lost') return withCopy(withoutRound);
    return withCopy((journal) => swept(withMissing(journal, found.ranges), found.next));
  }
  const result = await sweepGhosts(view, es, pass.signal);
  if (result.type === 'lost') return withCopy(withoutRound);
  const cursor = result.next === undefined ? { missing: true } : { missing: false, at: { ...result.next } };
  return (status) => withRemoved(withCopy((journal) => ({ ...journal, cursor }))(status), result.removed);
}

/** Only of an index whose points in time do not fit into a status. */
const cannotLookUp = failing(
  'SourceChanged',
  'what changed while writes were allowed cannot be found in an index with so many shards: a retry copies everything again; do not suspend it meanwhile',
);

const cannotCompare = failing(
  'PreflightFailed',
  'the point in time of an index of so many shards is too large for a status, so that nothing can be compared document by document: use verification.level: Counts in a new request',
);

/** Before the ranges of a round only what earlier rounds have copied can be missing. */
function reachedBefore({ departed, previous = [], shards }: Copy) {
  const reached = departed ? shards : previous;
  return reached.map(({ shard, maxSeqNo }) => ({ shard, through: maxSeqNo }));
}

const sweepCursor = z
  .object({ missing: z.boolean(), at: z.unknown().optional() })
  .catch({ missing: false, at: undefined });

function swept({ cursor: _cursor, ...copy }: Copy, next: object | undefined): Copy {
  return next === undefined
    ? { ...copy, sweep: false, departed: true }
    : { ...copy, cursor: { missing: true, at: { ...next } } };
}

/** A slice of comparing what the last round has copied with what it was copied from. */
export async function compareContents(
  { target, page }: ActionOf<'Compare'>,
  { es, resource, pass }: EffectContext,
): Promise<Change | void> {
  const { status, spec } = resource;
  const copy = status?.copy;
  if (!copy) return;
  if (copy.pit === undefined) return cannotCompare;
  const view = {
    ...viewOf(resource, copy.pit),
    page,
    destination: target,
    leftOut: copy.bad ? await quarantined(resource, es, pass.signal) : undefined,
    cursor: status.verification?.cursor,
  };
  const { level, sampleSize } = spec.verification;
  const result =
    level === 'Sample' || level === 'Full'
      ? await compareDocuments({ ...view, level, sampleSize }, es, pass.signal)
      : await findMissing(view, es, pass.signal);
  if (result.type === 'lost') return withCopy(withoutRound);
  const { examples } = result;
  const found =
    result.type === 'compared'
      ? { sampled: result.compared, mismatched: result.mismatched, examples }
      : { sampled: result.checked, mismatched: result.missing, examples };
  return (now) => looked(withCompared(now, found, result.next), result.next === undefined, pass.now);
}

/** What could not be written is not there, whatever else differs. */
async function quarantined({ metadata, spec, status }: CopyRequest, es: Elasticsearch, signal: AbortSignal) {
  const attempt = { uid: metadata.uid, attempt: status?.attempt ?? 1 };
  const byShard = numbersByShard(await badDocuments(es, spec.destination.index, attempt, signal));
  return new Map([...byShard].map(([shard, numbers]) => [shard, new Set(numbers)]));
}

/** Each look into a point in time begins the time anew that Elasticsearch keeps it; after the last one much has come in. */
function looked(status: ReindexRequestStatus, isLast: boolean, now: number): ReindexRequestStatus {
  return withCopy(({ flushed, ...copy }) => ({
    ...copy,
    pitTime: time(now),
    ...(flushed && !isLast ? { flushed } : {}),
  }))(status);
}

function withCompared(
  status: ReindexRequestStatus,
  found: { readonly sampled: number; readonly mismatched: number; readonly examples: readonly string[] },
  next: object | undefined,
): ReindexRequestStatus {
  const { cursor: _cursor, sampled = 0, mismatched = 0, examples = [], ...rest } = status.verification ?? {};
  const named = [...examples, ...found.examples.map(listedId)].slice(0, EXAMPLES);
  const verification = {
    ...rest,
    ...(named.length > 0 ? { examples: named } : {}),
    sampled: sampled + found.sampled,
    mismatched: mismatched + found.mismatched,
    ...(next === undefined ? { compared: true } : { cursor: { ...next } }),
  };
  return { ...status, verification };
}

function viewOf({ spec, status }: CopyRequest, pit: string) {
  const shards = (status?.copy?.shards ?? []).map(({ shard, maxSeqNo }) => ({ shard, through: maxSeqNo }));
  const source = { index: status?.source?.index ?? '', uuid: status?.source?.uuid ?? '' };
  return { pit, shards, shardCount: shards.length, query: spec.source.query, source };
}

/** Without the view of the round before, nobody knows what has left since: every document is looked up. */
function lookUpAll(copy: Copy): Copy {
  return { ...copy, sweep: true };
}

function goOn({ cursor: _cursor, ...copy }: Copy, next: object | undefined): Copy {
  return next === undefined ? { ...copy, departed: true } : { ...copy, cursor: { ...next } };
}

function withRemoved(status: ReindexRequestStatus, removed: number): ReindexRequestStatus {
  const ghostsRemoved = (status.verification?.ghostsRemoved ?? 0) + removed;
  return { ...status, verification: { ...status.verification, ghostsRemoved } };
}
