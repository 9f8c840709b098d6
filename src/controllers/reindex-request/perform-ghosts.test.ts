import { expect, it } from 'vitest';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { removeGhosts } from './perform-ghosts.ts';

const ghost = { id: 'a', routing: 'r1' };

/** A destination in which the document is stored with one routing when it is read first, and with another after the delete. */
function destination(routings: readonly string[], status: number): Elasticsearch {
  const reads = [...routings];
  const request = async ({ path }: ElasticsearchRequest) => {
    if (path.endsWith('/_bulk')) return { items: [{ delete: { status } }] };
    const [_routing] = reads.splice(0, 1);
    return { docs: [{ found: true, _id: 'a', _routing, _seq_no: 7, _primary_term: 1 }] };
  };
  return { request };
}

const removed = (es: Elasticsearch) => removeGhosts(es, 'new', [ghost], new AbortController().signal);

it('takes the same id with another routing for another document, whenever a range has written it', async () => {
  expect(await removed(destination(['r2'], 200))).toBe(0);
  expect(await removed(destination(['r1', 'r2'], 409))).toBe(0);
});

it('keeps what somebody has written under the same key meanwhile, and says so', async () => {
  await expect(removed(destination(['r1', 'r1'], 409))).rejects.toMatchObject({ errorClass: 'incomplete' });
});
