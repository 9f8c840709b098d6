import type { Hit } from '../../elasticsearch/search.ts';
import { matchName } from '../../naming/template.ts';
import type { ArchiveBatch } from './actions.ts';
import { archiveQuery } from './archival.ts';
import { documentFingerprint, fingerprintsOf } from './fingerprints.ts';
import type { CompiledTarget } from './targets.ts';

/** Where a run has come to in an index: by date, then by sequence number, of which each shard has its own. */
export type Place = NonNullable<ArchiveBatch['last']>;

/** Where the last of these documents is, which were found in that order after a place. */
export function lastPlace(hits: readonly Hit[], after: Place | undefined): Place | undefined {
  const [date, seqNo] = hits.at(-1)?.sort.map(Number) ?? [];
  if (date === undefined || seqNo === undefined) return undefined;
  const there = hits.filter(({ sort }) => Number(sort[0]) === date && Number(sort[1]) === seqNo);
  const known = after?.date === date && after.seqNo === seqNo ? after.documents : '';
  return { date, seqNo, documents: known + there.map(documentFingerprint).join('') };
}

/** After all documents that go to this archive; undefined where no date tells archives apart. */
export function afterArchive(target: CompiledTarget, name: string): Place | undefined {
  const period = periodOf(target, name);
  return period && { date: period.end - 1, seqNo: Number.MAX_SAFE_INTEGER, documents: '' };
}

const periodOf = ({ archive }: CompiledTarget, name: string) => archive && matchName(archive, name)?.date;

/** For a search: what is old enough, and goes to this archive by the latest of its dates. */
export function archivedBy(target: CompiledTarget, name: string, cutoff: number): object {
  const { archive } = target.spec;
  if (archive === undefined) throw new RangeError('the target has no archive');
  const { start, end = cutoff } = periodOf(target, name) ?? {};
  return archiveQuery(archive, Math.min(cutoff, end), start);
}

/** For a search: what comes after the place, and once more all that is at it. */
export const searchAfter = (place: Place | undefined): object =>
  place === undefined ? {} : { search_after: [place.date, place.seqNo - 1] };

/** How many of the documents that such a search finds may have been come to. */
export const knownAt = (place: Place | undefined): number => fingerprintsOf(place?.documents).size;

/** Those that have not been come to: other shards may have documents at the very place. */
export function beyond(place: Place | undefined, hits: readonly Hit[]): readonly Hit[] {
  const known = fingerprintsOf(place?.documents);
  return known.size === 0 ? hits : hits.filter((hit) => !known.has(documentFingerprint(hit)));
}
