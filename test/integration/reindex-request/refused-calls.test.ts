import { afterAll, describe, expect, it } from 'vitest';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { eventually } from '../../support/eventually.ts';
import {
  createRequest,
  editRequest,
  readRequest,
  type RequestSpec,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import {
  createIndex,
  difference,
  type IndexBody,
  indexOf,
  isBlocked,
  leftovers,
  oneShard,
  tasksOf,
  write,
} from '../../support/reindex-indices.ts';
import { passes, type ReindexProcess, settle, startProcess } from '../../support/reindex-process.ts';
import { type SkippingClock, skippingClock } from '../../support/skipping-clock.ts';

// A cluster that refuses: for want of memory, and because the login of the connection was changed. One of the file's own.

const DOCUMENT_BYTES = 10_000;
const DOCUMENTS = 120;
const BATCH = 10;

const cluster = await startPrivateElasticsearch({
  secure: true,
  // One batch of the copy at a time, and not two.
  settings: { 'indexing_pressure.memory.limit': `${1.5 * BATCH * DOCUMENT_BYTES}b` },
});
afterAll(() => cluster.stop());
const bed = await useReindexBed({}, cluster.info);

async function source(index: IndexBody = oneShard) {
  const name = bed.name();
  const [from, to] = [`${name}-old`, `${name}-new`];
  await createIndex(bed.es, from, index);
  const text = 'x'.repeat(DOCUMENT_BYTES);
  const documents = Array.from({ length: DOCUMENTS }, (_, n) => ({ id: String(n), source: { n, text } }));
  // One after the other: a bulk that is divided among shards takes more of what may be written at once.
  for (const document of documents) await write(bed.es, from, [document], false);
  await refresh(bed.es, from);
  return { from, to, name };
}

/** To begin with a task for each, on however few processors. */
const sixShards: IndexBody = { settings: { number_of_shards: 6, number_of_replicas: 0 } };

interface Copy {
  readonly process: ReindexProcess;
  readonly clock: SkippingClock;
  readonly request: ReindexRequest;
}

/** A copy that has a task at work. */
async function begin(spec: { readonly from: string; readonly to: string } & RequestSpec): Promise<Copy> {
  const name = bed.name();
  const clock = skippingClock();
  await createRequest(bed, name, spec);
  const process = startProcess(bed, { clock });
  for await (const { request } of passes(process, bed, name, clock))
    if (request?.status?.copy?.running.some(({ task }) => task !== undefined))
      return { process, clock, request };
  throw new Error(`${name} has never begun to copy`);
}

async function end({ process, clock, request }: Copy) {
  const ended = await settle(process, bed, request.metadata.name, clock);
  await process.close();
  return ended?.status ?? {};
}

const readyOf = (request: ReindexRequest | undefined) =>
  request?.status?.conditions?.find(({ type }) => type === 'Ready');

async function expectWhole({ request }: Copy, from: string, to: string) {
  expect(await difference(bed.es, from, to)).toBeUndefined();
  const old = await indexOf(bed.es, from);
  expect(old && isBlocked(old)).toBe(false);
  expect(await leftovers(bed.es, request.metadata.uid)).toEqual([]);
}

describe('a cluster under pressure (H26)', () => {
  it('that rejects batches gets fewer tasks at once, and loses nothing', async () => {
    const { from, to } = await source(sixShards);
    const name = bed.name();
    const clock = skippingClock();
    const destination = { index: to, settings: { number_of_shards: 1 } };
    await createRequest(bed, name, { from, to, destination, throttle: { batchSize: BATCH } });
    const process = startProcess(bed, { clock, fewestDocumentsPerRange: 40 });
    let refusals = 0;
    /** How many tasks at once, one after the other. */
    const places: number[] = [];
    let last: ReindexRequest | undefined;
    for await (const { request } of passes(process, bed, name, clock)) {
      const { running = [], retries = 0, parallel } = request?.status?.copy ?? {};
      refusals = Math.max(refusals, retries, ...running.map((range) => range.refusals ?? 0));
      if (parallel !== undefined) places.push(parallel);
      last = request;
    }
    await process.close();
    const [atFirst = 0] = places;
    expect(refusals, 'nothing was rejected').toBeGreaterThan(0);
    expect(atFirst).toBeGreaterThan(2);
    expect(Math.min(...places)).toBeLessThan(atFirst);
    expect(last?.status).toMatchObject({ phase: 'Completed', destination: { documents: DOCUMENTS } });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('whose circuit breaker trips on every call is waited for', async () => {
    const trip = (limit: string | null) =>
      bed.es.request({
        method: 'PUT',
        path: '/_cluster/settings',
        body: { persistent: { 'indices.breaker.total.limit': limit } },
      });
    const { from, to } = await source();
    const copy = await begin({ from, to, throttle: { batchSize: BATCH } });
    const { name } = copy.request.metadata;
    await trip('1%');
    const outcomes: string[] = [];
    for (let pass = 0; pass < 15; pass += 1) outcomes.push((await copy.process.pass(name)).type);
    await trip(null);
    expect(new Set(outcomes)).toEqual(new Set(['failed']));
    const status = await end(copy);
    expect(status).toMatchObject({ phase: 'Completed', attempt: 1, destination: { documents: DOCUMENTS } });
    await expectWhole(copy, from, to);
  });
});

describe('a login that is changed in the middle (H38)', () => {
  const ROLE = { cluster: ['all'], indices: [{ names: ['*'], privileges: ['all'] }] };
  const security = (method: 'PUT' | 'POST', path: string, body: object) =>
    bed.es.request({ method, path: `/_security/${path}`, body });
  const setRole = (role: object) => security('PUT', 'role/copier', role);
  const login = (password: string) =>
    bed.api.mergePatch(
      { kind: { group: '', version: 'v1', plural: 'secrets' }, namespace: bed.namespace, name: 'es' },
      { stringData: { username: 'copier', password } },
    );
  const slowly = { throttle: { batchSize: 2, requestsPerSecond: 4 } };
  const atFullSpeed = (copy: Copy) =>
    editRequest(bed, copy.request.metadata.name, {
      spec: { throttle: { requestsPerSecond: null, batchSize: BATCH } },
    });

  async function asCopier() {
    await setRole(ROLE);
    await security('PUT', 'user/copier', { password: 'first-password', roles: ['copier'] });
    await login('first-password');
    return source();
  }

  it('to another password (401) is said, and the copy goes on with the new one', async () => {
    const { from, to } = await asCopier();
    const copy = await begin({ from, to, ...slowly });
    const { name } = copy.request.metadata;
    await security('POST', 'user/copier/_password', { password: 'second-password' });
    await copy.process.pass(name);
    await copy.process.pass(name);
    const refused = await readRequest(bed, name);
    await login('second-password');
    await atFullSpeed(copy);
    const status = await end(copy);
    expect(refused?.status?.phase).toBe('Copying');
    expect(readyOf(refused)?.status).toBe('False');
    expect(status).toMatchObject({ phase: 'Completed', destination: { documents: DOCUMENTS } });
    await expectWhole(copy, from, to);
  });

  it('to a role without privileges (403) is said, and the copy goes on once it has them again', async () => {
    const { from, to } = await asCopier();
    const copy = await begin({ from, to, ...slowly });
    const { name, uid } = copy.request.metadata;
    await setRole({ cluster: [], indices: [] });
    await eventually('its tasks have ended', async () =>
      (await tasksOf(bed.es, uid)).length === 0 ? true : undefined,
    );
    const outcome = await copy.process.pass(name);
    const refused = await readRequest(bed, name);
    await setRole(ROLE);
    expect(outcome.type).toBe('failed');
    expect(readyOf(refused)).toMatchObject({ status: 'False', reason: 'MissingPrivileges' });
    await copy.process.pass(name);
    const waiting = await readRequest(bed, name);
    expect(waiting?.status).toMatchObject({ phase: 'Copying', copy: { forbidden: true } });
    expect(readyOf(waiting)?.message).toContain('lacks the privilege for indices:');
    await atFullSpeed(copy);
    expect(await end(copy)).toMatchObject({
      phase: 'Completed',
      attempt: 1,
      destination: { documents: DOCUMENTS },
    });
    await expectWhole(copy, from, to);
  });
});
