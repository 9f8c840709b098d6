import { describe, expect, it } from 'vitest';
import { rollbackAlias } from '../../../src/controllers/reindex-request/names.ts';
import { editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createSource,
  difference,
  documentsOf,
  indexOf,
  isBlocked,
  numbered,
  write,
} from '../../support/reindex-indices.ts';
import { once, reindex, unknownOutcome } from '../../support/reindex-run.ts';
import type { Around, ServerCall } from '../../support/server-calls.ts';

// Calls of the operator itself that stay on their way until what they were sent for is long over.

const bed = await useReindexBed();
const refusedWith = (errorClass: string) => ({ status: 'rejected', reason: { errorClass } });

async function source() {
  const made = await createSource(bed, { documents: numbered(60) });
  await addAliases(bed.es, made.from, { [made.name]: {} });
  return made;
}

/** The first call of that kind stays on its way; its sender hears nothing of it, and tries again. */
function holdingFirst(isMeant: (call: ServerCall) => boolean, around: Around = (_, send) => send()) {
  let held: (() => Promise<unknown>) | undefined;
  const holding: Around = async (call, send) => {
    if (held || !isMeant(call)) return around(call, send);
    held = send;
    throw unknownOutcome();
  };
  const arrive = async () => (await Promise.allSettled([held?.()]))[0];
  return { around: holding, arrive };
}

const isDeletion = ({ shape }: ServerCall) => shape === 'POST /_aliases remove remove_index';

describe('a deletion that arrives when another index has the name', () => {
  it('of a cancelled copy deletes nothing of the next request', async () => {
    const { from, to } = await source();
    const { around, arrive } = holdingFirst(isDeletion);
    const slowly = { throttle: { batchSize: 5, requestsPerSecond: 6 } };
    const cancel = ({ metadata }: { metadata: { name: string } }) =>
      editRequest(bed, metadata.name, { spec: { cancel: true } });
    const late: unknown[] = [];
    const next = async () => {
      expect(await indexOf(bed.es, to)).toBeUndefined();
      const { status } = await reindex(bed, { from, to });
      expect(status).toMatchObject({ phase: 'Completed', destination: { documents: 60 } });
      late.push(await arrive());
    };
    const at = { Copying: cancel, Cancelled: next };
    const { status } = await reindex(bed, { from, to, ...slowly }, { around, at });
    expect(status.phase).toBe('Cancelled');
    expect(late).toMatchObject([refusedWith('aliasNotFound')]);
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('of an old index deletes none that was made under its name since', async () => {
    const { from, to } = await source();
    const { around, arrive } = holdingFirst(isDeletion);
    const spec = { from, to, sourceAfter: { policy: 'Delete', rollbackWindow: '0s' } };
    const late: unknown[] = [];
    const anew = async () => {
      await write(bed.es, from, numbered(3));
      late.push(await arrive());
    };
    const { status } = await reindex(bed, spec, { around, at: { Completed: anew } });
    expect(status).toMatchObject({ phase: 'Completed', sourceDeleted: true });
    expect(late).toMatchObject([refusedWith('aliasNotFound')]);
    expect(await documentsOf(bed.es, from)).toHaveLength(3);
    expect(Object.keys((await indexOf(bed.es, to))?.aliases ?? {})).not.toContainEqual(
      expect.stringContaining('es-steward-'),
    );
  });
});

/** The block is there, and nobody has heard of it: it is lifted, and set anew. */
function losingFirstBlock(around: Around): Around {
  let lost = false;
  return async (call, send) => {
    if (lost || call.shape !== 'PUT /{epoch}/_block/write') return around(call, send);
    lost = true;
    await send();
    throw unknownOutcome();
  };
}

const isLift = ({ shape }: ServerCall) => shape === 'PUT /{epoch}/_settings';

describe('the lift of an unproven block that arrives right before the aliases move', () => {
  /** Whoever writes right before the move finds the index blocked all the same. */
  function arrivingBefore(move: string, writing: () => Promise<unknown>) {
    const seen: unknown[] = [];
    const lifted = holdingFirst(isLift, async (call, send) => {
      if (call.shape === move && seen.length === 0) {
        seen.push(await lifted.arrive());
        seen.push(...(await Promise.allSettled([writing()])));
      }
      return send();
    });
    return { seen, around: losingFirstBlock(lifted.around) };
  }

  it('finds nothing to lift, there', async () => {
    const { from, to, name } = await source();
    const late = [{ id: 'late', source: { n: 1, text: 'written late' } }];
    const { seen, around } = arrivingBefore('POST /_aliases remove remove remove add', () =>
      write(bed.es, name, late),
    );
    const { status } = await reindex(bed, { from, to, writeMode: 'Online' }, { around });
    expect(seen).toMatchObject([refusedWith('indexNotFound'), { status: 'rejected' }]);
    expect(status).toMatchObject({ phase: 'Completed', aliasesMoved: [name] });
    expect(await difference(bed.es, from, to)).toBeUndefined();
  });

  it('nor back', async () => {
    const { from, to, name } = await source();
    const request = bed.name();
    const late = [{ id: 'late', source: { n: 1, text: 'written late' } }];
    const back = arrivingBefore('POST /_aliases remove remove add', () => write(bed.es, name, late));
    let isAsked = false;
    const around: Around = (call, send) => (isAsked ? back.around(call, send) : send());
    const after = once(
      ({ status }) => status?.phase === 'RollbackWindow',
      async () => {
        isAsked = true;
        await editRequest(bed, request, {
          metadata: { annotations: { 'es-steward.dev/rollback': 'please' } },
        });
      },
    );
    const spec = { from, to, sourceAfter: { rollbackWindow: '10m' } };
    const ended = await reindex(bed, spec, { name: request, around, after });
    expect(back.seen).toMatchObject([refusedWith('indexNotFound'), { status: 'rejected' }]);
    expect(ended.status.phase).toBe('RolledBack');
    expect(await documentsOf(bed.es, name)).toHaveLength(60);
    const found = await indexOf(bed.es, to);
    expect(found && isBlocked(found)).toBe(true);
    const uid = ended.request?.metadata.uid ?? '';
    expect(Object.keys(found?.aliases ?? {})).not.toContainEqual(
      expect.stringContaining(rollbackAlias(uid, 0).slice(0, -1)),
    );
  });
});
