import { afterAll, describe, expect, it } from 'vitest';
import { isElasticsearchError } from '../../../src/elasticsearch/errors.ts';
import { getIndex } from '../../../src/elasticsearch/indices.ts';
import { editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import { addAliases, createSource, documentsOf, indexOf, isBlocked } from '../../support/reindex-indices.ts';
import { losingAnswerOf, reindex } from '../../support/reindex-run.ts';
import type { Around } from '../../support/server-calls.ts';

const bed = await useReindexBed();

const templates: string[] = [];
afterAll(async () => {
  for (const name of templates) await bed.es.request({ method: 'DELETE', path: `/_index_template/${name}` });
});

/** For indexes of that pattern; the longer pattern counts. */
async function putTemplate(pattern: string, body: object): Promise<string> {
  const name = bed.name();
  const path = `/_index_template/${name}`;
  await bed.es.request({
    method: 'PUT',
    path,
    body: { index_patterns: [pattern], priority: pattern.length, ...body },
  });
  templates.push(name);
  return name;
}

const integer = { properties: { n: { type: 'integer' } } };
const numbers = (poison: number) =>
  Array.from({ length: 30 }, (_, n) => ({ id: String(n), source: { n: n === poison ? 'poison' : n } }));

/** What writers through the alias are answered, besides success, after each step of the operator. */
function writing(alias: string) {
  const refusals = new Set<number | undefined>();
  const around: Around = async (call, send) => {
    const answer = await send();
    if (call.shape !== 'PATCH reindexrequests/status') return answer;
    try {
      await bed.es.request({ method: 'PUT', path: `/${alias}/_doc/written`, body: { n: 1 } });
    } catch (error) {
      if (!isElasticsearchError(error)) throw error;
      refusals.add(error.status);
    }
    return answer;
  };
  return { around, refusals };
}

describe('index templates', () => {
  it('give their aliases neither to the copy nor to what keeps the documents that do not fit', async () => {
    const keyword = { mappings: { properties: { n: { type: 'keyword' } } } };
    const { from, to, name } = await createSource(bed, { documents: numbers(20), index: keyword });
    const alias = `${name}-alias`;
    await addAliases(bed.es, from, { [alias]: {} });
    await putTemplate(`${name}-*`, { template: { aliases: { [alias]: {} } } });
    const settings = { default_pipeline: 'no-such-pipeline' };
    const mappings = { _routing: { required: true } };
    await putTemplate(`${to}-error`, { template: { aliases: { [alias]: {} }, settings, mappings } });
    const { around, refusals } = writing(alias);
    const spec = {
      destination: { index: to, mappings: integer },
      onDocumentFailure: { policy: 'Quarantine' },
      writeMode: 'Online',
    };
    const { status } = await reindex(bed, { from, to, ...spec }, { around });
    expect(status).toMatchObject({ phase: 'Completed', progress: { quarantined: 1 } });
    // In the fence: writers know that one, and try again.
    expect([...refusals].filter((refusal) => refusal !== 403)).toEqual([]);
    expect(await documentsOf(bed.es, `${to}-error`)).toHaveLength(1);
    expect((await indexOf(bed.es, `${to}-error`))?.aliases).toEqual({});
    const copy = await indexOf(bed.es, to);
    expect(copy && isBlocked(copy)).toBe(false);
    expect((await documentsOf(bed.es, alias)).map(({ id }) => id)).toContain('written');
  });

  it.each([
    ['switches off', { _source: { enabled: false } }],
    ['takes fields out of', { _source: { excludes: ['text'] } }],
  ])('of which one %s the content of documents keep the old index as it is', async (_, mappings) => {
    const { from, to } = await createSource(bed);
    await putTemplate(to, { template: { mappings } });
    const sourceAfter = { policy: 'Delete', rollbackWindow: '0s' };
    const { status } = await reindex(bed, { from, to, sourceAfter });
    expect(status).toMatchObject({
      phase: 'Failed',
      failure: { reason: 'PreflightFailed', message: expect.stringContaining('the whole _source') },
    });
    expect(await documentsOf(bed.es, from)).toHaveLength(20);
  });

  it('that require a routing are told by the documents that have none', async () => {
    const { from, to } = await createSource(bed);
    await putTemplate(to, { template: { mappings: { _routing: { required: true } } } });
    const { status } = await reindex(bed, { from, to, writeMode: 'Online' });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'DocumentFailures' } });
    expect(status.failures?.[0]?.type).toBe('routing_missing_exception');
  });

  it('that make the copy a write index send no document there before it is the successor', async () => {
    const { from, to, name } = await createSource(bed);
    const alias = `${name}-alias`;
    await addAliases(bed.es, from, { [alias]: {} });
    await putTemplate(to, { template: { aliases: { [alias]: { is_write_index: true } } } });
    const answers: (number | undefined)[] = [];
    const around: Around = async (call, send) => {
      const answer = await send();
      if (call.shape !== 'PUT /{new}') return answer;
      // Before the aliases are gone again.
      const write = bed.es.request({ method: 'PUT', path: `/${alias}/_doc/written`, body: { n: 1 } });
      await write.catch((error: unknown) => {
        if (isElasticsearchError(error)) answers.push(error.status);
      });
      return answer;
    };
    const { status } = await reindex(bed, { from, to, writeMode: 'Online' }, { around });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 20 } });
    expect(answers).toEqual([403]);
  });

  it.each([
    ['goes on', false, 'Completed'],
    ['is cancelled there', true, 'Cancelled'],
  ])(
    'leave no alias behind where a copy loses its way right after the creation and %s',
    async (_, cancel, phase) => {
      const { from, to, name } = await createSource(bed);
      const alias = `${name}-alias`;
      await addAliases(bed.es, from, { [alias]: {} });
      await putTemplate(to, { template: { aliases: { [alias]: {} } } });
      const request = bed.name();
      const lose = losingAnswerOf('PUT /{new}');
      const around: Around = async (call, send) => {
        if (cancel && call.shape === 'PUT /{new}') await editRequest(bed, request, { spec: { cancel } });
        return lose(call, send);
      };
      const { status } = await reindex(bed, { from, to }, { name: request, around });
      expect(status.phase).toBe(phase);
      expect((await getIndex(bed.es, alias)).map(({ name }) => name)).toEqual([cancel ? from : to]);
      expect((await indexOf(bed.es, to)) === undefined).toBe(cancel);
    },
  );

  it.each<[string, object, object]>([
    ['fit', { code: { type: 'keyword' } }, { phase: 'Completed', destination: { documents: 2 } }],
    ['do not fit', { code: { type: 'date' } }, { phase: 'Failed', failure: { reason: 'MappingConflict' } }],
  ])(
    'whose mappings %s are what the trial of createFrom: Template goes by',
    async (_, properties, status) => {
      // By these alone code would be a date.
      const documents = ['2024-01-01', 'A17'].map((code, n) => ({ id: String(n), source: { code } }));
      const keyword = { mappings: { properties: { code: { type: 'keyword' } } } };
      const { from, to } = await createSource(bed, { documents, index: keyword });
      await putTemplate(to, { template: { mappings: { properties } } });
      const ended = await reindex(bed, { from, to, destination: { index: to, createFrom: 'Template' } });
      expect(ended.status).toMatchObject(status);
    },
  );

  it.each([
    ['are for data streams', { data_stream: {} }],
    ['make a second write index of an alias', {}],
  ])('that %s end the request before the copy, with nothing held', async (_, more) => {
    const { from, to, name } = await createSource(bed);
    const alias = `${name}-alias`;
    await addAliases(bed.es, from, { [alias]: { is_write_index: true } });
    await putTemplate(to, { template: { aliases: { [alias]: { is_write_index: true } } }, ...more });
    const { status } = await reindex(bed, { from, to });
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'PreflightFailed' } });
    expect(Object.keys((await indexOf(bed.es, from))?.aliases ?? {})).toEqual([alias]);
    expect(await indexOf(bed.es, to)).toBeUndefined();
  });
});
