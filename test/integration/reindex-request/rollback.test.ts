import { describe, expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { rollbackAlias } from '../../../src/controllers/reindex-request/names.ts';
import { servingReleaseOf } from '../../../src/controllers/reindex-request/perform-release.ts';
import { ElasticsearchError } from '../../../src/elasticsearch/errors.ts';
import {
  expectRolledBack,
  expectRollbackRefused,
  expectSourceDeleted,
} from '../../support/crash-expectations.ts';
import { crashEverywhere, type Run, runScenario, type Scenario } from '../../support/crash-harness.ts';
import type { TracedCall } from '../../support/crash-points.ts';
import { environment } from '../../support/environment.ts';
import type { Around } from '../../support/server-calls.ts';
import {
  createRequest,
  deleteRequest,
  editRequest,
  eraseStatus,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  isHidden,
  write,
} from '../../support/reindex-indices.ts';
import { passes, startProcess } from '../../support/reindex-process.ts';
import { skippingClock } from '../../support/skipping-clock.ts';
import { reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();

const WINDOW = { sourceAfter: { rollbackWindow: '10m' } };
const DELETE = { sourceAfter: { policy: 'Delete', rollbackWindow: '10m' } };
const orders = { filter: { range: { n: { lt: 5 } } }, index_routing: 'a', search_routing: 'a,b' };

async function source() {
  const made = await createSource(bed);
  const alias = `${made.name}-alias`;
  await addAliases(bed.es, made.from, { [alias]: orders, [`${alias}-written`]: { is_write_index: true } });
  return { ...made, alias, written: `${alias}-written` };
}

const ask = (name: string, value: string) =>
  editRequest(bed, name, { metadata: { annotations: { 'es-steward.dev/rollback': value } } });

type Status = NonNullable<ReindexRequest['status']>;
type Act = readonly [when: (status: Status) => boolean, act: (request: ReindexRequest) => Promise<unknown>];

/** Applies a request and brings it to rest; each act happens once, in their order. */
async function follow(
  name: string,
  spec: Parameters<typeof createRequest>[2],
  acts: readonly Act[],
  around?: Around,
): Promise<ReindexRequest | undefined> {
  await createRequest(bed, name, spec);
  const clock = skippingClock();
  const process = startProcess(bed, { clock, ...(around ? { around } : {}) });
  const open = [...acts];
  let request: ReindexRequest | undefined;
  for await (const seen of passes(process, bed, name, clock)) {
    request = seen.request;
    const [next] = open;
    if (!request || !next?.[0](request.status ?? {})) continue;
    open.shift();
    await next[1](request);
  }
  await process.close();
  expect(open).toEqual([]);
  return request;
}

/** Blocked and hidden, or neither; undefined when it does not exist. */
async function stateOf(index: string) {
  const found = await indexOf(bed.es, index);
  return (
    found && {
      blocked: isBlocked(found),
      hidden: isHidden(found),
      aliases: Object.keys(found.aliases).sort(),
    }
  );
}

const conditionOf = (request: ReindexRequest | undefined, type: string) =>
  request?.status?.conditions?.find((condition) => condition.type === type);

describe('the rollback window', () => {
  it('keeps the old index out of sight and without writes, and gives it back at its end', async () => {
    const { from, to, alias, written } = await source();
    const seen: unknown[] = [];
    const look = async (request: ReindexRequest) => {
      // The phase is written together with the first effects of the window; the request is looked at after them.
      seen.push(await stateOf(from), await stateOf(to), request.metadata.finalizers);
      await write(bed.es, written, [{ id: 'new', source: { n: 1 } }]);
    };
    const { request, status } = await reindex(bed, { from, to, ...WINDOW }, { at: { RollbackWindow: look } });
    const aliases = [alias, written];
    expect(seen).toEqual([
      { blocked: true, hidden: true, aliases: [] },
      { blocked: false, hidden: false, aliases },
      ['es-steward.dev/cleanup'],
    ]);
    expect(status.phase).toBe('Completed');
    expect(conditionOf(request, 'WritesBlocked')).toBeUndefined();
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
    expect(await stateOf(to)).toEqual({ blocked: false, hidden: false, aliases });
  });

  it('does not open where an alias stays behind', async () => {
    const { from, to, alias, written } = await source();
    const aliases = { move: 'Listed', names: [alias] };
    const { status, seen } = await reindex(bed, { from, to, aliases, ...DELETE });
    expect(seen.map(({ phase }) => phase)).not.toContain('RollbackWindow');
    expect(status).toMatchObject({ phase: 'Completed', sourceKept: expect.stringContaining(written) });
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [written] });
  });

  it('ends with the deletion of the request, which deletes nothing; applied again it touches nothing (H44)', async () => {
    const { from, to, name } = await source();
    const spec = { from, to, ...DELETE };
    const remove = () => deleteRequest(bed, name);
    const { request } = await reindex(bed, spec, { name, at: { RollbackWindow: remove } });
    expect(request).toBeUndefined();
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
    const before = await indexOf(bed.es, to);
    const again = await reindex(bed, spec, { name });
    expect(again.seen.map(({ phase }) => phase)).not.toContain('Preparing');
    expect(again.status.phase).toBe('Completed');
    expect(await indexOf(bed.es, to)).toEqual(before);
  });

  it('ends when a later request has moved the aliases on, which does not wait for it', async () => {
    const { from, to, name, alias, written } = await source();
    const last = `${name}-last`;
    const requests: ReindexRequest[] = [];
    const goOn = async (request: ReindexRequest) => {
      requests.push(request);
      await reindex(bed, { from: to, to: last }, { name: `${name}-next`, requests: () => requests });
    };
    const { status } = await reindex(bed, { from, to, ...WINDOW }, { name, at: { RollbackWindow: goOn } });
    expect(status.phase).toBe('Completed');
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
    expect((await stateOf(last))?.aliases).toEqual([alias, written]);
  });

  it('hides no copy of the old index that is made meanwhile, which does not show that either', async () => {
    const { from, to, name } = await source();
    const other = `${name}-other`;
    const requests: ReindexRequest[] = [];
    const seen: unknown[] = [];
    const copyAgain = async (request: ReindexRequest) => {
      requests.push(request);
      await reindex(bed, { from, to: other }, { name: `${name}-again`, requests: () => requests });
      seen.push(await stateOf(from));
    };
    await reindex(bed, { from, to, ...WINDOW }, { name, at: { RollbackWindow: copyAgain } });
    expect(seen).toMatchObject([{ hidden: true }]);
    expect(await stateOf(other)).toMatchObject({ hidden: false });
    expect(await stateOf(from)).toMatchObject({ hidden: false });
  });
});

