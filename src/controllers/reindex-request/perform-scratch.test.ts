import { expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { inScratch, ownScratches } from './perform-scratch.ts';

const UID = 'abcdef01-2';
const { signal } = new AbortController();

/** The indexes of a cluster by their names, each with the request that its mark names. */
function clusterOf(indexes: Map<string, string>): Elasticsearch {
  const gone = (name: string) =>
    classifyAnswer(
      { method: 'GET', path: `/${name}` },
      {
        status: 404,
        body: { error: { type: 'index_not_found_exception', reason: `no such index [${name}]` } },
      },
    );
  return {
    request: async ({ method, path }) => {
      if (path.startsWith('/_resolve/')) return { indices: [...indexes.keys()].map((name) => ({ name })) };
      const name = path.slice(1);
      const uid = indexes.get(name);
      if (uid === undefined) throw gone(name);
      if (method === 'DELETE') return { acknowledged: indexes.delete(name) };
      const settings = { uuid: 'u', number_of_shards: '1', number_of_replicas: '0' };
      const meta = { uid, sourceIndex: 'old', sourceUuid: 's', attempt: 1, state: 'copying' };
      return {
        [name]: { aliases: {}, mappings: { _meta: { 'es-steward': meta } }, settings: { index: settings } },
      };
    },
  };
}

it('keeps the indexes of two trials apart, and leaves none', async () => {
  const indexes = new Map<string, string>();
  const es = clusterOf(indexes);
  const names: string[] = [];
  const trial = async (scratch: string) => {
    indexes.set(scratch, UID);
    names.push(scratch);
    return scratch;
  };
  const outer = await inScratch(es, UID, signal, async (scratch) => {
    await expect(inScratch(es, UID, signal, () => Promise.reject(new Error('a fault')))).rejects.toThrow(
      'a fault',
    );
    await trial(scratch);
    return scratch;
  });
  await inScratch(es, UID, signal, trial);
  expect(names).toEqual([outer, expect.not.stringMatching(outer)]);
  expect(indexes.size).toBe(0);
});

it('gives up quietly where another process has its result', async () => {
  const indexes = new Map<string, string>();
  const es = clusterOf(indexes);
  const slow = inScratch(es, UID, signal, async (scratch) => {
    indexes.set(scratch, UID);
    await inScratch(es, UID, signal, async () => 'result');
    await es.request({ method: 'DELETE', path: `/${scratch}` });
  });
  await expect(slow).rejects.toBeInstanceOf(FencedError);
});

it('tells of another index that is missing as what it is', async () => {
  const es = clusterOf(new Map());
  const trial = inScratch(es, UID, signal, () => es.request({ method: 'GET', path: '/orders-v1' }));
  await expect(trial).rejects.toMatchObject({ errorClass: 'indexNotFound' });
});

it('clears away before it tries what three processes have left that died in it', async () => {
  const left = [
    'es-steward-scratch-abcdef01-1',
    'es-steward-scratch-abcdef01-2',
    'es-steward-scratch-abcdef01',
  ];
  const indexes = new Map(left.map((name) => [name, UID]));
  const es = clusterOf(indexes);
  const seen = await inScratch(es, UID, signal, () => ownScratches(es, UID, signal));
  expect(seen).toEqual([]);
});

it('leaves what carries the mark of another request, or none', async () => {
  const indexes = new Map([['es-steward-scratch-abcdef01-1', 'abcdef01-3']]);
  const es = clusterOf(indexes);
  await inScratch(es, UID, signal, async () => undefined);
  expect(indexes.size).toBe(1);
  // What is never deleted would keep the undoing busy for ever.
  expect(await ownScratches(es, UID, signal)).toEqual([]);
});
