import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { getIndex } from '../../elasticsearch/indices.ts';
import type { Pass } from '../../runtime/controller.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { Target } from './actions.ts';
import { factsOf } from './index-facts.ts';

export interface EffectContext {
  readonly es: Elasticsearch;
  readonly resource: ReindexRequest;
  readonly pass: Pass;
  /** How small a range may be; its own default when absent. */
  readonly fewestDocumentsPerRange?: number | undefined;
}

/** The index, if it is still the very one that was judged. */
export async function requireSame(es: Elasticsearch, target: Target, signal: AbortSignal) {
  const [found] = await getIndex(es, target.index, signal);
  if (found?.uuid !== target.uuid)
    throw new FencedError(`${target.index} is not the index any more that was judged`);
  return factsOf(found);
}
