import { describe, expect, it } from 'vitest';
import { useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  documentsOf,
  indexOf,
  isBlocked,
  write,
} from '../../support/reindex-indices.ts';
import { reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();

const source = () => createSource(bed);

describe('aliases', () => {
  it('arrive with filter, routing, write index and hiding (H15)', async () => {
    const { from, to, name } = await source();
    const aliases = {
      [`${name}-filtered`]: { filter: { range: { n: { lt: 5 } } } },
      [`${name}-routed`]: { index_routing: 'a', search_routing: 'a,b' },
      [`${name}-written`]: { is_write_index: true },
      [`${name}-hidden`]: { is_hidden: true },
    };
    await addAliases(bed.es, from, aliases);
    const before = (await indexOf(bed.es, from))?.aliases;
    const { status } = await reindex(bed, { from, to });
    expect(status.phase).toBe('Completed');
    expect([...(status.aliasesMoved ?? [])].sort()).toEqual(Object.keys(aliases).sort());
    expect((await indexOf(bed.es, to))?.aliases).toEqual(before);
    expect((await indexOf(bed.es, from))?.aliases).toEqual({});
    expect(await documentsOf(bed.es, `${name}-filtered`)).toHaveLength(5);
  });

  it('that other indexes share lose only the source', async () => {
    const [first, second] = [await source(), await source()];
    const alias = `${first.name}-shared`;
    await addAliases(bed.es, first.from, { [alias]: {} });
    await addAliases(bed.es, second.from, { [alias]: {} });
    await reindex(bed, { from: first.from, to: first.to });
    expect(Object.keys((await indexOf(bed.es, second.from))?.aliases ?? {})).toEqual([alias]);
    expect(Object.keys((await indexOf(bed.es, first.to))?.aliases ?? {})).toEqual([alias]);
  });

  it('that are not listed stay', async () => {
    const { from, to, name } = await source();
    const moves = `${name}-Moves`; // only an alias may have capital letters
    await addAliases(bed.es, from, { [moves]: {}, [`${name}-stays`]: {} });
    const aliases = { move: 'Listed', names: [moves] };
    const { status } = await reindex(bed, { from: moves, to, aliases });
    expect(status).toMatchObject({ phase: 'Completed', aliasesMoved: [moves] });
    expect(Object.keys((await indexOf(bed.es, from))?.aliases ?? {})).toEqual([`${name}-stays`]);
  });

  it('send writes to the old index until they move, and to the new one afterwards (R16)', async () => {
    const { from, to, name } = await source();
    const alias = `${name}-alias`;
    await addAliases(bed.es, from, { [alias]: {} });
    const early = () => write(bed.es, alias, [{ id: 'early', source: { n: 0 } }]);
    const { status } = await reindex(bed, { from, to }, { at: { Validating: early } });
    expect(status.phase).toBe('Completed');
    await write(bed.es, alias, [{ id: 'late', source: { n: 1 } }]);
    const ids = async (index: string) => (await documentsOf(bed.es, index)).map(({ id }) => id);
    expect(await ids(from)).toEqual(expect.arrayContaining(['early']));
    expect(await ids(from)).not.toContain('late');
    expect(await ids(to)).toEqual(expect.arrayContaining(['early', 'late']));
  });

  it.each(['before anything is made', 'in the fence'])(
    'whose filter does not fit the new mappings are refused %s, and writers go on',
    async (when) => {
      const { from, to, name } = await source();
      const alias = `${name}-eu`;
      const add = () => addAliases(bed.es, from, { [alias]: { filter: { term: { region: 'eu' } } } });
      const isEarly = when !== 'in the fence';
      if (isEarly) await add();
      const destination = { index: to, mappings: { properties: { region: { type: 'integer' } } } };
      const { status } = await reindex(
        bed,
        { from, to, destination },
        isEarly ? {} : { at: { Fencing: add } },
      );
      expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'AliasConflict' } });
      expect(status.failure?.message).toContain(`alias ${alias} for ${to}`);
      const [old, copy] = await Promise.all([indexOf(bed.es, from), indexOf(bed.es, to)]);
      expect(Object.keys(old?.aliases ?? {})).toEqual([alias]);
      expect(old && isBlocked(old)).toBe(false);
      expect(copy === undefined).toBe(isEarly);
    },
  );

  it('are taken by somebody else meanwhile: nothing moves and the wish stands', async () => {
    const { from, to, name } = await source();
    const alias = `${name}-alias`;
    await addAliases(bed.es, from, { [alias]: {} });
    const take = async () => {
      const remove = { remove: { index: from, alias } };
      await bed.es.request({ method: 'POST', path: '/_aliases', body: { actions: [remove] } });
    };
    const { status } = await reindex(bed, { from, to }, { at: { CuttingOver: take } });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'AliasConflict' } });
    const [old, copy] = await Promise.all([indexOf(bed.es, from), indexOf(bed.es, to)]);
    expect([old?.aliases, copy?.aliases]).toEqual([{}, {}]);
    expect(old && isBlocked(old)).toBe(false);
  });
});
