import { expect, it } from 'vitest';
import { indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Listing } from './observe-listings.ts';
import { createRecall } from './recalled-writes.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const MINUTE = 60_000;
const indices = ['a', 'b', 'c'].map((name) => indexOf(name));
// A cast: nothing else of it is used.
const listing = { indices, written: new Set(['uuid-of-c']) } as unknown as Listing;

const targets = [{ name: 'logs', pattern: 'logs-*' }];

const left = (time: string, reason = 'RecentlyWritten') => {
  const plan = {
    hash: 'h',
    time,
    held: [
      { index: 'a', reason },
      { index: 'gone', reason },
    ],
  };
  // A cast: the rest of a plan says nothing of writes.
  return { ...policyOf(targets), status: { plan } } as unknown as ReturnType<typeof policyOf>;
};

it('holds what the process before it saw being written to, for as long as that counted', () => {
  const recall = createRecall();
  const policy = left('2026-03-01T00:25:00Z');
  expect(recall(policy, listing, NOW).written).toEqual(new Set(['uuid-of-c', 'uuid-of-a']));
  // By then its own plans say the same, and prove nothing.
  const own = left('2026-03-01T00:34:00Z');
  expect(recall(own, listing, NOW + 4 * MINUTE).written).toContain('uuid-of-a');
  expect(recall(own, listing, NOW + 5 * MINUTE).written).toEqual(listing.written);
});

it.each([
  ['another reason', left('2026-03-01T00:25:00Z', 'SoleAliasMember')],
  ['a plan of long ago', left('2026-03-01T00:20:00Z')],
  ['no plan', policyOf(targets)],
])('holds nothing for %s', (_, policy) => {
  expect(createRecall()(policy, listing, NOW).written).toEqual(listing.written);
});
