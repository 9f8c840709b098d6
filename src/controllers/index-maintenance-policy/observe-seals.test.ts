import { describe, expect, it } from 'vitest';
import { indexOf } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { readSeals } from './observe-seals.ts';

const NOW = Date.parse('2016-03-01T12:00:00Z');
const START = NOW - 60_000;
const taken = { repository: 'backups', snapshot: 's', start: START };
const logs = indexOf('logs');
const log = { info: () => {}, warn: () => {} };

interface Shard {
  /** Milliseconds after the start of the snapshot; undefined: the snapshot says nothing of it. */
  readonly began?: number;
  /** The same, of what the statistics say. */
  readonly committed: number;
  readonly uncommitted?: number;
}

/** A cluster whose answers come as late as that, one look after the other. */
function cluster(shards: readonly Shard[], lateMs: readonly number[] = [0], failure?: ErrorClass) {
  const asked: string[] = [];
  let looks = 0;
  const answer = ({ path }: ElasticsearchRequest): unknown => {
    asked.push(path);
    if (path.endsWith('/_status')) {
      if (failure)
        throw new ElasticsearchError({ errorClass: failure, publicMessage: '', outcomeUnknown: false });
      const told = shards.flatMap(({ began }, at) =>
        began === undefined ? [] : [[at, { stats: { start_time_in_millis: START + began } }] as const],
      );
      return { snapshots: [{ indices: { logs: { shards: Object.fromEntries(told) } } }] };
    }
    if (path.startsWith('/_nodes')) return { nodes: { a: { timestamp: NOW + (lateMs[looks++] ?? 0) } } };
    const told = shards.map(({ committed, uncommitted = 0 }, at) => {
      const age = NOW - START - committed;
      const translog = { uncommitted_operations: uncommitted, earliest_last_modified_age: age };
      return [at, [{ routing: { primary: true, node: 'a' }, translog }]] as const;
    });
    return { indices: { logs: { shards: Object.fromEntries(told) } } };
  };
  const es = { request: async (request: ElasticsearchRequest) => answer(request) };
  // A cast: nothing else of it is used.
  return { asked, cluster: { es } as unknown as Cluster };
}

const signal = new AbortController().signal;
const isSealed = async (...args: Parameters<typeof cluster>) => {
  const made = cluster(...args);
  return (await readSeals([{ index: logs, taken }], made.cluster, { signal, log })).has(logs.uuid);
};

describe('the last commit of an index', () => {
  it.each<[boolean, string, readonly Shard[]]>([
    [true, 'before its snapshot began with the shard', [{ began: 900, committed: 800 }]],
    [true, 'as long after it as the clock of the node stands still', [{ began: 900, committed: 1_150 }]],
    [false, 'later', [{ began: 900, committed: 1_151 }]],
    [
      true,
      'each before its own shard',
      [
        { began: 200, committed: 0 },
        { began: 5_000, committed: 4_900 },
      ],
    ],
    [
      false,
      'of one shard later',
      [
        { began: 200, committed: 0 },
        { began: 200, committed: 4_900 },
      ],
    ],
    [false, 'with writes after it', [{ began: 900, committed: 800, uncommitted: 1 }]],
    [
      false,
      'of a shard of which the snapshot says nothing',
      [{ began: 900, committed: 0 }, { committed: 0 }],
    ],
  ])('is that of its snapshot: %s, when it is %s', async (expected, _, shards) => {
    expect(await isSealed(shards)).toBe(expected);
  });

  it('is told by the answer that came soonest', async () => {
    const shards = [{ began: 900, committed: 1_000 }];
    expect(await isSealed(shards, [400, 100])).toBe(true);
    expect(await isSealed(shards, [400, 400, 400])).toBe(false);
  });

  it.each<ErrorClass>(['notFound', 'forbidden', 'serverError'])(
    'is not known where the snapshot cannot be read: %s',
    async (failure) => {
      expect(await isSealed([{ began: 900, committed: 0 }], [0], failure)).toBe(false);
    },
  );

  it('is asked about once for each snapshot, and not where all is clear', async () => {
    const { asked, cluster: one } = cluster([{ began: 900, committed: 800 }]);
    await readSeals([], one, { signal, log });
    expect(asked).toEqual([]);
    await readSeals(
      [
        { index: logs, taken },
        { index: indexOf('logs'), taken },
      ],
      one,
      { signal, log },
    );
    expect(asked.filter((path) => path.endsWith('/_status'))).toEqual(['/_snapshot/backups/s/_status']);
  });
});
