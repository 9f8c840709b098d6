import { describe, expect, it } from 'vitest';
import { updateAliases } from '../../../src/elasticsearch/aliases.ts';
import {
  createIndex,
  deleteIndex,
  getIndex,
  putMapping,
  putSettings,
} from '../../../src/elasticsearch/indices.ts';
import { flush, refresh } from '../../../src/elasticsearch/refresh.ts';
import { blockWrites, unblockWrites } from '../../../src/elasticsearch/write-blocks.ts';
import { connect, uniqueName } from './server.ts';

const es = connect();

async function newIndex(body: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const name = uniqueName(es, 'indices');
  await createIndex(es, name, { settings: { number_of_replicas: 0 }, ...body });
  return name;
}

/** The definition of an alias on each of its members. */
async function membersOf(alias: string): Promise<Readonly<Record<string, unknown>>> {
  const members = await getIndex(es, alias);
  return Object.fromEntries(members.map(({ name, aliases }) => [name, aliases[alias]]));
}

describe('an index', () => {
  it('is nothing, then exists once', async () => {
    const name = uniqueName(es, 'indices');
    expect(await getIndex(es, name)).toEqual([]);
    const body = {
      mappings: { _meta: { owner: 'us' } },
      settings: { number_of_shards: 2, number_of_replicas: 0 },
    };
    expect(await createIndex(es, name, body)).toEqual({ shardsAcknowledged: true });
    await expect(createIndex(es, name, body)).rejects.toMatchObject({
      errorClass: 'alreadyExists',
      outcomeUnknown: false,
    });
    const [index] = await getIndex(es, name);
    expect(index).toMatchObject({
      name,
      numberOfShards: 2,
      numberOfReplicas: 0,
      mappings: { _meta: { owner: 'us' } },
    });
    expect(index?.uuid).toMatch(/^[\w-]{22}$/);
  });

  it('takes settings and mappings, and returns a setting to its default', async () => {
    const name = await newIndex();
    await putSettings(es, name, { 'index.refresh_interval': '7s' });
    await putMapping(es, name, { properties: { at: { type: 'date' } } });
    expect(await getIndex(es, name)).toMatchObject([
      { settings: { refresh_interval: '7s' }, mappings: { properties: { at: { type: 'date' } } } },
    ]);
    await putSettings(es, name, { 'index.refresh_interval': null });
    expect((await getIndex(es, name))[0]?.settings).not.toHaveProperty('refresh_interval');
  });

  it('is not deleted by an alias or an expression', async () => {
    const name = await newIndex();
    const alias = uniqueName(es, 'alias');
    await updateAliases(es, [{ add: { index: name, alias } }]);
    await expect(deleteIndex(es, alias)).rejects.toMatchObject({ errorClass: 'invalid' });
    expect(() => deleteIndex(es, `${name},${name}`)).toThrow(RangeError);
    expect(await getIndex(es, name)).toHaveLength(1);
    await deleteIndex(es, name);
    expect(await getIndex(es, name)).toEqual([]);
    await expect(deleteIndex(es, name)).rejects.toMatchObject({ errorClass: 'indexNotFound' });
  });

  it('refuses what it does not know, by class', async () => {
    const name = await newIndex();
    await expect(putSettings(es, name, { 'index.nonsense': 1 })).rejects.toMatchObject({
      errorClass: 'invalid',
    });
    await expect(refresh(es, uniqueName(es, 'none'))).rejects.toMatchObject({ errorClass: 'indexNotFound' });
    await expect(createIndex(es, 'Upper', {})).rejects.toMatchObject({
      errorType: 'invalid_index_name_exception',
    });
  });
});

describe('an alias', () => {
  it('keeps its whole definition and is found with its members', async () => {
    const [first, second] = [await newIndex(), await newIndex()];
    const alias = uniqueName(es, 'alias');
    const definition = {
      filter: { term: { a: 1 } },
      index_routing: 'r',
      search_routing: 'r,s',
      is_write_index: true,
      is_hidden: true,
    };
    await updateAliases(es, [
      { add: { ...definition, index: first, alias } },
      { add: { index: second, alias, is_hidden: true } },
    ]);
    expect(await membersOf(alias)).toEqual({ [first]: definition, [second]: { is_hidden: true } });
    expect((await getIndex(es, alias)).map(({ name }) => name).sort()).toEqual([first, second].sort());
    expect((await getIndex(es, first))[0]?.aliases).toEqual({ [alias]: definition });
  });

  it('has no members when it does not exist', async () => {
    expect(await membersOf(uniqueName(es, 'alias'))).toEqual({});
  });

  it('is compared and swapped: a must_exist that does not hold changes nothing', async () => {
    const [first, second] = [await newIndex(), await newIndex()];
    const [alias, epoch] = [uniqueName(es, 'alias'), uniqueName(es, 'epoch')];
    await updateAliases(es, [{ add: { index: first, alias } }, { add: { index: first, alias: epoch } }]);
    const swap = [
      { remove: { index: first, alias: epoch, must_exist: true } },
      { remove: { index: first, alias, must_exist: true } },
      { add: { index: second, alias } },
    ];
    await updateAliases(es, swap);
    expect(Object.keys(await membersOf(alias))).toEqual([second]);
    await updateAliases(es, [{ add: { index: first, alias } }]);
    await expect(updateAliases(es, swap)).rejects.toMatchObject({
      errorClass: 'aliasNotFound',
      outcomeUnknown: false,
    });
    expect(Object.keys(await membersOf(alias)).sort()).toEqual([first, second].sort());
  });
});

describe('a write block', () => {
  const write = (index: string): Promise<unknown> =>
    es.request({ method: 'POST', path: `/${index}/_doc`, body: { a: 1 } });

  it('is verified by the call that sets it and not by a repeated one', async () => {
    const name = await newIndex();
    await write(name);
    expect(await blockWrites(es, name)).toEqual({ verified: true });
    expect(await blockWrites(es, name)).toEqual({ verified: false });
    await expect(write(name)).rejects.toMatchObject({ errorClass: 'blocked', outcomeUnknown: false });
    await refresh(es, name);
    await flush(es, name);
    await unblockWrites(es, name);
    await write(name);
    expect(await blockWrites(es, name)).toEqual({ verified: true });
    await unblockWrites(es, name);
  });

  it('goes through an alias, and fails when the alias is gone', async () => {
    const name = await newIndex();
    const epoch = uniqueName(es, 'epoch');
    await updateAliases(es, [{ add: { index: name, alias: epoch, is_hidden: true } }]);
    expect(await blockWrites(es, epoch)).toEqual({ verified: true });
    await unblockWrites(es, name);
    await updateAliases(es, [{ remove: { index: name, alias: epoch, must_exist: true } }]);
    await expect(blockWrites(es, epoch)).rejects.toMatchObject({ errorClass: 'indexNotFound' });
    await write(name);
  });
});
