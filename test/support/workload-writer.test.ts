import { describe, expect, it } from 'vitest';
import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../src/elasticsearch/errors.ts';
import { sendBulk } from './workload-bulk.ts';
import { seededRandom, workloadDocuments } from './workload-documents.ts';
import { createPulse } from './workload-pulse.ts';
import type { Operation, WriterRecord } from './workload-record.ts';
import { writeUntil } from './workload-writer.ts';

const happened = { index: { status: 201 } };
const failed = (status: number, type: string) => ({ index: { status, error: { type, reason: 'why' } } });
const blocked = failed(403, 'cluster_block_exception');
const lost = new ElasticsearchError({
  errorClass: 'unknownOutcome',
  outcomeUnknown: true,
  publicMessage: 'the answer was lost',
});

const documentOf = workloadDocuments(200, seededRandom(1));
const steps: readonly Operation[] = ['a', 'b'].map((id, n) => ({ type: 'write', id, version: n + 1 }));

/** Gives one answer after the other: items of a bulk request, or an error. */
function answering(
  ...answers: readonly (readonly object[] | Error)[]
): Elasticsearch & { readonly bodies: string[] } {
  const bodies: string[] = [];
  return {
    bodies,
    async request({ body }) {
      const answer = answers[bodies.length];
      bodies.push(String(body));
      if (answer instanceof Error) throw answer;
      return { items: answer };
    },
  };
}

describe('one bulk request', () => {
  const send = (answer: readonly object[] | Error) =>
    sendBulk({ es: answering(answer), alias: 'alias' }, steps, documentOf);

  it.each([
    ['a write block', blocked, { type: 'refused', reason: 'blocked' }],
    [
      'a full queue',
      failed(429, 'es_rejected_execution_exception'),
      { type: 'refused', reason: 'overloaded' },
    ],
    [
      'an alias that is not there',
      failed(404, 'index_not_found_exception'),
      { type: 'refused', reason: 'indexNotFound' },
    ],
    ['a shard that is down', failed(503, 'unavailable_shards_exception'), { type: 'doubtful' }],
    ['the deletion of nothing', { delete: { status: 404 } }, { type: 'happened' }],
  ])('says what became of each step: %s', async (_name, item, outcome) => {
    expect(await send([happened, item])).toEqual([{ type: 'happened' }, outcome]);
  });

  it('doubts every step whose answer was lost', async () => {
    expect(await send(lost)).toEqual([{ type: 'doubtful' }, { type: 'doubtful' }]);
  });

  it('fails where no copy can be the reason', async () => {
    await expect(send([happened, failed(400, 'document_parsing_exception')])).rejects.toThrow('for good');
  });
});

describe('a writer', () => {
  /** One bulk of two steps through all its tries. */
  async function writeOnce(es: Elasticsearch) {
    const stop = new AbortController();
    const known: (readonly [string, boolean | undefined])[] = [];
    const record: WriterRecord = {
      documents: new Map(),
      inserts: () => [],
      plan: () => {
        stop.abort();
        return steps;
      },
      happened: ({ id }, repeated) => void known.push([id, repeated]),
    };
    const retries: string[] = [];
    await writeUntil(stop.signal, new AbortController().signal, {
      es,
      alias: 'alias',
      record,
      pulse: createPulse(() => 0),
      documentOf,
      intervalMs: 0,
      onHappened: () => undefined,
      onRetry: (reason) => void retries.push(reason),
    });
    return { known, retries };
  }

  it('repeats only what was refused, until it has happened', async () => {
    const es = answering([blocked, happened], [blocked], [happened]);
    const { known, retries } = await writeOnce(es);
    expect(known).toEqual([
      ['b', false],
      ['a', false],
    ]);
    expect(retries).toEqual(['blocked', 'blocked']);
    expect(es.bodies[1]).toContain('"a"');
    expect(es.bodies[1]).not.toContain('"b"');
  });

  it('marks steps of which an earlier try may still be on its way', async () => {
    const { known } = await writeOnce(answering(lost, [blocked, happened], [happened]));
    expect(known).toEqual([
      ['b', true],
      ['a', true],
    ]);
  });
});
