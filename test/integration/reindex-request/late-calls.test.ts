import { describe, expect, it } from 'vitest';
import { entranceAlias } from '../../../src/controllers/reindex-request/names.ts';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { listReindexTasks } from '../../../src/elasticsearch/tasks.ts';
import { eventually } from '../../support/eventually.ts';
import { editRequest, eraseStatus, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createIndex,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  leftovers,
  numbered,
  tasksOf,
  twoShards,
  write,
} from '../../support/reindex-indices.ts';
import { hasTask, isFreeAgain, once, reindex, unknownOutcome } from '../../support/reindex-run.ts';
import { type Around, type ServerCall, startsRange } from '../../support/server-calls.ts';

// What was sent in an earlier life of a copy, and is carried out or found only in a later one.

const bed = await useReindexBed();
const slowly = { throttle: { batchSize: 5, requestsPerSecond: 6 } };
interface Pace {
  readonly count?: number;
  readonly throttle: object;
}
const source = (count = 200) => createSource(bed, { documents: numbered(count), index: twoShards });

/** The first call of that kind is on its way for as long as the test wants: its sender has heard nothing of it. */
function delaying(isMeant: (call: ServerCall) => boolean) {
  const held: (() => Promise<unknown>)[] = [];
  const around: Around = async (call, send) => {
    if (held.length > 0 || !isMeant(call)) return send();
    held.push(send);
    throw unknownOutcome();
  };
  return { around, arrive: () => held[0]?.() ?? Promise.reject(new Error('nothing was held back')) };
}

/** Every call of that shape is on its way until all of them arrive; what is sent later goes as ever. */
function queueing(shape: string) {
  const held: (() => Promise<unknown>)[] = [];
  let hasArrived = false;
  const around: Around = async (call, send) => {
    if (hasArrived || call.shape !== shape) return send();
    held.push(send);
    throw unknownOutcome();
  };
  const arrive = () => {
    hasArrived = true;
    return Promise.allSettled(held.map((send) => send()));
  };
  return { around, arrive };
}

describe('a call of a write block that was lifted meanwhile (H42)', () => {
  const meanwhile = [{ id: 'meanwhile', source: { n: 1, text: 'written since' } }];

  /** Holds the calls back until writes are free again; tells what came of them then, and of the source. */
  async function arrivingLate(shape: string) {
    const { from, to, name } = await source(50);
    await addAliases(bed.es, from, { [name]: {} });
    const { around, arrive } = queueing(shape);
    const answers: PromiseSettledResult<unknown>[] = [];
    let found: Awaited<ReturnType<typeof indexOf>>;
    const after = once(isFreeAgain, async () => {
      await write(bed.es, name, meanwhile);
      answers.push(...(await arrive()));
      found = await indexOf(bed.es, from);
    });
    const spec = { from, to, writeMode: 'Online', maxWriteOutage: '5s' };
    const { status } = await reindex(bed, spec, { around, after });
    expect(status).toMatchObject({ phase: 'Completed', aliasesMoved: [name], fenceTries: 1 });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect((await documentsOf(bed.es, name)).map(({ id }) => id)).toContain('meanwhile');
    expect(answers.length).toBeGreaterThan(0);
    return { answers, found, name };
  }

  const refusedWith = (errorClass: string) => ({ status: 'rejected', reason: { errorClass } });

  it('and moves the aliases, moves none', async () => {
    const { answers, found, name } = await arrivingLate('POST /_aliases remove remove remove add');
    for (const answer of answers) expect(answer).toMatchObject(refusedWith('aliasNotFound'));
    expect(found?.aliases).toHaveProperty(name);
  });

  it('and sets the block, blocks nobody', async () => {
    const { answers, found } = await arrivingLate('PUT /{epoch}/_block/write');
    for (const answer of answers) expect(answer).toMatchObject(refusedWith('indexNotFound'));
    expect(found && isBlocked(found)).toBe(false);
  });
});

