import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { createElasticsearch } from '../../../src/elasticsearch/client.ts';
import type { ElasticsearchClient } from '../../../src/elasticsearch/client.ts';
import { createIndex } from '../../../src/elasticsearch/indices.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { environment } from '../../support/environment.ts';

/** A client of the Elasticsearch of this test run; closed at the end of the file, its indexes deleted. */
export function connect(maxResponseBytes = 10_000_000): ElasticsearchClient {
  const { url, username, password = '', caFile } = environment().elasticsearch;
  const es = createElasticsearch({
    endpoints: [url],
    auth: username === undefined ? { type: 'none' } : { type: 'basic', username, password },
    ...(caFile !== undefined && { tls: { ca: readFileSync(caFile, 'utf8') } }),
    requestTimeoutMs: 30_000,
    maxResponseBytes,
  });
  // Here, while the file is read: a hook that is asked for within a test never runs.
  afterAll(async () => {
    await deleteCreated(es);
    await es.close();
  });
  return es;
}

const created = new WeakMap<ElasticsearchClient, string[]>();

async function deleteCreated(es: ElasticsearchClient): Promise<void> {
  const names = created.get(es) ?? [];
  if (names.length === 0) return;
  await es.request({ method: 'DELETE', path: `/${names.join(',')}`, query: { ignore_unavailable: true } });
}

/** A name that no other test uses; the index of that name is deleted at the end of the file. */
export function uniqueName(es: ElasticsearchClient, prefix: string): string {
  const name = `t-${prefix}-${randomBytes(4).toString('hex')}`;
  created.set(es, [...(created.get(es) ?? []), name]);
  return name;
}

/** An index with `count` documents `{n: 0..}` whose ids are their numbers, searchable. */
export async function indexWithDocuments(
  es: ElasticsearchClient,
  prefix: string,
  count: number,
  shards = 1,
): Promise<string> {
  const name = uniqueName(es, prefix);
  const settings = { number_of_shards: shards, number_of_replicas: 0, refresh_interval: '-1' };
  await createIndex(es, name, { settings });
  await writeDocuments(es, name, count);
  await refresh(es, name);
  return name;
}

export async function writeDocuments(es: ElasticsearchClient, index: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) => `{"index":{"_id":"${n}"}}\n{"n":${n}}\n`);
  if (count > 0) await es.request({ method: 'POST', path: `/${index}/_bulk`, body: lines.join('') });
}
