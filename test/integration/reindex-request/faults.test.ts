import { describe, expect, it } from 'vitest';
import { deleteRequest, editRequest, readRequest, useReindexBed } from '../../support/reindex-bed.ts';
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
import { skippingClock } from '../../support/skipping-clock.ts';
import { bringToRest, losingAnswerOf, reindex } from '../../support/reindex-run.ts';
import { unblockWrites } from '../../../src/elasticsearch/write-blocks.ts';
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

describe('an answer that is lost', () => {
  it.for([
    'POST /_reindex',
    'PUT /{new}',
    'PUT /{epoch}/_block/write',
    'PUT /{new}/_settings',
    'PUT /{new}/_mapping',
    'POST /_aliases add',
    'POST /_aliases remove remove add',
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
});

it('goes on when no task could be looked at for five minutes (H24)', async () => {
  const { from, to } = await source();
  const clock = skippingClock();
  let failing: { readonly since: number; count: number } | undefined;
  const { status } = await reindex(
    bed,
    { from, to },
    {
      clock,
      around: async (call, send) => {
        if (call.shape !== 'GET /_tasks/{task}') return send();
        failing ??= { since: clock.now(), count: 0 };
        if (clock.now() - failing.since > 5 * 60_000) return send();
        failing.count += 1;
        clock.skip(20_000);
        throw new ElasticsearchError({
          errorClass: 'unreachable',
          outcomeUnknown: false,
          publicMessage: 'nobody answers',
        });
      },
    },
  );
  expect(failing?.count).toBeGreaterThan(5);
  expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 200 }, attempt: 1 });
  expect(status.copy?.retries ?? 0).toBe(0);
  expect(await difference(bed.es, from, to)).toBeUndefined();
});

describe('an administrator', () => {
  it('may cancel a task: its range is copied again (H25)', async () => {
    const { from, to } = await source();
    let cancelled = 0;
    const { status } = await reindex(
      bed,
      { from, to, ...slowly },
      {
        around: async (call, send) => {
          const answer = await send();
          if (call.shape !== 'POST /_reindex' || cancelled > 0) return answer;
          cancelled += 1;
          const { tasks } = await listReindexTasks(bed.es);
          const ours = tasks.find(({ opaqueId }) => opaqueId === call.opaqueId);
          if (ours) await cancelTask(bed.es, ours.id);
          await editRequest(bed, await newest(), { spec: { throttle: null } });
          return answer;
        },
      },
    );
    expect(cancelled).toBe(1);
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
