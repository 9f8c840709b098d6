import { expect, it } from 'vitest';
import { useReindexBed } from '../../support/reindex-bed.ts';
import { createSource, documentsOf, indexOf, leftovers, twoShards } from '../../support/reindex-indices.ts';
import { reindex } from '../../support/reindex-run.ts';
import type { Around } from '../../support/server-calls.ts';

const bed = await useReindexBed();

it.for([
  ['_clone', 'POST', {}],
  ['_split', 'POST', { settings: { number_of_shards: 4 } }],
  ['_shrink', 'POST', { settings: { number_of_shards: 1 } }],
  ['_mapping', 'PUT', { mappings: { properties: { color: { type: 'keyword' } } } }],
] as const)(
  'a dry run changes nothing and suggests %s, which does the same without a copy',
  async ([call, verb, more]) => {
    const { from, to } = await createSource(bed, { index: twoShards });
    const { status, request } = await reindex(bed, {
      from,
      to,
      destination: { index: to, ...more },
      dryRun: true,
    });
    expect(status).toMatchObject({ phase: 'Planned', progress: { percent: 100 } });
    expect(await indexOf(bed.es, to)).toBeUndefined();
    expect(await leftovers(bed.es, request?.metadata.uid ?? '')).toEqual([]);
    const [note = ''] = status.plan?.notes ?? [];
    const [, method, path = '', shards = '{}'] =
      /(POST|PUT) (\S+?)(?:, with settings (\{[^}]*\}),)? (?:does|without)/.exec(note) ?? [];
    expect([method, path.includes(call)]).toEqual([verb, true]);
    const isResize = verb === 'POST';
    if (isResize) await bed.es.request({ method: 'PUT', path: `/${from}/_block/write` });
    const settings = { ...(JSON.parse(shards) as object), 'index.blocks.write': null };
    const body = isResize ? { settings } : more.mappings;
    await bed.es.request({ method: verb, path, body });
    expect(await documentsOf(bed.es, isResize ? to : from)).toHaveLength(20);
  },
);

it('tries the settings of many shards out on one', async () => {
  const { from, to } = await createSource(bed, { index: twoShards });
  const tried = new Map<string, string>();
  const around: Around = async ({ shape }, send) => {
    if (shape === 'DELETE /{scratch}')
      for (const [name, shards] of await scratchIndices()) tried.set(name, shards);
    return send();
  };
  const { request } = await reindex(bed, { from, to, dryRun: true }, { around });
  const uid = request?.metadata.uid.slice(0, 8) ?? '';
  expect([...tried].flatMap(([name, shards]) => (name.includes(uid) ? [shards] : []))).toEqual(['1']);
});

async function scratchIndices() {
  const found = await bed.es.request({
    method: 'GET',
    path: '/es-steward-scratch-*',
    query: { expand_wildcards: 'all' },
  });
  const indices = found as Record<string, { settings: { index: { number_of_shards: string } } }>;
  return Object.entries(indices).map(
    ([name, { settings }]) => [name, settings.index.number_of_shards] as const,
  );
}
