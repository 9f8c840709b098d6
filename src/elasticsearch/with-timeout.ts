import type { Elasticsearch } from './elasticsearch.ts';

/** The same cluster, each request of which may take `timeoutMs` at most at each endpoint that it asks. */
export function withTimeout(es: Elasticsearch, timeoutMs: number): Elasticsearch {
  return { request: (request, signal) => es.request({ ...request, timeoutMs }, signal) };
}
