import { describe, expect, it } from 'vitest';
import {
  createRequest,
  deleteRequest,
  editRequest,
  readRequest,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import {
  type IndexBody,
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
import { ElasticsearchError } from '../../../src/elasticsearch/errors.ts';
import { passes, startProcess } from '../../support/reindex-process.ts';
import {
  bringToRest,
  type Ended,
  hasTask,
  losingAnswerOf,
  once,
  reindex,
  unknownOutcome,
} from '../../support/reindex-run.ts';
import { type Around, startsRange } from '../../support/server-calls.ts';
import { skippingClock } from '../../support/skipping-clock.ts';
import { blockWrites, unblockWrites } from '../../../src/elasticsearch/write-blocks.ts';
import { cancelTask, listReindexTasks } from '../../../src/elasticsearch/tasks.ts';

const bed = await useReindexBed();

const slowly = { throttle: { batchSize: 5, requestsPerSecond: 6 } };

/** Its checkpoint hangs back until somebody flushes. */
const lazyTranslog = {
  settings: {
    number_of_shards: 2,
    number_of_replicas: 0,
    translog: { durability: 'async', sync_interval: '1h' },
  },
};

async function source(index: IndexBody = twoShards) {
  const made = await createSource(bed, { documents: numbered(200), index });
  await addAliases(bed.es, made.from, { [`${made.name}-alias`]: {} });
  return made;
}

const blocked = async (index: string) => {
  const found = await indexOf(bed.es, index);
  return found !== undefined && isBlocked(found);
};

/** How often a part was begun anew. A request that has ended does not tell any more. */
const retriesIn = (seen: Ended['seen']): number => Math.max(...seen.map(({ copy }) => copy?.retries ?? 0));

describe('an answer that is lost', () => {
  it.for([
    'POST /_reindex',
    'PUT /{new}',
    'PUT /{epoch}/_block/write',
    'PUT /{new}/_settings',
    'PUT /{entrance}/_settings',
    'PUT /{entrance}/_mapping',
    'POST /_aliases add',
    'POST /_aliases remove remove remove add',
    'POST /{old}/_flush',
    'DELETE /{scratch}',
    'PUT /{old}/_settings',
  ])('of %s is looked up, not guessed (H22)', async (shape) => {
    // Under a block nothing has to be flushed: setting it has done that.
    const isFlush = shape === 'POST /{old}/_flush';
    const { from, to } = await source(isFlush ? lazyTranslog : twoShards);
    const lost: string[] = [];
    const losing = losingAnswerOf(shape);
    const { status, request } = await reindex(
      bed,
      { from, to, writeMode: isFlush ? 'Online' : 'BlockFirst' },
      {
        around: (call, send) => losing(call, async () => (lost.push(call.shape), send())),
      },
    );
    expect(lost).toContain(shape);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await leftovers(bed.es, request?.metadata.uid ?? '')).toEqual([]);
  });

  it('of the start of a part, whose task runs, is found by its mark: the part is sent once (H22)', async () => {
    const { from, to } = await source();
    const name = bed.name();
    const sent: string[] = [];
    let running: readonly string[] = [];
    const around: Around = async (call, send) => {
      if (!startsRange(call)) return send();
      const isFirst = sent.push(call.opaqueId ?? '') === 1;
      const answer = await send();
      if (!isFirst) return answer;
      const [uid = ''] = call.opaqueId?.split('/') ?? [];
      running = await tasksOf(bed.es, uid);
      throw unknownOutcome();
    };
    const faster = once(
      () => running.length > 0,
      () => editRequest(bed, name, { spec: { throttle: { requestsPerSecond: 100_000 } } }),
    );
    const { status } = await reindex(bed, { from, to, ...slowly }, { name, around, after: faster });
    const [lost = ''] = sent;
    expect(running).toContain(lost);
    expect(sent.filter((opaqueId) => opaqueId === lost)).toHaveLength(1);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });
});

const unreachable = () =>
  new ElasticsearchError({
    errorClass: 'unreachable',
    outcomeUnknown: false,
    publicMessage: 'nobody answers',
  });

it('goes on when no task could be looked at for five minutes (H24)', async () => {
  const { from, to } = await source();
  const clock = skippingClock();
  let begun: number | undefined;
  let failures = 0;
  const around: Around = async (call, send) => {
    if (startsRange(call)) begun ??= clock.now();
    const isMute = begun !== undefined && clock.now() - begun < 5 * 60_000;
    if (!isMute || !call.shape.startsWith('GET /_tasks')) return send();
    failures += 1;
    clock.skip(20_000);
    throw unreachable();
  };
  const { status, seen } = await reindex(bed, { from, to }, { clock, around });
  expect(failures).toBeGreaterThan(5);
  expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 }, attempt: 1 });
  expect(retriesIn(seen)).toBe(0);
  expect(await difference(bed.es, from, to)).toBeUndefined();
});

