import { expect } from 'vitest';
import type { ReindexRequest } from '../../src/crds/reindex-request.ts';
import { readLocks } from '../../src/elasticsearch/locks.ts';
import { DOCUMENTS, type Run } from './crash-harness.ts';
import {
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  isHidden,
  leftovers,
  tasksOf,
} from './reindex-indices.ts';
import { readRequest } from './reindex-bed.ts';

/** One copy, whole and proven, with every alias; nothing of ours is left anywhere. */
export async function expectCompleted(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status).toMatchObject({ phase: 'Completed', progress: { percent: 100 } });
  await expectMoved(run);
}

async function expectMoved(run: Run): Promise<void> {
  await expectNothingHeld(run);
  const { es } = run.bed;
  const [source, destination] = await Promise.all([indexOf(es, run.from), indexOf(es, run.to)]);
  expect(source?.aliases).toEqual({});
  expect(destination?.aliases).toEqual(run.aliases);
  expect(destination && isHidden(destination)).toBe(false);
  expect(await difference(es, run.from, run.to)).toBeUndefined();
  expect(await documentsOf(es, run.to)).toHaveLength(DOCUMENTS);
}

/** A copy beside its source, which keeps its aliases and its writers. */
export async function expectCopied(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status).toMatchObject({ phase: 'Completed', progress: { percent: 100 } });
  await expectUndone(run);
  expect(await difference(run.bed.es, run.from, run.to)).toBeUndefined();
  expect((await indexOf(run.bed.es, run.to))?.aliases).toEqual({});
}

/** The source is as if nothing had been: every document, every alias, no block. */
export async function expectUndone(run: Run): Promise<void> {
  await expectNothingHeld(run);
  const source = await indexOf(run.bed.es, run.from);
  expect(source?.aliases).toEqual(run.aliases);
  expect(await documentsOf(run.bed.es, run.from)).toHaveLength(DOCUMENTS);
}

export async function expectCancelled(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status?.phase).toBe('Cancelled');
  await expectUndone(run);
  expect(await indexOf(run.bed.es, run.to)).toBeUndefined();
}

export function expectFailed(
  reason: string,
): (run: Run, request: ReindexRequest | undefined) => Promise<void> {
  return async (run, request) => {
    expect(request?.status).toMatchObject({ phase: 'Failed', failure: { reason } });
    await expectUndone(run);
    await expectHalfCopy(run);
  };
}

export async function expectDeleted(run: Run): Promise<void> {
  expect(await readRequest(run.bed, run.name)).toBeUndefined();
  await expectUndone(run);
  await expectHalfCopy(run);
}

/** Deleted too late to undo: the move is finished, then the request goes. */
export async function expectDeletedAfterMove(run: Run): Promise<void> {
  expect(await readRequest(run.bed, run.name)).toBeUndefined();
  await expectMoved(run);
}

/** What stays of the destination, if it was created, can be told from a finished index. */
async function expectHalfCopy({ bed, to, uid }: Run): Promise<void> {
  const destination = await indexOf(bed.es, to);
  if (destination === undefined) return;
  expect(isHidden(destination)).toBe(true);
  expect(destination.aliases).toEqual({});
  expect(destination.mappings['_meta']).toMatchObject({ 'es-steward': { uid, state: 'copying' } });
}

async function expectNothingHeld({ bed, name, uid, from, to, aliases }: Run): Promise<void> {
  const { es } = bed;
  const names = [from, to, ...Object.keys(aliases)];
  expect((await readLocks(es, names)).filter(Boolean), 'locks').toEqual([]);
  expect(await leftovers(es, uid), 'epoch aliases and scratch indexes').toEqual([]);
  expect(await tasksOf(es, uid), 'running tasks').toEqual([]);
  const source = await indexOf(es, from);
  expect(source !== undefined && isBlocked(source), 'a write block on the source').toBe(false);
  const request = await readRequest(bed, name);
  expect(request?.metadata.finalizers ?? [], 'finalizers').toEqual([]);
}

/** As before the copy; the destination stays, out of sight and without writes. */
export async function expectRolledBack(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status?.phase).toBe('RolledBack');
  await expectUndone(run);
  const { es } = run.bed;
  const [source, destination] = await Promise.all([indexOf(es, run.from), indexOf(es, run.to)]);
  expect(source && isHidden(source)).toBe(false);
  expect(destination?.aliases).toEqual({});
  expect(destination && [isBlocked(destination), isHidden(destination)]).toEqual([true, true]);
}

/** The window has come to its end as if nobody had asked, and the destination takes writes. */
export async function expectRollbackRefused(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status).toMatchObject({ phase: 'Completed', rollbackRefused: 'NewWrites', newWrites: 1 });
  await expectNothingHeld(run);
  const [source, destination] = await Promise.all([
    indexOf(run.bed.es, run.from),
    indexOf(run.bed.es, run.to),
  ]);
  expect(source && isHidden(source)).toBe(false);
  expect(destination?.aliases).toEqual(run.aliases);
  expect(destination && [isBlocked(destination), isHidden(destination)]).toEqual([false, false]);
}

export async function expectSourceDeleted(run: Run, request: ReindexRequest | undefined): Promise<void> {
  expect(request?.status).toMatchObject({ phase: 'Completed', progress: { percent: 100 } });
  expect(await indexOf(run.bed.es, run.from)).toBeUndefined();
  await expectNothingHeld(run);
  expect((await indexOf(run.bed.es, run.to))?.aliases).toEqual(run.aliases);
  expect(await documentsOf(run.bed.es, run.to)).toHaveLength(DOCUMENTS);
}
