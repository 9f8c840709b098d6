import { describe, expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import { trialOpaqueId } from './names.ts';
import { inScratch, ownScratches } from './perform-scratch.ts';

const UID = 'abcdef01-2';
const { signal } = new AbortController();

const UNMARKED = '';

/** The opaque ids of the tasks that copy into trial indexes. */
const noTasks = (): Set<string> => new Set();

/**
 * The indexes of a cluster by their names, each with the request that its mark names.
 */
function clusterOf(
  indexes: Map<string, string>,
  tasks = noTasks(),
  { node_failures = [] }: { node_failures?: readonly unknown[] } = {},
): Elasticsearch {
  const cancelled = noTasks();
  const of = (path: string) => [...tasks][Number(/%3A(\d)/.exec(path)?.[1])] ?? '';
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
      if (path === '/_tasks') return { tasks: [...tasks].map(listed), node_failures };
      if (path.endsWith('/_cancel')) return cancelled.add(of(path)) && {};
      if (path.startsWith('/_tasks/')) return cancelled.has(of(path)) && tasks.delete(of(path));
      if (path.startsWith('/_resolve/')) return { indices: [...indexes.keys()].map((name) => ({ name })) };
      const name = path.slice(1);
      const uid = indexes.get(name);
      if (uid === undefined) throw gone(name);
      if (method === 'DELETE') {
        indexes.delete(name);
        return { acknowledged: true };
      }
      const settings = { uuid: 'u', number_of_shards: '1', number_of_replicas: '0' };
      const meta = { uid, sourceIndex: 'old', sourceUuid: 's', attempt: 1, state: 'copying' };
      const mappings = uid === UNMARKED ? {} : { _meta: { 'es-steward': meta } };
      return { [name]: { aliases: {}, mappings, settings: { index: settings } } };
    },
  };
}

const listed = (opaqueId: string, at: number) => ({
  node: 'n',
  id: at,
  action: 'indices:data/write/reindex',
  headers: { 'X-Opaque-Id': opaqueId },
});

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

describe('a task that goes on when nobody waits for it any more', () => {
  const begin = (indexes: Map<string, string>, tasks: Set<string>) => async (scratch: string) => {
    indexes.set(scratch, UID);
    tasks.add(trialOpaqueId(UID, scratch));
  };

  it('is over before its index is deleted', async () => {
    const [indexes, tasks] = [new Map<string, string>(), noTasks()];
    const trial = inScratch(clusterOf(indexes, tasks), UID, signal, async (scratch) => {
      await begin(indexes, tasks)(scratch);
      throw new Error('too late');
    });
    await expect(trial).rejects.toThrow('too late');
    expect([...indexes, ...tasks]).toEqual([]);
  });

  it('is stopped by the trial of another process that has a result', async () => {
    const [indexes, tasks] = [new Map<string, string>(), noTasks()];
    await begin(indexes, tasks)('es-steward-scratch-abcdef01-00000001');
    await inScratch(clusterOf(indexes, tasks), UID, signal, async () => 'result');
    expect([...indexes, ...tasks]).toEqual([]);
  });

  it('keeps its index while a node does not say what it runs', async () => {
    const indexes = new Map<string, string>();
    const es = clusterOf(indexes, noTasks(), { node_failures: [{}] });
    const trial = inScratch(es, UID, signal, begin(indexes, noTasks()));
    await expect(trial).rejects.toMatchObject({ errorClass: 'incomplete' });
    expect(indexes.size).toBe(1);
  });

  it('is left alone where it is that of a range, or of another request', async () => {
    const tasks = new Set([`${UID}/1/0/0/0`, trialOpaqueId('abcdef01-3', 'es-steward-scratch-abcdef01-1')]);
    await inScratch(clusterOf(new Map(), tasks), UID, signal, async () => 'result');
    expect(tasks.size).toBe(2);
  });
});

it.each([
  ['carries the mark of another request', 'abcdef01-3'],
  ['carries none', UNMARKED],
])('leaves what %s', async (_, uid) => {
  const indexes = new Map([['es-steward-scratch-abcdef01-01234567', uid]]);
  const es = clusterOf(indexes);
  await inScratch(es, UID, signal, async () => undefined);
  expect(indexes.size).toBe(1);
  // What is never deleted would keep the undoing busy for ever.
  expect(await ownScratches(es, UID, signal)).toEqual([]);
});
