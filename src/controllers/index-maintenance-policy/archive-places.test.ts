import { array, assert, integer, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hit } from '../../elasticsearch/search.ts';
import { beyond, knownAt, lastPlace, type Place, searchAfter } from './archive-places.ts';

interface Stored {
  readonly date: number;
  readonly seqNo: number;
  readonly shard: number;
}

const hitOf = ({ date, seqNo, shard }: Stored): Hit => ({
  id: `${shard}-${seqNo}`,
  routing: undefined,
  source: { date },
  seqNo,
  primaryTerm: 1,
  sort: [date, seqNo],
});

const inOrder = (a: Stored, b: Stored): number => a.date - b.date || a.seqNo - b.seqNo || a.shard - b.shard;

/** What Elasticsearch answers: everything that sorts after the two values. */
function searched(all: readonly Stored[], size: number, after: Place | undefined): readonly Hit[] {
  const { search_after: values } = searchAfter(after) as { search_after?: readonly [number, number] };
  const [date, seqNo] = values ?? [-Infinity, -Infinity];
  const found = all.filter((each) => each.date > date || (each.date === date && each.seqNo > seqNo));
  return beyond(after, found.slice(0, size + knownAt(after)).map(hitOf)).slice(0, size);
}

describe('a run through documents that stay where they are', () => {
  it('comes to each of them once, also where shards have the same date and sequence number', () => {
    const documents = uniqueArray(
      record({
        date: integer({ min: -1, max: 2 }),
        seqNo: integer({ min: 0, max: 3 }),
        shard: integer({ min: 0, max: 3 }),
      }),
      { selector: ({ seqNo, shard }) => `${shard} ${seqNo}`, maxLength: 16 },
    );
    assert(
      property(
        documents,
        array(integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        (stored, sizes) => {
          const all = [...stored].sort(inOrder);
          const seen: string[] = [];
          let after: Place | undefined;
          for (let step = 0; step <= all.length; step += 1) {
            const hits = searched(all, sizes[step % sizes.length] ?? 1, after);
            if (hits.length === 0) break;
            seen.push(...hits.map(({ id }) => id));
            after = lastPlace(hits, after);
          }
          expect(seen.toSorted()).toEqual(all.map((each) => hitOf(each).id).toSorted());
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('begins with the first one', () => {
    expect([searchAfter(undefined), lastPlace([], undefined)]).toEqual([{}, undefined]);
  });
});