describe('an administrator', () => {
  it('may cancel a task: its range is copied again (H25)', async () => {
    const { from, to } = await source();
    const name = bed.name();
    let cancelled: string | undefined;
    const cancelOne = once(hasTask, async ({ metadata }) => {
      const { tasks } = await listReindexTasks(bed.es);
      const ours = tasks.find(({ opaqueId }) => opaqueId?.startsWith(`${metadata.uid}/`));
      if (!ours) throw new Error(`no task of ${name} runs`);
      cancelled = ours.id;
      await cancelTask(bed.es, ours.id);
      await editRequest(bed, name, { spec: { throttle: null } });
    });
    const { status, seen } = await reindex(bed, { from, to, ...slowly }, { name, after: cancelOne });
    expect(cancelled).toBeDefined();
    expect(retriesIn(seen)).toBeGreaterThan(0);
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it.for(['Copying', 'Hardening', 'Verifying', 'CuttingOver'])(
    'who lifts the fence in %s stops the move (H82)',
    async (phase) => {
      const { from, to, name } = await source();
      const lift = async () => {
        await unblockWrites(bed.es, from);
        await write(bed.es, from, [{ id: 'unseen', source: { n: 1 } }]);
      };
      const { status } = await reindex(bed, { from, to }, { at: { [phase]: lift } });
      expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'SourceChanged' } });
      expect(Object.keys((await indexOf(bed.es, from))?.aliases ?? {})).toEqual([`${name}-alias`]);
      expect(await blocked(from)).toBe(false);
    },
  );

  it.for(['Reconciling', 'CuttingOver'])(
    'who lifts the fence of an Online copy in %s has it copy and prove once more (H82)',
    async (phase) => {
      const { from, to, name } = await source();
      const lift = async () => {
        expect(await blocked(from)).toBe(true);
        await unblockWrites(bed.es, from);
        await write(bed.es, from, [{ id: 'unseen', source: { n: 1 } }]);
      };
      const spec = { from, to, writeMode: 'Online' };
      const { status } = await reindex(bed, spec, { at: { [phase]: lift } });
      expect(status).toMatchObject({ phase: 'Completed', fenceTries: 1, destination: { documents: 201 } });
      expect(await difference(bed.es, from, to)).toBeUndefined();
      expect(Object.keys((await indexOf(bed.es, to))?.aliases ?? {})).toEqual([`${name}-alias`]);
    },
  );

  it('who lifts the fence, writes and sets it again while the aliases are about to move, stops the move', async () => {
    const { from, to, name } = await source();
    let isAsked = false;
    let looks = 0;
    let moves = 0;
    const around: Around = async (call, send) => {
      if (call.shape === 'POST /_aliases remove remove remove add') moves += 1;
      if (!isAsked || call.shape !== 'GET /{old}/_stats/docs') return send();
      looks += 1;
      // The pass looks once and finds all in order; the last look comes right before the move.
      if (looks === 2) {
        await unblockWrites(bed.es, from);
        await write(bed.es, from, [{ id: 'unseen', source: { n: 1 } }]);
        await blockWrites(bed.es, from);
      }
      return send();
    };
    const ask = async () => void (isAsked = true);
    const spec = { from, to, writeMode: 'Online' };
    const { status } = await reindex(bed, spec, { around, at: { CuttingOver: ask } });
    expect(looks).toBeGreaterThan(2);
    expect(moves).toBe(1);
    expect(status).toMatchObject({ phase: 'Completed', fenceTries: 1, aliasesMoved: [`${name}-alias`] });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await documentsOf(bed.es, to)).toHaveLength(201);
  });

  it.for(['Validating', 'Preparing', 'Fencing', 'Copying', 'Hardening', 'Verifying', 'CuttingOver'])(
    'who deletes the source in %s ends the request (H29)',
    async (phase) => {
      const { from, to } = await source();
      const drop = async () => void (await bed.es.request({ method: 'DELETE', path: `/${from}` }));
      const { status, request } = await reindex(bed, { from, to }, { at: { [phase]: drop } });
      expect(status.phase).toBe('Failed');
      expect(request?.metadata.finalizers ?? []).toEqual([]);
      expect((await indexOf(bed.es, to))?.aliases ?? {}).toEqual({});
    },
  );

  it.for(['Preparing', 'Fencing', 'Copying', 'CuttingOver'])(
    'who creates the source anew in %s is not overruled (H29)',
    async (phase) => {
      const { from, to } = await source();
      const anew = async () => {
        await bed.es.request({ method: 'DELETE', path: `/${from}` });
        await createIndex(bed.es, from);
        await write(bed.es, from, numbered(3));
      };
      const { status } = await reindex(bed, { from, to }, { at: { [phase]: anew } });
      expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'SourceChanged' } });
      expect(await documentsOf(bed.es, from)).toHaveLength(3);
      expect(await blocked(from)).toBe(false);
    },
  );
});

