import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups, listOf } from './index-listing.ts';

const recovery = z.object({ type: z.string(), primary: z.boolean(), start_time_in_millis: z.number() });
const schema = z.record(z.string(), z.object({ shards: z.array(recovery).default([]) }));

/**
 * Which of these indexes came out of a snapshot, restored or mounted, at `since` or later, in milliseconds since the
 * epoch by the clocks of the nodes. Their creation date does not tell: it is that of the origin.
 *
 * Only where every primary that Elasticsearch tells of says so. One that has moved to another node since, or that waits
 * to be restored, says nothing of it. A mounted index says so as well once it was read anew after a restart: what is in
 * it lies in its own snapshot all the same.
 * @throws ElasticsearchError `forbidden` when the login lacks `monitor` on one of them.
 */
export async function recoveredSince(
  es: Elasticsearch,
  names: readonly string[],
  since: number,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const query = {
    ignore_unavailable: true,
    filter_path: ['type', 'primary', 'start_time_in_millis'].map((field) => `*.shards.${field}`).join(','),
  };
  const parts = await Promise.all(
    inGroups(names).map((group) =>
      ask(es, { method: 'GET', path: `/${listOf(group)}/_recovery`, query }, schema, signal),
    ),
  );
  const cameLater = ({ type, start_time_in_millis: start }: z.output<typeof recovery>): boolean =>
    type === 'SNAPSHOT' && start >= since;
  return new Set(
    parts.flatMap((part) =>
      Object.entries(part)
        .map(([name, { shards }]) => ({ name, primaries: shards.filter(({ primary }) => primary) }))
        .filter(({ primaries }) => primaries.length > 0 && primaries.every(cameLater))
        .map(({ name }) => name),
    ),
  );
}
