import type { ElasticsearchClient } from '../../src/elasticsearch/client.ts';

/** A document as users write and find it. */
export interface TestDocument {
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
  readonly routing?: string;
}

/** Dates of the seed's tests, and what may not move: without a date, of today, of the future. */
export const OLD: readonly TestDocument[] = [
  { id: 'leap-day', source: { date: '2016-02-29', n: 1 } },
  { id: 'month-end', source: { date: '2016-08-31T23:59:59.999Z', n: 2 } },
  { id: 'month-begin', source: { date: '2016-09-01', n: 3 } },
  { id: 'year-end', source: { date: '2016-12-31T23:59:59.999Z', n: 4 } },
  { id: 'next-year', source: { date: '2017-01-01', n: 5 } },
  { id: 'march', source: { date: '2017-03-01', n: 6 } },
];
export const STAYING: readonly TestDocument[] = [
  { id: 'undated', source: { n: 7 } },
  { id: 'now', source: { date: new Date().toISOString(), n: 8 } },
  { id: 'future', source: { date: '2999-01-01', n: 9 } },
  { id: 'old-and-new', source: { date: ['2016-03-03', new Date().toISOString()], n: 10 } },
];

export async function writeDocuments(
  es: ElasticsearchClient,
  index: string,
  documents: readonly TestDocument[],
): Promise<void> {
  const lines = documents.map(
    ({ id, routing, source }) =>
      `${JSON.stringify({ index: { _id: id, ...(routing === undefined ? {} : { routing }) } })}\n${JSON.stringify(source)}\n`,
  );
  const answer = (await es.request({
    method: 'POST',
    path: `/${index}/_bulk`,
    query: { refresh: true },
    body: lines.join(''),
  })) as { readonly errors: boolean };
  if (answer.errors) throw new Error(`documents of ${index} were refused: ${JSON.stringify(answer)}`);
}

interface Hits {
  readonly hits: {
    readonly hits: readonly {
      readonly _index: string;
      readonly _id: string;
      readonly _routing?: string;
      readonly _source: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** Every document of every index of a prefix: by id, where it is and what it says. */
export async function documentsOf(
  es: ElasticsearchClient,
  prefix: string,
): Promise<
  ReadonlyMap<
    string,
    readonly { readonly index: string; readonly source: unknown; readonly routing: string | undefined }[]
  >
> {
  await es.request({ method: 'POST', path: `/${prefix}*/_refresh` });
  const body = { size: 10_000, sort: ['_index'] };
  const { hits } = (await es.request({ method: 'POST', path: `/${prefix}*/_search`, body })) as Hits;
  const found = Map.groupBy(hits.hits, ({ _id }) => _id);
  return new Map(
    [...found].map(([id, those]) => [
      id,
      those.map(({ _index, _source, _routing }) => ({
        index: _index.slice(prefix.length),
        source: _source,
        routing: _routing,
      })),
    ]),
  );
}

/** By id, the indexes that a document is in, joined. */
export async function placesOf(
  es: ElasticsearchClient,
  prefix: string,
): Promise<Readonly<Record<string, string>>> {
  const all = await documentsOf(es, prefix);
  return Object.fromEntries([...all].map(([id, those]) => [id, those.map(({ index }) => index).join(', ')]));
}

/** Each of these documents is in that index. */
export const inIndex = (
  index: string,
  documents: readonly TestDocument[],
): Readonly<Record<string, string>> => Object.fromEntries(documents.map(({ id }) => [id, index]));
