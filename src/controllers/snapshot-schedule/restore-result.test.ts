import { expect, it } from 'vitest';
import type { Comparison } from './observed.ts';
import { resultOf } from './restore-result.ts';
import type { Situation } from './situation.ts';

/** The message about one index that was restored. */
function messageOf(comparison: Omit<Comparison, 'source' | 'isGone'>): string | undefined {
  // A cast: nothing else of it is used.
  const situation = { plan: { deadlineMs: 1 }, mayAct: true, seen: {}, now: 0 } as Situation;
  const restoring = {
    snapshot: 's',
    repository: 'backups',
    slot: '2026-06-15T12:00:00Z',
    startTime: '2026-06-15T12:00:00Z',
    indices: [{ source: 'a', restored: 'a-restore-check-1' }],
  };
  const comparisons = [{ source: 'a', isGone: false, ...comparison }];
  return resultOf(situation, restoring, { candidates: [], restored: [], comparisons })?.message;
}

it.each([
  [1, 1, true, 'a: 1 document restored, as many as it has'],
  [5, 8, false, 'a: 5 documents restored; it has changed since and has 8'],
  [1, 2, true, 'a has 2 documents and did not change, but 1 was restored'],
  [0, 1, true, 'a has 1 document and did not change, but 0 were restored'],
])('%d documents restored of %d are told', (restored, living, unchanged, message) => {
  expect(messageOf({ restored, living, unchanged })).toBe(message);
});
