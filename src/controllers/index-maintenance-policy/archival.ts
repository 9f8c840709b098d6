import { milliseconds } from '../../crds/duration.ts';
import type { MaintenanceTarget } from '../../crds/index-maintenance-policy.ts';
import { canWrite } from '../../naming/date-format.ts';
import { formatName } from '../../naming/template.ts';
import { archiveGuardOf } from './guards.ts';
import type { ArchiveFacts, Seen } from './observed.ts';
import { byPlace, type CompiledTarget, type Matched, type Member } from './targets.ts';

export type ArchiveSpec = NonNullable<MaintenanceTarget['archive']>;

/** Why documents of an index do not move although they are old enough; each needs somebody who looks. */
export type ArchiveHold =
  | 'FieldMissing'
  | 'FieldNotDate'
  | 'WriteBlocked'
  | 'SourceIncomplete'
  | 'ArchiveProtected'
  | 'ForeignArchive'
  | 'ArchiveUnsuitable'
  | 'ArchiveNotMade'
  | 'ArchivalRefused'
  | 'NotGranted'
  | 'ArchivalHindered'
  | 'IndexUnhealthy'
  | 'DateOutOfRange'
  | 'DocumentsRefused'
  | 'DocumentsChanged'
  | 'IdTaken';

/** An index with documents that are old enough. */
export interface ArchiveSource {
  readonly target: CompiledTarget;
  readonly member: Member;
  readonly documents: number;
  /** Undefined: nothing keeps them. */
  readonly reason: string | undefined;
}

/** Documents are old at the same moment throughout a run, or its end would run away from it. */
export function cutoffOf({ olderThan }: ArchiveSpec, since: number): number {
  return since - milliseconds(olderThan);
}

/** Those whose latest date is before the cutoff, and not before `start`. One without a date matches no range. */
export function archiveQuery({ field, query }: ArchiveSpec, cutoff: number, start?: number): object {
  const moment = { format: 'strict_date_optional_time' };
  const at = new Date(cutoff).toISOString();
  const from = start === undefined ? {} : { gte: new Date(start).toISOString() };
  const before = { range: { [field]: { ...moment, ...from, lt: at } } };
  const later = { range: { [field]: { ...moment, gte: at } } };
  return { bool: { filter: [before, ...(query === undefined ? [] : [query])], must_not: [later] } };
}

/** Every index of the targets that archive, oldest first, with what stands in the way of its documents. */
export function archiveSourcesOf(
  matched: readonly Matched[],
  { around, archive }: Pick<Seen, 'around' | 'archive'>,
  deletion: Parameters<typeof archiveGuardOf>[2],
): readonly ArchiveSource[] {
  return matched.flatMap(({ target, members }) => {
    const facts = archive.get(target.spec.name);
    if (facts === undefined || target.spec.archive === undefined) return [];
    return [...members]
      .sort((a, b) => byPlace(b, a))
      .map((member) => {
        const documents = facts.documents.get(member.index.uuid) ?? 0;
        const reason =
          archiveGuardOf(member.index, around, deletion) ??
          facts.unread.get(member.index.name) ??
          fieldFault(member, facts);
        return { target, member, documents, reason };
      });
  });
}

/** Documents of it are to move, or nobody can tell. */
export function isUnarchived({ documents, reason = '' }: ArchiveSource): boolean {
  return documents > 0 || isUnread(reason);
}

/** Nobody can tell whether any documents are to move, before somebody has done something about the index. */
export const isUnread = (reason: string): boolean => UNREAD.has(reason);

const UNREAD: ReadonlySet<string> = new Set([
  'FieldMissing',
  'FieldNotDate',
  'Closed',
  'IndexUnhealthy',
  'ArchivalRefused',
]);

/** An empty index knows no fields, and that is nothing to look at; without figures nobody knows that it is empty. */
function fieldFault({ index }: Member, { types }: ArchiveFacts): ArchiveHold | undefined {
  const type = types.get(index.name);
  if (type === undefined) return (index.figures?.documents ?? 1) > 0 ? 'FieldMissing' : undefined;
  return isDate(type) ? undefined : 'FieldNotDate';
}

export const isDate = (type: string | undefined): boolean => type === 'date' || type === 'date_nanos';

/** The archive of a document, by the latest of its dates; undefined for a year that no name can hold. */
export function destinationOf({ archive }: CompiledTarget, date: number): string | undefined {
  if (archive === undefined) throw new RangeError('the target has no archive');
  const { dateFormat } = archive;
  if (dateFormat !== undefined && !canWrite(dateFormat, date)) return undefined;
  return formatName(archive, { date });
}

/** As many as their fingerprints may take of a status. */
const MOST_AT_ONCE = 4_000;
/** Of documents, read at once. */
const MOST_BYTES = 8 * 1024 * 1024;

/** How many documents go in one step: no more than memory and status bear, nor than the run may still move. */
export function stepSize(
  { batchSize, maxDocumentsPerRun = Number.POSITIVE_INFINITY }: ArchiveSpec,
  { figures }: Member['index'],
  moved: number,
): number {
  const average = figures === undefined || figures.documents === 0 ? 1 : figures.bytes / figures.documents;
  const most = Math.max(1, Math.floor(MOST_BYTES / Math.max(1, average)));
  return Math.min(batchSize, MOST_AT_ONCE, most, maxDocumentsPerRun - moved);
}
