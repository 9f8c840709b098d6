import process from 'node:process';
import { readInvocation, version } from './config.ts';
import type { Config, Invocation } from './config.ts';
import { createConnectionSource } from './controllers/elasticsearch-connection/source.ts';
import { createConnections } from './elasticsearch/connections.ts';
import { ConfigError } from './flags.ts';
import { createKubernetesApi } from './kubernetes/client.ts';
import { kubeconfigCredentials, loadKubeConfig } from './kubernetes/credentials.ts';
import { createTransport } from './kubernetes/transport.ts';
import { createOperator, runOperator } from './operator.ts';
import type { Operator } from './operator.ts';
import { systemClock as clock } from './runtime/clock.ts';
import { createHealth } from './telemetry/health.ts';
import { metricsRoutes, serve } from './telemetry/http.ts';
import { createLogger } from './telemetry/logger.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { countingUnknownOutcomes, observingElasticsearch } from './telemetry/observe-calls.ts';

/** Exit codes: 0 ended in order, 1 failed or lost the lease, 2 the settings cannot be used. */
process.exit(await main());

async function main(): Promise<number> {
  const invocation = readInvocationOrComplain();
  if (!invocation) return 2;
  if (invocation.type === 'help') return print(invocation.text);
  const log = createLogger({ level: invocation.config.logLevel });
  const fail = (error: unknown): never => {
    log.fatal({ err: error }, 'the process ends at once');
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    return (await run(invocation.config, log)) ? 0 : 1;
  } catch (error) {
    return fail(error);
  }
}

function readInvocationOrComplain(): Invocation | undefined {
  try {
    const invocation = readInvocation(process.argv.slice(2), process.env);
    if (invocation.type === 'run') requireKubeconfig(invocation.config);
    return invocation;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`es-steward: ${error.message}\n`);
    return undefined;
  }
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

async function print(text: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  process.stdout.write(text, () => resolve(0));
  return promise;
}

async function run(config: Config, log: Logger): Promise<boolean> {
  const stop = stopOnSignals(log);
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

/** The first SIGTERM or SIGINT asks for an end in order, the second one ends at once. */
function stopOnSignals(log: Logger): AbortSignal {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    log.info(
      { signal },
      stop.signal.aborted ? 'asked to stop again: the process ends at once' : 'asked to stop',
    );
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stop.signal;
}

function createClients(config: Config, log: Logger, metrics: Metrics) {
  const transport = createTransport({
    credentials: kubeconfigCredentials(() => loadKubeConfig(config.kubeconfig), clock),
    clock,
    userAgent: `es-steward/${version}`,
    hooks: {
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
  return { kubernetes, connections, close: () => Promise.all([connections.close(), transport.close()]) };
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
