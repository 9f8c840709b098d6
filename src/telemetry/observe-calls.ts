import type { RequestEnded } from '../elasticsearch/client.ts';
import { isRead } from '../elasticsearch/elasticsearch.ts';
import type { ElasticsearchRequest } from '../elasticsearch/elasticsearch.ts';
import { isKubernetesError } from '../kubernetes/errors.ts';
import type { Transport } from '../kubernetes/transport.ts';
import type { Metrics } from './metrics.ts';

/** The transport, with calls counted of which nobody knows whether they had an effect. */
export function countingUnknownOutcomes(
  transport: Transport,
  metrics: Pick<Metrics, 'unknownOutcome'>,
): Transport {
  return {
    ...transport,
    async call(call, signal) {
      try {
        return await transport.call(call, signal);
      } catch (error) {
        if (isKubernetesError(error) && error.outcomeUnknown) metrics.unknownOutcome('kubernetes');
        throw error;
      }
    },
  };
}

/** For the Elasticsearch client: called at the start of each request; what it returns, at its end. */
export function observingElasticsearch(
  metrics: Pick<Metrics, 'elasticsearchRequest' | 'unknownOutcome'>,
  clock: { monotonic(): number },
): (request: ElasticsearchRequest) => RequestEnded {
  return (request) => {
    const start = clock.monotonic();
    return (error) => {
      metrics.elasticsearchRequest(request, error ?? 'ok', (clock.monotonic() - start) / 1000);
      const isLost = error === 'unknownOutcome' || error === 'timeout';
      if (isLost && !isRead(request)) metrics.unknownOutcome('elasticsearch');
    };
  };
}
