import type { ElasticsearchCall } from './metrics.ts';

/** Areas of the API whose next word belongs to the API; anywhere else it is a name that somebody chose. */
const AREAS = new Set(['_cluster', '_nodes', '_cat', '_security', '_ingest']);

/**
 * The request as a metrics label: chosen names are replaced, so that there are no more labels than calls in the code.
 * `GET /logs-2024/_search` is `GET {name}/_search`.
 */
export function operationOf({ method, path }: ElasticsearchCall): string {
  const words = (path.split('?')[0] ?? '').split('/').filter((word) => word !== '');
  const shown = words.map((word, index) => {
    const isApi = word.startsWith('_') || AREAS.has(words[index - 1] ?? '');
    return isApi && /^[a-z_]+$/.test(word) ? word : '{name}';
  });
  return `${method} ${shown.join('/') || '/'}`;
}
