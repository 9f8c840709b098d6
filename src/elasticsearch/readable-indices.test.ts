import { describe, expect, it } from 'vitest';
import { answering } from '../../test/support/scenario-elasticsearch.ts';
import { aliasMembers } from './alias-members.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { ElasticsearchError } from './errors.ts';
import { fieldTypes } from './field-types.ts';
import { listReadableIndices } from './readable-indices.ts';

const METADATA = { 9: { levels: ['metadata_read', 'metadata_write'] } };
const READ = { 7: { levels: ['read'] } };

/** A cluster that refuses every question about an index with such a block. */
function blocking(
  blocks: Readonly<Record<string, object>>,
  indices: Readonly<Record<string, object>>,
  aliases: readonly string[] = [],
) {
  const asked: string[] = [];
  const hidden = Object.entries(blocks).flatMap(([name, own]) => (own === METADATA ? [name] : []));
  const es: Elasticsearch = {
    request: async ({ path }) => {
      asked.push(path);
      if (path === '/_cluster/state/blocks') return { blocks: { indices: blocks } };
      if (path.startsWith('/_cluster/state/metadata/'))
        return { metadata: { indices: Object.fromEntries(hidden.map((name) => [name, { aliases }])) } };
      if (![...hidden, ...(hidden.length > 0 ? aliases : [])].every((name) => path.includes(`-${name}`)))
        throw new ElasticsearchError({ errorClass: 'blocked', outcomeUnknown: false, publicMessage: '' });
      if (path.includes('/_stats/')) return { _shards: { failed: 0, successful: 1 } };
      return indices;
    },
  };
  return { es, asked };
}

const index = { aliases: { logs: {} }, settings: { index: { uuid: 'u', creation_date: '1' } } };

describe('indexes beside one whose metadata a block hides', () => {
  it('are listed, and that one is named', async () => {
    const { es } = blocking({ bad: METADATA, worse: METADATA, other: READ }, { other: index });
    const { indices, unreadable } = await listReadableIndices(es);
    expect([indices.map(({ name }) => name), unreadable]).toEqual([['other'], ['bad', 'worse']]);
  });

  it('tell their aliases', async () => {
    const { es, asked } = blocking({ bad: METADATA }, { other: index });
    expect(await aliasMembers(es, ['logs'])).toEqual([{ name: 'other', aliases: { logs: {} } }]);
    expect(asked).toEqual([
      '/_alias/logs',
      '/_cluster/state/blocks',
      '/_cluster/state/metadata/bad',
      '/*,-bad/_alias/logs',
    ]);
  });

  it('are listed without its aliases, through which a cluster with security would find it all the same', async () => {
    const { es } = blocking({ bad: METADATA, worse: METADATA }, { other: index }, ['all', 'both']);
    const { indices } = await listReadableIndices(es);
    expect(indices.map(({ name }) => name)).toEqual(['other']);
  });

  it('are listed by the same two requests as ever without one', async () => {
    const { es, asked } = blocking({}, { other: index });
    expect((await listReadableIndices(es)).unreadable).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('are not to be had when there are more of these than a URL takes', async () => {
    const many = Array.from({ length: 40 }, (_, at) => [`${'x'.repeat(100)}${at}`, METADATA] as const);
    const { es } = blocking(Object.fromEntries(many), {});
    await expect(listReadableIndices(es)).rejects.toMatchObject({ errorClass: 'blocked' });
  });
});

describe('the type of a field', () => {
  it('is nested within nested objects, whatever it is there', async () => {
    const types = { 'a.b.at': { date: {} }, 'a.b': { nested: { indices: ['two'] }, object: {} }, a: {} };
    const es = answering({ indices: ['one', 'two'], fields: types });
    const found = await fieldTypes(es, ['one', 'two'], 'a.b.at');
    expect(Object.fromEntries(found)).toEqual({ one: 'date', two: 'nested' });
    expect(es.requests[0]?.query).toMatchObject({ fields: 'a.b.at,a,a.b' });
  });
});
