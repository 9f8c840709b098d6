import { describe, expect, it } from 'vitest';
import { refusalError } from '../kubernetes/errors.ts';
import { request } from '../../test/support/plugin-objects.ts';
import { memorySession } from '../../test/support/plugin-session.ts';
import { rollback } from './rollback.ts';

const ROLLBACK = 'es-steward.dev/rollback';
const open = {
  phase: 'RollbackWindow',
  rollbackUntil: '2026-11-26T12:00:00Z',
  aliasesMoved: ['orders'],
} as const;

/** A rollback that is asked for; `operator` is told of each request, and may answer. */
function asked(
  line: string,
  stored: ReturnType<typeof request>,
  operator: (asked: string) => void = () => undefined,
) {
  const bed = memorySession(line, stored);
  const wishes: string[] = [];
  const wish = () => bed.kubernetes.stored('orders-v2')?.metadata.annotations?.[ROLLBACK];
  bed.kubernetes.before = (each) => {
    const value = wish();
    if (value !== undefined && value !== wishes.at(-1)) wishes.push(value);
    operator(each);
  };
  const answer = () => bed.kubernetes.edit('orders-v2', { status: { lastHandledRollback: wish() ?? null } });
  return { ...bed, wish, wishes, answer, ended: () => rollback(bed.session, bed.args) };
}

describe('a rollback', () => {
  it('that is not waited for asks for the loss anew when it was refused before', async () => {
    const line = 'rollback orders-v2 -n shop --yes --discard-new-writes --no-wait';
    const refused = request({ ...open, lastHandledRollback: 'discard-new-writes' });
    const bed = asked(line, refused, (each) => {
      if (each.startsWith('GET') && bed.wish() !== undefined) bed.answer();
    });
    expect(await bed.ended()).toBe(0);
    expect(bed.wishes).toEqual([expect.stringMatching(/^kubectl-/)]);
    expect(bed.wish()).toBe('discard-new-writes');
  });

  it('that is not waited for is asked for and no more', async () => {
    const bed = asked('rollback orders-v2 -n shop --yes --no-wait', request(open));
    expect(await bed.ended()).toBe(0);
    expect(bed.wish()).toMatch(/^kubectl-/);
  });

  it('outlives an API server that is away, and says that the wish stays', async () => {
    const bed = asked('rollback orders-v2 -n shop --yes', request(open), (each) => {
      if (each.startsWith('GET') && bed.wish() !== undefined)
        throw refusalError('GET reindexrequests', { status: 503, body: '', mutating: false });
    });
    await expect(bed.ended()).rejects.toThrow(/the API server has not answered within 120 s, the wish stays/);
  });

  it('of a suspended request is refused before it is asked for, with the cause', async () => {
    const bed = asked('rollback orders-v2 -n shop --yes', request(open, { suspend: true }));
    await expect(bed.ended()).rejects.toThrow(/spec\.suspend/);
    expect(bed.wish()).toBeUndefined();
  });
});
