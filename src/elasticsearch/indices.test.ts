import { describe, expect, it } from 'vitest';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from './errors.ts';
import { getIndex, getIndexPair } from './indices.ts';

const indexOf = (name: string) => ({
  [name]: {
    aliases: {},
    mappings: {},
    settings: { index: { uuid: `${name}-uuid`, number_of_shards: '1', number_of_replicas: '0' } },
  },
});

const refusal = (errorClass: ErrorClass) =>
  new ElasticsearchError({ errorClass, publicMessage: 'refused', outcomeUnknown: false });

/** The names that are found for both, and the paths that were asked. @param answers by path; what is not there is not found. */
async function pair(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const es = {
    request: async ({ path }: ElasticsearchRequest) => {
      asked.push(path);
      const answer = answers[path] ?? refusal('indexNotFound');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const found = await getIndexPair(es, ['new', 'old']);
  return { names: found.map((members) => members.map(({ name }) => name)), asked };
}

describe('two indexes', () => {
  it('are read as of one moment', async () => {
    const { names, asked } = await pair({ '/new,old': { ...indexOf('old'), ...indexOf('new') } });
    expect(names).toEqual([['new'], ['old']]);
    expect(asked).toEqual(['/new,old']);
  });

  it.each([
    ['one does not exist', { '/old': indexOf('old') }, [[], ['old']]],
    ['neither exists', {}, [[], []]],
    [
      'one is an alias',
      {
        '/new,old': { ...indexOf('old'), ...indexOf('other') },
        '/new': indexOf('other'),
        '/old': indexOf('old'),
      },
      [['other'], ['old']],
    ],
    [
      'one is an alias of the other',
      { '/new,old': indexOf('old'), '/new': indexOf('old'), '/old': indexOf('old') },
      [['old'], ['old']],
    ],
    [
      'one may not be read together with the other',
      { '/new,old': refusal('forbidden'), '/new': indexOf('new'), '/old': indexOf('old') },
      [['new'], ['old']],
    ],
  ])('are read one by one where %s', async (_what, answers, expected) => {
    const { names, asked } = await pair(answers);
    expect(names).toEqual(expected);
    expect(asked).toEqual(['/new,old', '/new', '/old']);
  });

  it('are not known where one cannot be read', async () => {
    const forbidden = {
      '/new,old': refusal('forbidden'),
      '/new': indexOf('new'),
      '/old': refusal('forbidden'),
    };
    await expect(pair(forbidden)).rejects.toMatchObject({ errorClass: 'forbidden' });
    await expect(pair({ '/new,old': refusal('blocked') })).rejects.toMatchObject({ errorClass: 'blocked' });
  });

  it.each([
    ['neither is', {}],
    ['a list is', []],
    ['something else is', { acknowledged: true }],
  ])('are not known where %s in the answer', async (_what, answer) => {
    await expect(pair({ '/new,old': answer })).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('are not known where one is neither in the answer for both nor in its own', async () => {
    const answers = { '/new,old': indexOf('new'), '/new': indexOf('new'), '/old': {} };
    await expect(pair(answers)).rejects.toMatchObject({ errorClass: 'incomplete' });
  });
});

describe('an index', () => {
  const answer = (body: unknown) => ({ request: () => Promise.resolve(body) });

  it('does not exist where Elasticsearch says so, and is not known where the answer has none', async () => {
    const absent = { request: () => Promise.reject(refusal('indexNotFound')) };
    expect(await getIndex(absent, 'old')).toEqual([]);
    for (const body of [{}, [], '', { old: {} }])
      await expect(getIndex(answer(body), 'old')).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('is found by an alias', async () => {
    expect(await getIndex(answer(indexOf('old')), 'alias')).toMatchObject([{ name: 'old' }]);
  });
});
