import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';

/** What a snapshot takes of the indexes of a cluster. */

type Choice = Pick<SnapshotScheduleSpec, 'indices' | 'exclude'>;

/**
 * The expressions as Elasticsearch resolves them. It knows exclusions only behind a wildcard; without one, what is
 * excluded is left out here. Empty when nothing is left: an empty list would mean everything.
 * @param temporary patterns of indexes that nothing is to be taken of.
 */
export function expressionsOf(
  { indices, exclude }: Choice,
  temporary: readonly string[] = [],
): readonly string[] {
  if (!indices.some((pattern) => pattern.includes('*')))
    return indices.filter((name) => !coveredByAny(exclude, name));
  // Wildcards first: so the exclusions hold for the plain names as well.
  const wildcardsFirst = [...indices].sort((a, b) => Number(b.includes('*')) - Number(a.includes('*')));
  const without = [...exclude, ...temporary];
  return [...wildcardsFirst, ...without.map((pattern) => `-${pattern}`)];
}