describe('a call that arrives after the aliases have moved (H43)', () => {
  const mine = [{ id: '7', source: { n: 7, text: 'written afterwards' } }];

  it('and copies a part, writes nothing', async () => {
    const { from, to } = await source(50);
    const { around, arrive } = delaying(startsRange);
    const answers: unknown[] = [];
    const late = async () => {
      await write(bed.es, to, mine);
      answers.push(await arrive());
    };
    const { status, request } = await reindex(bed, { from, to }, { around, at: { Completed: late } });
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 50 } });
    expect(answers).toHaveLength(1);
    await eventually('its task is gone', async () =>
      (await tasksOf(bed.es, request?.metadata.uid ?? '')).length === 0 ? true : undefined,
    );
    const [found] = (await documentsOf(bed.es, to)).filter(({ id }) => id === '7');
    expect(found?.source).toEqual(mine[0]?.source);
    expect(await documentsOf(bed.es, to)).toHaveLength(50);
  });

  it('and deletes what has left the source, deletes nothing that was written since', async () => {
    const { from, to } = await source(50);
    const { around, arrive } = delaying(({ shape }) => shape === 'POST /{new}/_bulk');
    const remove = () =>
      bed.es.request({ method: 'DELETE', path: `/${from}/_doc/7`, query: { refresh: true } });
    const late = async () => {
      await write(bed.es, to, mine);
      await arrive();
    };
    const { status } = await reindex(
      bed,
      { from, to, writeMode: 'Online' },
      { around, at: { CatchingUp: async () => void (await remove()), Completed: late } },
    );
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 49 } });
    const [found] = (await documentsOf(bed.es, to)).filter(({ id }) => id === '7');
    expect(found?.source).toEqual(mine[0]?.source);
  });
});

describe('a trial that arrives when its index is gone', () => {
  it('makes none for itself', async () => {
    const { from, to } = await source();
    let late: (() => Promise<unknown>) | undefined;
    const around: Around = async (call, send) => {
      if (call.shape !== 'POST /_reindex' || startsRange(call)) return send();
      if (!late) {
        late = send;
        throw unknownOutcome();
      }
      await late();
      return send();
    };
    const { status, request } = await reindex(bed, { from, to }, { around });
    expect(late).toBeDefined();
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(await leftovers(bed.es, request?.metadata.uid ?? '')).toEqual([]);
  });
});

describe('a task of an earlier attempt', () => {
  /** Loses the status as soon as a task runs, so that the next attempt begins while it does. */
  function losing(calls: Around) {
    const seen: { before: readonly string[]; overlap: readonly string[] } = { before: [], overlap: [] };
    const around: Around = async (call, send) => {
      const isSecond = call.opaqueId !== undefined && /^[^/]+\/2\//.test(call.opaqueId);
      if (!startsRange(call) || !isSecond) return calls(call, send);
      const [uid = ''] = call.opaqueId?.split('/') ?? [];
      const running = await tasksOf(bed.es, uid);
      seen.overlap = [...seen.overlap, ...running.filter((id) => id.startsWith(`${uid}/1/`))];
      return calls(call, send);
    };
    return { seen, around };
  }

  async function secondAttempt(calls: Around, { count = 200, ...pace }: Pace = slowly) {
    const { from, to } = await source(count);
    const name = bed.name();
    const { seen, around } = losing(calls);
    let lost = false;
    const ended = await reindex(
      bed,
      { from, to, ...pace },
      {
        name,
        around: async (call, send) => {
          const answer = await around(call, send);
          if (lost || !startsRange(call)) return answer;
          lost = true;
          const [uid = ''] = call.opaqueId?.split('/') ?? [];
          seen.before = await tasksOf(bed.es, uid);
          await eraseStatus(bed, name);
          await editRequest(bed, name, { spec: { throttle: null } });
          return answer;
        },
      },
    );
    const destination = { documents: count };
    expect(ended.status).toMatchObject({ phase: 'Completed', attempt: 2, destination });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await leftovers(bed.es, ended.request?.metadata.uid ?? '')).toEqual([]);
    return { hasBegun: seen.before.length > 0, overlap: seen.overlap };
  }

  it('is gone before the next one copies (H34)', async () => {
    expect(await secondAttempt((_call, send) => send())).toEqual({ hasBegun: true, overlap: [] });
  });

  it('does not create its destination anew when that is deleted', async () => {
    const busy = { count: 5_000, throttle: { batchSize: 5, requestsPerSecond: 1_000 } };
    const seen = await secondAttempt((_call, send) => send(), busy);
    expect(seen).toEqual({ hasBegun: true, overlap: [] });
  });

  // A server of the test answers so only half a minute after one of its nodes was stopped. So the answer of the real one is
  // changed: of its tasks, and of whether it has asked all nodes.
  it('is waited for as long as a node does not tell its tasks (H35)', async () => {
    let hidden = 0;
    const seen = await secondAttempt(async (call, send) => {
      const answer = await send();
      const { tasks } = await listReindexTasks(bed.es);
      const isLate = tasks.some(({ opaqueId }) => opaqueId?.includes('/1/0/'));
      if (call.shape !== 'GET /_tasks' || !isLate || hidden >= 10) return answer;
      hidden += 1;
      return { ...answer, tasks: [], node_failures: [{ type: 'failed_node_exception' }] };
    });
    expect(hidden).toBe(10);
    expect(seen).toEqual({ hasBegun: true, overlap: [] });
  });
});