/** The request that was created last. */
async function newest(): Promise<string> {
  const kind = { group: 'es-steward.dev', version: 'v1alpha1', plural: 'reindexrequests' };
  const { items } = await bed.api.list(kind, { namespace: bed.namespace });
  const numberOf = (name: string) => Number(name.split('-').at(-1));
  return items.map(({ metadata }) => metadata.name).sort((a, b) => numberOf(b) - numberOf(a))[0] ?? '';
}

describe('a user', () => {
  it('may change the throttle while tasks run (H36)', async () => {
    const { from, to } = await source();
    const shapes: string[] = [];
    let isEdited = false;
    // At this rate a task that is in status still runs when the next pass looks.
    const fasterOnceItRuns = async (shape: string) => {
      shapes.push(shape);
      if (isEdited || shape !== 'GET /_tasks') return;
      const name = await newest();
      const { copy } = (await readRequest(bed, name))?.status ?? {};
      if (!copy?.running.some(({ task }) => task !== undefined)) return;
      isEdited = true;
      await editRequest(bed, name, { spec: { throttle: { requestsPerSecond: 100_000 } } });
    };
    const { status } = await reindex(
      bed,
      { from, to, throttle: { batchSize: 5, requestsPerSecond: 3 } },
      { around: async (call, send) => (await fasterOnceItRuns(call.shape), send()) },
    );
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 } });
    expect(shapes).toContain('POST /_reindex/{task}/_rethrottle');
  });

  it.for(['Validating', 'Preparing', 'Fencing', 'Copying', 'Hardening', 'Verifying', 'CuttingOver'])(
    'may suspend in %s, which frees the source, and go on later (H36)',
    async (phase) => {
      const { from, to } = await source();
      const suspend = ({ metadata }: { metadata: { name: string } }) =>
        editRequest(bed, metadata.name, { spec: { suspend: true } });
      const spec = phase === 'Copying' ? slowly : {};
      const paused = await reindex(bed, { from, to, ...spec }, { at: { [phase]: suspend } });
      const ready = paused.status.conditions?.find(({ type }) => type === 'Ready');
      expect(ready).toMatchObject({ status: 'False', reason: 'Suspended' });
      expect(await blocked(from)).toBe(false);
      expect(await tasksOf(bed.es, paused.request?.metadata.uid ?? '')).toEqual([]);
      await write(bed.es, from, [{ id: 'meanwhile', source: { n: -1 } }]);
      await editRequest(bed, paused.name, { spec: { suspend: false, throttle: null } });
      const { status } = await bringToRest(bed, paused.name);
      expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 201 } });
      expect(await difference(bed.es, from, to)).toBeUndefined();
    },
  );

  it.for(['AwaitingApproval', 'Reconciling'])(
    'may suspend an Online copy in %s, which frees the source and keeps what is copied (H36)',
    async (phase) => {
      const { from, to } = await source();
      const name = bed.name();
      const spec = {
        writeMode: 'Online',
        ...(phase === 'AwaitingApproval' ? { approval: 'BeforeCutover' } : {}),
      };
      const suspend = () => editRequest(bed, name, { spec: { suspend: true } });
      const paused = await reindex(bed, { from, to, ...spec }, { name, at: { [phase]: suspend } });
      const ready = paused.status.conditions?.find(({ type }) => type === 'Ready');
      expect(ready).toMatchObject({ status: 'False', reason: 'Suspended' });
      expect(await blocked(from)).toBe(false);
      await write(bed.es, from, [{ id: 'meanwhile', source: { n: -1 } }]);
      const annotations = { 'es-steward.dev/approve': paused.status.plan?.hash };
      await editRequest(bed, name, { metadata: { annotations }, spec: { suspend: false } });
      const { status } = await bringToRest(bed, name);
      expect(status).toMatchObject({ phase: 'Completed', attempt: 1, destination: { documents: 201 } });
      expect(await difference(bed.es, from, to)).toBeUndefined();
    },
  );

  it('may delete a request in its fence whose cluster is gone: it goes after two minutes', async () => {
    const { from, to } = await source();
    const name = bed.name();
    await createRequest(bed, name, { from, to, ...slowly });
    const clock = skippingClock();
    let isGone = false;
    const process = startProcess(bed, {
      clock,
      around: async (call, send) => {
        if (isGone && call.server === 'elasticsearch') throw unreachable();
        return send();
      },
    });
    let deletedAt: number | undefined;
    for await (const { request } of passes(process, bed, name, clock)) {
      if (isGone || request?.status?.phase !== 'Copying') continue;
      isGone = true;
      await deleteRequest(bed, name);
      deletedAt = clock.now();
    }
    expect(clock.now() - (deletedAt ?? 0)).toBeGreaterThan(115_000);
    expect(process.events.map(({ reason }) => reason)).toContain('CleanupAbandoned');
    expect(await readRequest(bed, name)).toBeUndefined();
    await process.close();
  });

  it('may delete a completed request and apply it again: nothing happens (H44)', async () => {
    const { from, to } = await source();
    const first = await reindex(bed, { from, to });
    await write(bed.es, to, [{ id: 'later', source: { n: 1 } }]);
    const before = await indexOf(bed.es, to);
    await deleteRequest(bed, first.name);
    const changes: string[] = [];
    const again = await reindex(
      bed,
      { from, to },
      {
        name: first.name,
        around: (call, send) => {
          if (call.server === 'elasticsearch' && call.mutates) changes.push(call.shape);
          return send();
        },
      },
    );
    expect(again.status.phase).toBe('Completed');
    expect(changes).toEqual([]);
    expect(await indexOf(bed.es, to)).toEqual(before);
    expect(await documentsOf(bed.es, to)).toHaveLength(201);
  });
});
