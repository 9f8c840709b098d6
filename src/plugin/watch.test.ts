import { describe, expect, it } from 'vitest';
import { refusalError } from '../kubernetes/errors.ts';
import { request } from '../../test/support/plugin-objects.ts';
import { memorySession } from '../../test/support/plugin-session.ts';
import { watch } from './watch.ts';

const progress = { percent: 63, display: '63%', message: '', completed: 63, total: 100 };
const refused = (status: number) =>
  refusalError('GET reindexrequests', { status, body: '', mutating: false });

/** A copy that is watched; what the API server answers to each look after the first reading of it. */
function watched(line: string, answer: (look: number) => number) {
  const bed = memorySession(line, request({ phase: 'Copying', progress }));
  let looks = -1;
  bed.kubernetes.before = (asked) => {
    if (!asked.startsWith('GET')) return;
    looks += 1;
    const status = looks === 0 ? 200 : answer(looks);
    if (status !== 200) throw refused(status);
    if (looks > 3) bed.kubernetes.edit('orders-v2', { status: { phase: 'Completed' } });
  };
  return { ...bed, ended: watch(bed.session, bed.args) };
}

describe('a watch', () => {
  it.each([502, 503, 429, 500])(
    'outlives looks that are answered with %i, and shows how far it was',
    async (status) => {
      const { ended, text } = watched('watch reindex/orders-v2 -n shop', (look) => (look < 4 ? status : 200));
      expect(await ended).toBe(0);
      expect(text()).toMatch(/63% {2}the API server does not answer.*\n(.*\n)*.*Completed/);
    },
  );

  it('ends by its time and not by the outage', async () => {
    const { ended } = watched('watch reindex/orders-v2 -n shop --timeout=2h', () => 503);
    await expect(ended).rejects.toThrow('within --timeout');
  });

  it('ends at once with what waiting does not mend', async () => {
    const { ended } = watched('watch reindex/orders-v2 -n shop', () => 403);
    await expect(ended).rejects.toMatchObject({ class: 'forbidden' });
  });
});