describe('a rollback (H37)', () => {
  it('brings every alias back whole when nothing was written since', async () => {
    const { from, to } = await source();
    const before = (await indexOf(bed.es, from))?.aliases;
    const { request, status, seen } = await reindex(
      bed,
      { from, to, ...WINDOW },
      { at: { RollbackWindow: ({ metadata }) => ask(metadata.name, '1') } },
    );
    expect(status).toMatchObject({ phase: 'RolledBack', lastHandledRollback: '1' });
    expect(conditionOf(request, 'Complete')?.status).toBe('False');
    expect(conditionOf(request, 'Stalled')?.reason).toBe('RolledBack');
    expect(seen.map(({ writesAfterFence }) => writesAfterFence ?? 0)).not.toContain(1);
    expect((await indexOf(bed.es, from))?.aliases).toEqual(before);
    expect(await stateOf(from)).toMatchObject({ blocked: false, hidden: false });
    expect(await stateOf(to)).toEqual({ blocked: true, hidden: true, aliases: [] });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('is refused with the number of new writes, and done when they may be lost', async () => {
    const { from, to, written, name } = await source();
    const writeAndAsk = async () => {
      await write(
        bed.es,
        written,
        ['a', 'b', 'c'].map((id) => ({ id, source: { n: 1 } })),
      );
      await ask(name, '1');
    };
    const seen: unknown[] = [];
    const lookAndInsist = async (request: ReindexRequest) => {
      seen.push(
        await stateOf(to),
        conditionOf(request, 'RollbackRefused')?.reason,
        request.status?.newWrites,
      );
      await ask(name, 'discard-new-writes');
    };
    const request = await follow(name, { from, to, ...WINDOW }, [
      [({ phase }) => phase === 'RollbackWindow', writeAndAsk],
      [({ rollbackRefused }) => rollbackRefused !== undefined, lookAndInsist],
    ]);
    expect(seen).toEqual([expect.objectContaining({ blocked: false, hidden: false }), 'NewWrites', 3]);
    expect(request?.status?.phase).toBe('RolledBack');
    expect(conditionOf(request, 'RollbackRefused')).toBeUndefined();
    expect(await documentsOf(bed.es, from)).toHaveLength(20);
    expect(await documentsOf(bed.es, to)).toHaveLength(23);
    expect((await stateOf(from))?.aliases).toContain(written);
  });
});

describe('a rollback that Elasticsearch would refuse', () => {
  it('leaves what serves as it was, and may be asked for again', async () => {
    const { from, to, alias, name } = await source();
    const destination = { index: to, mappings: { properties: { n: { type: 'keyword' } } } };
    const narrow = async () => {
      // Of words, where the old index has numbers.
      await addAliases(bed.es, to, { [alias]: { ...orders, filter: { term: { n: 'word' } } } });
      await ask(name, '1');
    };
    const seen: unknown[] = [];
    const look = async () => seen.push(await stateOf(to));
    const readOnly = (value: true | null) =>
      bed.es.request({
        method: 'PUT',
        path: `/${from}/_settings`,
        body: { 'index.blocks.read_only': value },
      });
    const close = async () => {
      await look();
      await readOnly(true);
      await ask(name, '2');
    };
    const free = async () => {
      await look();
      await readOnly(null);
    };
    const request = await follow(name, { from, to, destination, ...WINDOW }, [
      [({ phase }) => phase === 'RollbackWindow', narrow],
      [({ rollbackRefused }) => rollbackRefused === 'AliasRefused', close],
      [({ rollbackRefused }) => rollbackRefused === 'SourceReadOnly', free],
    ]);
    const served = { blocked: false, hidden: false, aliases: [alias, `${alias}-written`] };
    expect(seen).toEqual([served, served]);
    expect(request?.status?.phase).toBe('Completed');
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
  });
});

describe('a rollback that blocks the destination and does not come to its end', () => {
  it('frees who writes there after half a minute, and says so', async () => {
    const { from, to, name, alias } = await source();
    const around: Around = async ({ opaqueId }, send) => {
      if (opaqueId?.endsWith('/rollback') !== true) return send();
      throw new ElasticsearchError({
        errorClass: 'overloaded',
        outcomeUnknown: false,
        publicMessage: 'later',
      });
    };
    const states: unknown[] = [];
    const look = async () => void states.push((await stateOf(to))?.blocked);
    const acts: readonly Act[] = [
      [({ phase }) => phase === 'RollbackWindow', () => ask(name, '1')],
      [({ rollback }) => rollback?.verified === true, look],
      [({ rollbackRefused }) => rollbackRefused === 'NotInTime', look],
    ];
    const request = await follow(name, { from, to, ...WINDOW }, acts, around);
    expect(states).toEqual([true, false]);
    expect(request?.status?.phase).toBe('Completed');
    expect((await stateOf(to))?.aliases).toContain(alias);
  });

  it('is freed without a pass as well, and begins anew', async () => {
    const { from, to, name } = await source();
    const states: unknown[] = [];
    const release = async ({ metadata, status }: ReindexRequest) => {
      const { rollback } = status ?? {};
      const held = { index: to, alias: rollbackAlias(metadata.uid, rollback?.number ?? 0) };
      const due = rollback && servingReleaseOf(rollback, held, bed.es);
      states.push((await stateOf(to))?.blocked);
      await due?.release(new AbortController().signal);
      states.push((await stateOf(to))?.blocked);
    };
    const request = await follow(name, { from, to, ...WINDOW }, [
      [({ phase }) => phase === 'RollbackWindow', () => ask(name, '1')],
      [({ rollback }) => rollback?.verified === true, release],
    ]);
    expect(states).toEqual([true, false]);
    expect(request?.status?.phase).toBe('RolledBack');
    expect((await stateOf(to))?.aliases).toEqual([]);
  });
});

describe('a rollback whose status is lost while it blocks the destination', () => {
  const withdraw = (name: string) =>
    editRequest(bed, name, { metadata: { annotations: { 'es-steward.dev/rollback': null } } });

  it.for([
    ['goes on, and is done', false, { blocked: true, hidden: true }],
    ['lets go of it when nobody asks for it any more', true, { blocked: false, hidden: false }],
  ] as const)('%s', async ([, isWithdrawn, state]) => {
    const { from, to, name } = await source();
    const blocked: unknown[] = [];
    const lose = async () => {
      blocked.push((await stateOf(to))?.blocked);
      if (isWithdrawn) await withdraw(name);
      await eraseStatus(bed, name);
    };
    const request = await follow(name, { from, to, ...WINDOW }, [
      [({ phase }) => phase === 'RollbackWindow', () => ask(name, '1')],
      [({ rollback }) => rollback?.verified === true, lose],
    ]);
    expect(blocked).toEqual([true]);
    expect(request?.status?.phase).toBe(isWithdrawn ? 'Completed' : 'RolledBack');
    expect(await stateOf(to)).toMatchObject(state);
  });

  it('leaves a block of somebody else as it is', async () => {
    const { from, to, name } = await source();
    const block = () => bed.es.request({ method: 'PUT', path: `/${to}/_block/write` });
    const lose = async () => {
      await withdraw(name);
      await eraseStatus(bed, name);
    };
    const request = await follow(name, { from, to, ...WINDOW }, [
      [({ phase }) => phase === 'RollbackWindow', async () => (await block(), await ask(name, '1'))],
      [({ rollback }) => rollback !== undefined, lose],
    ]);
    expect(request?.status?.phase).toBe('Completed');
    expect(await stateOf(to)).toMatchObject({ blocked: true, hidden: false });
  });
});

describe('the deletion of the source', () => {
  it('gives way to a rollback in a window that was made longer before it', async () => {
    const { from, to, name, alias, written } = await source();
    const wish = async () => {
      await editRequest(bed, name, { spec: { sourceAfter: { policy: 'Delete', rollbackWindow: '7d' } } });
      await ask(name, '1');
    };
    const request = await follow(name, { from, to, ...DELETE }, [
      [({ phase }) => phase === 'CleaningUp', wish],
    ]);
    expect(request?.status).toMatchObject({ phase: 'RolledBack' });
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [alias, written].sort() });
    expect(await stateOf(to)).toMatchObject({ blocked: true, hidden: true, aliases: [] });
  });

  it('waits for a snapshot that holds it (H40)', async () => {
    const { from, to, name } = await source();
    const [repository, location] = [
      bed.namespace,
      `${environment().elasticsearch.repositoryPath}/${bed.namespace}`,
    ];
    const snapshot = { path: `/_snapshot/${repository}/slow`, query: { wait_for_completion: false } };
    const take = async () => {
      const settings = { location, max_snapshot_bytes_per_sec: '1kb' };
      await bed.es.request({
        method: 'PUT',
        path: `/_snapshot/${repository}`,
        body: { type: 'fs', settings },
      });
      const body = { indices: [from], include_global_state: false };
      await bed.es.request({ method: 'PUT', ...snapshot, body });
    };
    const abort = () => bed.es.request({ method: 'DELETE', path: snapshot.path, timeoutMs: 60_000 });
    const waited: unknown[] = [];
    const request = await follow(name, { from, to, ...DELETE }, [
      [({ phase }) => phase === 'RollbackWindow', take],
      [
        ({ sourceBusy }) => sourceBusy === true,
        async () => {
          waited.push(await stateOf(from));
          await abort();
        },
      ],
    ]);
    expect(waited).toEqual([expect.objectContaining({ blocked: true })]);
    expect(request?.status?.phase).toBe('Completed');
    expect(await indexOf(bed.es, from)).toBeUndefined();
    expect(await documentsOf(bed.es, to)).toHaveLength(20);
    await bed.es.request({ method: 'DELETE', path: `/_snapshot/${repository}` });
  });

  it('never happens when a query has left documents out', async () => {
    const { from, to, name, alias } = await source();
    const chosen = { source: { index: from, query: { range: { n: { lt: 15 } } } }, aliases: { move: 'All' } };
    const { status } = await reindex(bed, { from, to, ...DELETE, ...chosen }, { name });
    const sourceKept = `${from} was not deleted: 5 of its documents were not copied`;
    expect(status).toMatchObject({ phase: 'Completed', sourceKept });
    expect((await stateOf(to))?.aliases).toContain(alias);
    expect(await documentsOf(bed.es, from)).toHaveLength(20);
  });

  it('never happens when writes came behind the block, which are told of', async () => {
    const { from, to, name } = await source();
    const writeBehind = async () => {
      const path = `/${from}/_settings`;
      await bed.es.request({ method: 'PUT', path, body: { 'index.blocks.write': null } });
      await write(bed.es, from, [{ id: 'lost', source: { n: 1 } }]);
    };
    const request = await follow(name, { from, to, ...DELETE }, [
      [({ phase }) => phase === 'RollbackWindow', writeBehind],
    ]);
    expect(request?.status).toMatchObject({ phase: 'Completed', writesAfterFence: 1 });
    expect(conditionOf(request, 'WritesAfterFence')?.status).toBe('True');
    expect(await documentsOf(bed.es, from)).toHaveLength(21);
  });
});