describe('a task whose destination is deleted under it', () => {
  const isCancel = ({ shape }: ServerCall) => shape === 'POST /_tasks/{task}/_cancel';

  /** Nobody stops the task: its next batch finds what is there then. */
  async function deletedUnderIt(instead: (to: string) => Promise<void> = async () => {}) {
    const { from, to } = await source(60);
    let creations = 0;
    let foundBefore: unknown = 'nothing was created';
    const deleted = once(hasTask, async ({ metadata }) => {
      await bed.es.request({ method: 'DELETE', path: `/${to}` });
      await instead(to);
      await eventually('its task is gone', async () =>
        (await tasksOf(bed.es, metadata.uid)).length === 0 ? true : undefined,
      );
    });
    const around: Around = async (call, send) => {
      if (isCancel(call)) throw unknownOutcome();
      if (call.shape === 'PUT /{new}' && creations++ === 1) foundBefore = await indexOf(bed.es, to);
      return send();
    };
    const ended = await reindex(bed, { from, to, ...slowly }, { around, after: deleted });
    return { ...ended, from, to, foundBefore };
  }

  it('ends with it, and makes no index in its place', async () => {
    const { status, from, to, foundBefore } = await deletedUnderIt();
    expect(foundBefore).toBeUndefined();
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 60 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it.for([
    ['an index', (to: string) => createIndex(bed.es, to)],
    [
      'an alias',
      async (to: string) => {
        await createIndex(bed.es, `${to}-theirs`);
        await addAliases(bed.es, `${to}-theirs`, { [to]: {} });
      },
    ],
  ] as const)('writes nothing into %s that takes its name', async ([, instead]) => {
    const { status, to } = await deletedUnderIt(instead);
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'ForeignDestination' } });
    expect(await documentsOf(bed.es, to)).toEqual([]);
  });
});

it('blames no document while another index has its entrance, as a restored half copy has', async () => {
  const { from, to } = await source(60);
  const sharing = once(hasTask, async ({ metadata }) => {
    await createIndex(bed.es, `${to}-study`);
    await addAliases(bed.es, `${to}-study`, { [entranceAlias(metadata.uid, 1)]: { is_hidden: true } });
  });
  const isTold = ({ status }: ReindexRequest) =>
    status?.conditions?.some(({ message }) => message.includes('is on another index as well')) ?? false;
  const parting = once(isTold, async ({ metadata }) => {
    await bed.es.request({ method: 'DELETE', path: `/${to}-study` });
    await editRequest(bed, metadata.name, { spec: { throttle: null } });
  });
  const after = async (request: ReindexRequest) => {
    await sharing(request);
    await parting(request);
  };
  const spec = { from, to, ...slowly, onDocumentFailure: { policy: 'Quarantine' } };
  const { status } = await reindex(bed, spec, { after });
  expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 60 } });
  expect(status.progress?.quarantined ?? 0).toBe(0);
  expect(await difference(bed.es, from, to)).toBeUndefined();
});
