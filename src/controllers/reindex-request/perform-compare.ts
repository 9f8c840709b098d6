import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { incomplete } from '../../elasticsearch/errors.ts';
import { inParts, PartSize } from '../../elasticsearch/in-parts.ts';
import { getDocuments } from '../../elasticsearch/multi-get.ts';
import { hidesVectors, type Rounding } from '../hidden-vectors.ts';
import { documentsNumbered, firstDocuments, type Numbered } from './perform-frozen-documents.ts';
import { type FrozenView, unlessLost } from './perform-frozen-view.ts';
import { spreadNumbers } from './perform-frozen-numbers.ts';
import { requireSame } from './perform-effect.ts';
import { EXAMPLES, isLeftOut, type LookUpRequest, stillThere } from './perform-missing.ts';
import type { LookUpLimits } from './perform-sweep.ts';
import type { Range } from './ranges.ts';
import { type Position, walk } from './shard-walk.ts';
import { isSameContent, roundedVectors } from './vectors.ts';

interface CompareRequest extends LookUpRequest {
  readonly level: 'Sample' | 'Full';
  /** Of level Sample: about so many documents, spread evenly over the sequence numbers of all shards. */
  readonly sampleSize: number;
}

type CompareResult =
  | {
      readonly type: 'compared';
      readonly compared: number;
      readonly mismatched: number;
      /** Ids, ten at most. */
      readonly examples: readonly string[];
      readonly next: Position | undefined;
    }
  | { readonly type: 'lost' };

interface CompareLimits extends LookUpLimits {
  /** Milliseconds; what has been begun by then is finished. */
  readonly time: number;
}

/** Far less time than a pass may take: what was compared is written down even where documents are large. */
const CONTENTS: CompareLimits = { pages: 20, page: 500, time: 10_000 };

/**
 * One slice of comparing contents: routing and `_source` as JSON, where the order of keys says nothing and 1.0 is 1.
 * Numbers beyond 2^53 compare as JavaScript reads them, vectors as far as Elasticsearch keeps them. Repeating a slice does
 * no harm.
 */
export function compareDocuments(
  request: CompareRequest,
  es: Elasticsearch,
  signal: AbortSignal,
  limits: CompareLimits = CONTENTS,
): Promise<CompareResult> {
  const { pit, shards, query, source, destination, cursor } = request;
  const page = Math.min(limits.page, request.page ?? limits.page);
  const compare = async (): Promise<CompareResult> => {
    const originals = await requireSame(es, source, signal);
    const made = await requireSame(es, destination, signal);
    const fields = roundedVectors(originals, made);
    const copies = { index: made.name, vectors: hidesVectors(made), fields };
    const view = { pit, shardCount: shards.length, query, page, vectors: hidesVectors(originals) };
    let compared = 0;
    const mismatched: Numbered[] = [];
    const end = performance.now() + limits.time;
    const size = new PartSize();
    const hasTime = () => performance.now() < end;
    const visit = async (range: Range) => {
      const { numbers: all, reached } = await choose(es, view, range, request, page, signal);
      const numbers = all.filter((seqNo) => !isLeftOut(request, range, seqNo));
      const read = (from: Elasticsearch, part: readonly number[]) =>
        differing(from, view, range.shard, part, copies, signal);
      let looked = 0;
      for await (const { items, result } of inParts(es, numbers, read, size)) {
        mismatched.push(...(await stillThere(es, source, result, signal)));
        compared += items.length;
        looked += items.length;
        if (!hasTime() && looked < numbers.length) return reachedWith(items.at(-1), range, request);
      }
      return reached;
    };
    const next = await walk(shards, cursor, limits.pages, visit, hasTime);
    const examples = mismatched.slice(0, EXAMPLES).map(({ id }) => id);
    return { type: 'compared', compared, mismatched: mismatched.length, examples, next };
  };
  return unlessLost(pit, compare());
}

interface Chosen {
  readonly numbers: readonly number[];
  /** Undefined when the range has no more. */
  readonly reached: number | undefined;
}

async function choose(
  es: Elasticsearch,
  view: FrozenView,
  range: Range,
  request: CompareRequest,
  page: number,
  signal: AbortSignal,
): Promise<Chosen> {
  if (request.level === 'Sample') {
    const interval = intervalOf(request);
    const to = Math.min(endOfPage(range.from, interval, page), range.to);
    return { numbers: await spreadNumbers(es, view, { ...range, to }, interval, signal), reached: to };
  }
  const { documents, reached } = await firstDocuments(es, view, range, page, signal);
  return { numbers: documents.map(({ seqNo }) => seqNo), reached };
}

/** One document of so many numbers: shards with more numbers give more documents. */
function intervalOf({ shards, sampleSize }: CompareRequest): number {
  const numbers = shards.reduce((sum, { through }) => sum + through + 1, 0);
  return Math.max(1, Math.ceil(numbers / Math.max(sampleSize, 1)));
}

/** Where to go on when a page is left in its middle: of a sample, with the next bucket. */
function reachedWith(number: number | undefined, { from, to }: Range, request: CompareRequest): number {
  const last = number ?? from;
  return request.level === 'Full' ? last : Math.min(endOfPage(last, intervalOf(request), 1), to);
}

/** Between two buckets: one that is cut in two would give two documents. */
function endOfPage(from: number, interval: number, page: number): number {
  return (Math.floor(from / interval) + page) * interval - 1;
}

interface Copies {
  readonly index: string;
  /** Whether the index has to be asked for vectors. */
  readonly vectors: boolean;
  /** That hold vectors in one of the two indexes, where one of them rounds these. */
  readonly fields: Rounding;
}

/** Those of the documents whose copies differ, or are missing. */
async function differing(
  es: Elasticsearch,
  view: FrozenView,
  shard: number,
  numbers: readonly number[],
  { index, vectors, fields }: Copies,
  signal: AbortSignal,
): Promise<readonly Numbered[]> {
  const originals = await documentsNumbered(es, view, shard, numbers, { source: true }, signal);
  if (originals.length !== numbers.length)
    throw incomplete('a point in time', `${originals.length} of ${numbers.length} documents were found`);
  const copies = await getDocuments(es, index, originals, { source: true, vectors }, signal);
  const suspects = originals.filter(({ source }, at) => !isSameContent(source, copies[at]?.source, fields));
  // Without their contents, since all of a slice may differ.
  return suspects.map((suspect) => ({ ...suspect, source: undefined }));
}
