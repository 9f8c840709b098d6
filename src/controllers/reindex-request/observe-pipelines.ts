import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getPipeline } from '../../elasticsearch/ingest.ts';
import { isPipelineName } from '../../elasticsearch/path.ts';
import { calledPipelines } from './pipeline-rules.ts';

/** The named pipeline and all that it calls, at any depth. */
export async function readPipelines(
  name: string | undefined,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  const open = name === undefined ? [] : [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next in found || next.includes('{{')) continue;
    found[next] = isPipelineName(next) ? await getPipeline(es, next, signal) : undefined;
    open.push(...calledPipelines(found[next]));
  }
  return found;
}