describe('an old index that was closed in the window', () => {
  const closeIt = (index: string) => bed.es.request({ method: 'POST', path: `/${index}/_close` });

  it('takes no alias back, is not deleted, and is let go', async () => {
    const { from, to, name, written } = await source();
    const closeAndAsk = async () => {
      await closeIt(from);
      await ask(name, '1');
    };
    const seen: unknown[] = [];
    const request = await follow(name, { from, to, ...DELETE }, [
      [({ phase }) => phase === 'RollbackWindow', closeAndAsk],
      [
        ({ rollbackRefused }) => rollbackRefused !== undefined,
        async ({ status }) => void seen.push(status?.rollbackRefused),
      ],
    ]);
    expect(seen).toEqual(['SourceClosed']);
    expect(request?.status).toMatchObject({
      phase: 'Completed',
      sourceKept: expect.stringContaining('closed'),
    });
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
    expect((await stateOf(to))?.aliases).toContain(written);
    await bed.es.request({ method: 'POST', path: `/${from}/_open` });
    expect(await documentsOf(bed.es, from)).toHaveLength(20);
  });
});

describe('a new index that was deleted in the window', () => {
  it('has no way back, which is said, and the old index is let go', async () => {
    const { from, to, name } = await source();
    const deleteAndAsk = async () => {
      await bed.es.request({ method: 'DELETE', path: `/${to}` });
      await ask(name, '1');
    };
    const request = await follow(name, { from, to, ...DELETE }, [
      [({ phase }) => phase === 'RollbackWindow', deleteAndAsk],
    ]);
    expect(request?.status).toMatchObject({ phase: 'Completed', rollbackRefused: 'DestinationGone' });
    expect(await stateOf(from)).toEqual({ blocked: false, hidden: false, aliases: [] });
    expect(await documentsOf(bed.es, from)).toHaveLength(20);
  });
});

