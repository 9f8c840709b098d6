import { flatten } from '../index-settings.ts';

/** What decides, beside the id and the routing of a document, which shard it belongs to. */
const DIVIDING = {
  'index.number_of_shards': 1,
  'index.routing_partition_size': 1,
  // Not stated, it follows from the number of shards.
  'index.number_of_routing_shards': 0,
} as const;

/**
 * Whether two indexes with these settings keep the same documents apart. An id may be there once in each shard, under
 * routings that lead there: in fewer shards, or others, two of these are one document.
 */
export function isDividedAlike(one: unknown, other: unknown): boolean {
  const [a, b] = [flatten(one), flatten(other)];
  return Object.entries(DIVIDING).every(
    ([key, absent]) => Number(a[key] ?? absent) === Number(b[key] ?? absent),
  );
}
