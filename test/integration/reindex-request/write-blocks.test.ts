import { describe, expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { editRequest, eraseStatus, useReindexBed } from '../../support/reindex-bed.ts';
import { addAliases, createSource, difference, indexOf, isBlocked } from '../../support/reindex-indices.ts';
import { bringToRest, reindex } from '../../support/reindex-run.ts';

const bed = await useReindexBed();

async function source() {
  const made = await createSource(bed);
  await addAliases(bed.es, made.from, { [`${made.name}-alias`]: {} });
  return made;
}

const block = (index: string) => bed.es.request({ method: 'PUT', path: `/${index}/_block/write` });

async function blocked(index: string): Promise<boolean> {
  const found = await indexOf(bed.es, index);
  return found !== undefined && isBlocked(found);
}

describe('a write block that a user sets during the copy', () => {
  it.for([
    ['before the request thinks of its own', 'Preparing', 'BlockFirst'],
    ['between intent and call', 'Fencing', 'BlockFirst'],
    ['between intent and call of a copy under writes', 'Fencing', 'Online'],
  ] as const)('%s is neither lifted nor set anew', async ([, phase, writeMode]) => {
    const { from, to } = await source();
    const at = { [phase]: async () => void (await block(from)) };
    const { status } = await reindex(bed, { from, to, writeMode }, { at });
    expect(status.phase).toBe('Completed');
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await blocked(from)).toBe(true);
    expect(await blocked(to)).toBe(false);
  });
});

describe('a write block that was there before and is lifted during the copy', () => {
  it('is replaced by one of the request, which ends with it', async () => {
    const { from, to } = await source();
    await block(from);
    const unblock = async () => {
      const body = { 'index.blocks.write': null };
      await bed.es.request({ method: 'PUT', path: `/${from}/_settings`, body });
    };
    const { status } = await reindex(bed, { from, to, writeMode: 'Online' }, { at: { CatchingUp: unblock } });
    expect(status).toMatchObject({ phase: 'Completed', writeOutage: expect.any(String) });
    expect(await difference(bed.es, from, to)).toBeUndefined();
    expect(await blocked(from)).toBe(false);
  });
});

describe('a write block of the request itself', () => {
  const lose = ({ metadata }: ReindexRequest) => eraseStatus(bed, metadata.name);

  it.for(['Fencing', 'Copying', 'Verifying'])(
    'ends with a copy that lost its status in %s',
    async (phase) => {
      const { from, to } = await source();
      const { status } = await reindex(bed, { from, to }, { at: { [phase]: lose } });
      expect(status.phase).toBe('Completed');
      expect(await blocked(from)).toBe(false);
    },
  );

  it('ends when the request is cancelled right after its status was lost', async () => {
    const { from, to } = await source();
    const seen: boolean[] = [];
    const loseAndCancel = async (request: ReindexRequest) => {
      seen.push(await blocked(from));
      await editRequest(bed, request.metadata.name, { spec: { cancel: true } });
      await lose(request);
    };
    const { status } = await reindex(bed, { from, to }, { at: { Copying: loseAndCancel } });
    expect(seen).toEqual([true]);
    expect(status.phase).toBe('Cancelled');
    expect(await blocked(from)).toBe(false);
  });

  it('is not mistaken for one that a user sets after the end, when the status is lost then', async () => {
    const { from, to, name } = await source();
    await reindex(bed, { from, to }, { name });
    await block(from);
    await eraseStatus(bed, name);
    const { status } = await bringToRest(bed, name);
    expect(status.phase).toBe('Completed');
    expect(await blocked(from)).toBe(true);
  });
});