describe('a request whose time to live is over', () => {
  it('goes by itself, and nothing goes with it', async () => {
    const { from, to } = await source();
    const { request } = await reindex(bed, { from, to, ttlAfterFinished: '1d' });
    expect(request).toBeUndefined();
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });
});

describe('a process that dies', () => {
  const asked = (value: string) => (run: Run) => ask(run.name, value);
  const rolledBack: Scenario = {
    spec: WINDOW,
    disturb: { phase: 'RollbackWindow', how: asked('1') },
    expect: expectRolledBack,
  };
  const refused: Scenario = {
    spec: WINDOW,
    disturb: {
      phase: 'RollbackWindow',
      how: async (run) => {
        await write(run.bed.es, run.to, [{ id: 'new', source: { n: 1 } }]);
        await ask(run.name, '1');
      },
    },
    expect: expectRollbackRefused,
  };
  const sourceDeleted: Scenario = { spec: DELETE, expect: expectSourceDeleted };
  const during = (moment: string) => (calls: readonly TracedCall[]) =>
    calls.filter((call) => call.moment === moment);
  /** Until then it is as if the aliases were to move back. */
  const fromTheRefusal = (calls: readonly TracedCall[]) =>
    calls.slice(calls.findLastIndex(({ shape }) => shape.endsWith('/_block/write')) + 1);

  it.for([
    ['moving the aliases back', rolledBack, during('disturbed')],
    ['refusing to', refused, fromTheRefusal],
    ['deleting the source', sourceDeleted, during('CleaningUp')],
  ] as const)(
    'while %s leaves that to its successor',
    { timeout: 900_000 },
    async ([, scenario, part], { annotate }) => {
      const points = await crashEverywhere(bed, scenario, part);
      await annotate(`${points} crash points`);
      expect(points).toBeGreaterThan(5);
    },
  );

  it('may take the whole status with it, in the window and on the way back', async () => {
    const lose = ({ name }: Run) => eraseStatus(bed, name);
    const inWindow = { ...sourceDeleted, disturb: { phase: 'RollbackWindow', how: lose } };
    expect((await runScenario(bed, inWindow)).disturbed).toBe(true);
    const how = async (run: Run) => {
      await ask(run.name, '1');
      await lose(run);
    };
    const onTheWayBack = { ...rolledBack, disturb: { phase: 'RollbackWindow', how } };
    expect((await runScenario(bed, onTheWayBack)).disturbed).toBe(true);
  });
});
