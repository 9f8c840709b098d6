import { describe, expect, it } from 'vitest';
import { ABANDONED_MS } from '../../../src/controllers/reindex-request/lock-watch.ts';
import { LOCK_INDEX, readLocks } from '../../../src/elasticsearch/locks.ts';
import {
  createRequest,
  editRequest,
  eraseStatus,
  readRequest,
  type ReindexBed,
  requestRef,
  type RequestSpec,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import { createSource, difference, indexOf, isBlocked, numbered } from '../../support/reindex-indices.ts';
import { passes, settle, startProcess } from '../../support/reindex-process.ts';
import { bringToRest } from '../../support/reindex-run.ts';
import { skippingClock } from '../../support/skipping-clock.ts';

// Two Kubernetes clusters, as far as an operator can tell: neither sees the requests of the other.
const east = await useReindexBed();
const west = await useReindexBed();
const MINUTE = 60_000;
const EAST = { kubernetesCluster: 'east' };
const WEST = { kubernetesCluster: 'west' };

/** One source under an alias that a request of each cluster wants to copy and move. */
async function contested(western: RequestSpec = {}) {
  const { from, to, name } = await createSource(east, { documents: numbered(120) });
  const alias = `${name}-alias`;
  const actions = [{ add: { index: from, alias } }];
  await east.es.request({ method: 'POST', path: '/_aliases', body: { actions } });
  await createRequest(east, name, { from, to });
  const theirs = `${to}-west`;
  await createRequest(west, name, { from, to: theirs, ...western });
  return { from, to, theirs, name, alias };
}

/** Works until the request is in that phase, and dies there. */
async function dieIn(bed: ReindexBed, name: string, phase: string) {
  const clock = skippingClock();
  const process = startProcess(bed, { clock, ...EAST });
  for await (const { request } of passes(process, bed, name, clock))
    if (request?.status?.phase === phase) break;
  process.kill();
}

const holdersOf = async (names: readonly string[]) =>
  (await readLocks(east.es, names)).map((lock) => lock?.owner?.cluster);

const membersOf = async (alias: string) =>
  Object.keys((await east.es.request({ method: 'GET', path: `/_alias/${alias}` })) as object);

describe('two Kubernetes clusters on one alias (H30)', () => {
  it('work one after the other, and say who is first', async () => {
    const { from, to, theirs, name, alias } = await contested();
    await dieIn(east, name, 'Copying');
    const clock = skippingClock();
    const second = startProcess(west, { clock, ...WEST });
    await second.pass(name);
    await second.pass(name);
    const waiting = await readRequest(west, name);
    expect(waiting?.status).toMatchObject({
      phase: 'Pending',
      turn: { holder: `${east.namespace}/${name} of Kubernetes cluster east`, place: 1 },
    });
    expect(waiting?.metadata.finalizers ?? []).toEqual([]);
    const first = await bringToRest(east, name, EAST);
    expect(first.status.phase).toBe('Completed');
    const ended = await settle(second, west, name, clock);
    await second.close();
    expect(ended?.status?.phase).toBe('Completed');
    expect(await membersOf(alias)).toEqual([to]);
    expect(await difference(east.es, from, to)).toBeUndefined();
    expect(await holdersOf([from, to, theirs, alias])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('take over from one without a sign of life for ten minutes of the own clock, and from no other', async () => {
    const { from, theirs, name, alias } = await contested();
    await dieIn(east, name, 'Copying');
    const source = await indexOf(east.es, from);
    expect(source && isBlocked(source)).toBe(true);
    // A day ahead: what the lock says of its time counts for nothing.
    const clock = skippingClock(Date.now() + 86_400_000);
    const heir = startProcess(west, { clock, ...WEST });
    const phase = async () => (await readRequest(west, name))?.status?.phase;
    await heir.pass(name);
    await heir.pass(name);
    for (let waited = MINUTE; waited < ABANDONED_MS; waited += MINUTE) {
      clock.skip(MINUTE);
      await heir.pass(name);
    }
    expect(await phase()).toBe('Pending');
    clock.skip(MINUTE);
    expect((await settle(heir, west, name, clock))?.status?.phase).toBe('Completed');
    await heir.close();
    expect(await membersOf(alias)).toEqual([theirs]);
    const late = await bringToRest(east, name, EAST);
    expect(late.status).toMatchObject({ phase: 'Failed', failure: { reason: 'TurnLost' } });
    expect(await membersOf(alias)).toEqual([theirs]);
    const freed = await indexOf(east.es, from);
    expect(freed && isBlocked(freed)).toBe(false);
  });

  it('that comes back while its heir works touches nothing of it', async () => {
    const { from, theirs, name, alias } = await contested();
    await dieIn(east, name, 'Copying');
    const clock = skippingClock();
    const heir = startProcess(west, { clock, ...WEST });
    await heir.pass(name);
    await heir.pass(name);
    for await (const { request } of passes(heir, west, name, clock))
      if (request?.status?.phase === 'Copying') break;
    const late = await bringToRest(east, name, EAST);
    expect(late.status).toMatchObject({ phase: 'Failed', failure: { reason: 'TurnLost' } });
    const source = await indexOf(east.es, from);
    expect(source && isBlocked(source), 'the block of the heir').toBe(true);
    expect(await holdersOf([from, alias])).toEqual(['west', 'west']);
    expect((await settle(heir, west, name, clock))?.status?.phase).toBe('Completed');
    await heir.close();
    expect(await membersOf(alias)).toEqual([theirs]);
  });
});

describe('a request that comes back after its heir has moved the aliases', () => {
  it('leaves the way back alone that the heir keeps open', async () => {
    const { from, theirs, name, alias } = await contested({ sourceAfter: { rollbackWindow: '1h' } });
    await dieIn(east, name, 'Copying');
    const clock = skippingClock();
    const heir = startProcess(west, { clock, ...WEST });
    for (const wait of [0, 0, ...Array<number>(ABANDONED_MS / MINUTE).fill(MINUTE)]) {
      clock.skip(wait);
      await heir.pass(name);
    }
    for await (const { request } of passes(heir, west, name, clock))
      if (request?.status?.rollbackUntil !== undefined) break;
    await heir.close();
    expect(await membersOf(alias)).toEqual([theirs]);
    const late = await bringToRest(east, name, EAST);
    expect(late.status).toMatchObject({ phase: 'Failed', failure: { reason: 'TurnLost' } });
    const source = await indexOf(east.es, from);
    expect(source && isBlocked(source), 'the block of the heir').toBe(true);
    expect(Object.keys(source?.aliases ?? {})).toEqual([]);
    expect(await membersOf(alias)).toEqual([theirs]);
  });
});

describe('the locks', () => {
  it('may be lost: the epoch alias is waited for, and the owner writes them again', async () => {
    const { from, name } = await contested();
    await dieIn(east, name, 'Copying');
    await east.es.request({ method: 'DELETE', path: `/${LOCK_INDEX}` });
    const clock = skippingClock();
    const other = startProcess(west, { clock, ...WEST });
    await other.pass(name);
    await other.pass(name);
    await other.close();
    expect((await readRequest(west, name))?.status?.turn?.holder).toMatch(
      /alias is es-steward-[0-9a-f]{8}-\d+$/,
    );
    const process = startProcess(east, { clock, ...EAST });
    await process.pass(name);
    expect(await holdersOf([from])).toEqual(['east']);
    expect((await settle(process, east, name, clock))?.status?.phase).toBe('Completed');
    await process.close();
  });

  it('go when the request is cancelled, also when nobody knows any more that it has some', async () => {
    const { from, to, name, alias } = await contested();
    await dieIn(east, name, 'Copying');
    expect(await holdersOf([from, to, alias])).toEqual(['east', 'east', 'east']);
    await editRequest(east, name, { spec: { cancel: true } });
    await eraseStatus(east, name);
    expect((await bringToRest(east, name, EAST)).status.phase).toBe('Cancelled');
    expect(await holdersOf([from, to, alias])).toEqual([undefined, undefined, undefined]);
  });

  it('are written down and taken again by a request that knows of none', async () => {
    const { from, to, name, alias } = await contested();
    await dieIn(east, name, 'Copying');
    await east.es.request({ method: 'DELETE', path: `/${LOCK_INDEX}` });
    await east.api.mergePatch(requestRef(east, name), { status: { locks: null } }, { subresource: 'status' });
    const held: unknown[] = [];
    const { status } = await bringToRest(east, name, {
      ...EAST,
      at: { Verifying: async () => void held.push(...(await holdersOf([from, to, alias]))) },
    });
    expect(held).toEqual(['east', 'east', 'east']);
    expect(status.phase).toBe('Completed');
    expect(await holdersOf([from, to, alias])).toEqual([undefined, undefined, undefined]);
  });

  it('of a stranger hold nobody up for ever', async () => {
    const { from, to, name } = await createSource(east, { documents: numbered(20) });
    await east.es.request({ method: 'PUT', path: `/${LOCK_INDEX}/_doc/${from}`, body: { made: 'by hand' } });
    await createRequest(east, name, { from, to });
    const clock = skippingClock();
    const process = startProcess(east, { clock, ...EAST });
    await process.pass(name);
    await process.pass(name);
    expect((await readRequest(east, name))?.status?.turn?.holder).toContain(`document ${from}`);
    expect((await settle(process, east, name, clock))?.status?.phase).toBe('Completed');
    await process.close();
    expect(await readLocks(east.es, [from])).toEqual([undefined]);
  });
});
