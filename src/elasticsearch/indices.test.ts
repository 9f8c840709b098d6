import { describe, expect, it } from 'vitest';
import type { ElasticsearchRequest } from './elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from './errors.ts';
import { getIndexPair } from './indices.ts';

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
});
