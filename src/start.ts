import { version } from './config.ts';
import type { Config } from './config.ts';
import { createConnectionSource } from './controllers/elasticsearch-connection/source.ts';
import { createConnections } from './elasticsearch/connections.ts';
import { ConfigError } from './flags.ts';
import { createKubernetesApi } from './kubernetes/client.ts';
import { kubeconfigCredentials, loadKubeConfig } from './kubernetes/credentials.ts';
import { createServerClock } from './kubernetes/server-clock.ts';
import { createTransport } from './kubernetes/transport.ts';
import { createOperator, runOperator } from './operator.ts';
import type { Operator } from './operator.ts';
import { systemClock as clock } from './runtime/clock.ts';
import { createHealth } from './telemetry/health.ts';
import { metricsRoutes, serve } from './telemetry/http.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { countingUnknownOutcomes, observingElasticsearch } from './telemetry/observe-calls.ts';

/**
 * Opens clients and endpoints and runs the operator until `stop` aborts. Resolves with whether it ended in order.
 * @throws ConfigError for a kubeconfig that cannot be used, and what runOperator throws.
 */
export async function start(config: Config, log: Logger, stop: AbortSignal): Promise<boolean> {
  requireKubeconfig(config);
  const metrics = createMetrics(version);
  const clients = createClients(config, log, metrics);
  const tried = new Map<string, number>();
  const onTried = (view: string) => void tried.set(view, clock.monotonic());
  const operator = createOperator({ ...clients, config, clock, random: Math.random, log, metrics, onTried });
  const sinceTriedMs = (view: string) => clock.monotonic() - (tried.get(view) ?? -Infinity);
  const closeEndpoints = await openEndpoints(config, log, metrics, operator, { stop, sinceTriedMs });
  const close = () => Promise.all([clients.close(), closeEndpoints()]);
  return runOperator(operator, { clock, log }, stop, close);
}

/** A path that leads nowhere is a mistake of the caller; all else about the API server may still come right. */
function requireKubeconfig({ kubeconfig }: Config): void {
  try {
    loadKubeConfig(kubeconfig);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`--kubeconfig cannot be used: ${reason}. Give the path of a valid kubeconfig.`, {
      cause,
    });
  }
}

function createClients(config: Config, log: Logger, metrics: Metrics) {
  const serverClock = createServerClock(() => clock.now());
  const transport = createTransport({
    credentials: kubeconfigCredentials(() => loadKubeConfig(config.kubeconfig), clock),
    clock,
    userAgent: `es-steward/${version}`,
    hooks: {
      onDate: (date) => serverClock.hear(date),
      onRequest: (method, code, seconds) => metrics.kubernetesRequest(method, code, seconds),
      onWarning: (request, text) => {
        metrics.crdWarning(request);
        log.warn(
          { request, text },
          'warning of the API server; if it names an unknown field, the CRDs are too old: apply them',
        );
      },
    },
  });
  const kubernetes = createKubernetesApi(countingUnknownOutcomes(transport, metrics));
  const source = createConnectionSource(kubernetes);
  const onRequest = observingElasticsearch(metrics, clock);
  const connections = createConnections({ ...config, source, clock, onRequest });
  const close = () => Promise.all([connections.close(), transport.close()]);
  return { kubernetes, connections, serverClock, close };
}

async function openEndpoints(
  config: Config,
  log: Logger,
  metrics: Metrics,
  { runners }: Operator,
  state: { readonly stop: AbortSignal; readonly sinceTriedMs: (view: string) => number },
): Promise<() => Promise<unknown>> {
  const { sinceTriedMs, stop } = state;
  const health = createHealth({ views: runners, sinceTriedMs, isStopping: () => stop.aborted });
  const endpoints = await Promise.all([
    serve(config.metricsAddress, metricsRoutes(metrics.registry)),
    serve(config.healthAddress, health),
  ]);
  const [metricsAddress, healthAddress] = endpoints.map(({ address }) => address);
  const { leaseNamespace, leaseName } = config;
  log.info({ version, metricsAddress, healthAddress, leaseNamespace, leaseName }, 'started');
  return () => Promise.all(endpoints.map((endpoint) => endpoint.close()));
}
