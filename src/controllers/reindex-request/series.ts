import type { ReindexRequest } from '../../crds/reindex-request.ts';
import { templateOf } from '../../naming/series.ts';
import { formatName, matchName } from '../../naming/template.ts';
import type { IndexMarks } from '../../elasticsearch/index-marks.ts';
import { withNames } from './copy-request.ts';
import { markOf } from './destination-mark.ts';
import { epochOf } from './names.ts';
import { specHashOf } from './situation.ts';

/** One index of a series, and the one that it is copied to. */
export interface Partition {
  readonly source: string;
  readonly destination: string;
}

/** Those of the names that belong to the series, oldest first. Names that only look like it are left alone. */
export function partitionsOf(
  { source, destination }: ReindexRequest['spec'],
  names: readonly string[],
): readonly Partition[] {
  const [from, to] = [templateOf(source.series), templateOf(destination.series)];
  if (!from || !to) return [];
  const dated = names.flatMap((name) => {
    const start = matchName(from, name)?.date?.start;
    return start === undefined ? [] : [{ start, source: name, destination: formatName(to, { date: start }) }];
  });
  return dated
    .sort((a, b) => a.start - b.start || (a.source < b.source ? -1 : 1))
    .map(({ source: index, destination: copy }) => ({ source: index, destination: copy }));
}

/** By the date in the name: the last one may be gone by now. */
export function laterThan(
  { source }: ReindexRequest['spec'],
  partitions: readonly Partition[],
  last: string,
): readonly Partition[] {
  const from = templateOf(source.series);
  const startOf = (name: string) => (from ? (matchName(from, name)?.date?.start ?? 0) : 0);
  return partitions.filter((one) => startOf(one.source) > startOf(last));
}

/** How many indexes of the destination are whole copies: made by this request, or by an earlier one of the same spec. */
export function finishedCopies(resource: ReindexRequest, copies: readonly IndexMarks[]): number {
  const { source, destination } = resource.spec;
  const [from, to] = [templateOf(source.series), templateOf(destination.series)];
  if (!from || !to) return 0;
  return copies.filter(({ name, meta }) => {
    const [mark, date] = [markOf({ _meta: meta }), matchName(to, name)?.date?.start];
    if (mark?.state !== 'final' || date === undefined) return false;
    const copy = withNames(resource, formatName(from, { date }), name);
    return mark.uid === resource.metadata.uid || mark.specHash === specHashOf(copy.spec);
  }).length;
}

/** Also of one that has just been created; a retry walks through all of them again. */
export function hasLostJournal({ status }: Pick<ReindexRequest, 'status'>): boolean {
  return status?.series === undefined && status?.attempt === undefined;
}

interface Marks {
  readonly sources: readonly IndexMarks[];
  readonly copies: readonly IndexMarks[];
}

/**
 * The indexes are copied in their order, each to its end: the newest one with an epoch alias of this request, or a copy
 * with its mark, is where the series was, whatever has become of older ones and of their copies since.
 */
export function newestBegun(
  partitions: readonly Partition[],
  { sources, copies }: Marks,
  uid: string,
): string | undefined {
  const held = sources.filter(({ aliases }) => aliases.some((alias) => epochOf(alias, uid) !== undefined));
  const made = copies.filter(({ meta }) => markOf({ _meta: meta })?.uid === uid);
  const names = new Set([...held, ...made].map(({ name }) => name));
  return partitions.findLast(({ source, destination }) => names.has(source) || names.has(destination))
    ?.source;
}
