import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ElasticsearchRequest } from '../elasticsearch/elasticsearch.ts';
import { controllerMetrics } from './controller-metrics.ts';
import type { ControllerMetrics } from './controller-metrics.ts';
import { operationOf } from './operation.ts';
import { resourceMetrics } from './resource-metrics.ts';
import type { ResourceMetrics } from './resource-metrics.ts';

/**
 * Everything that /metrics tells. Names and labels that controller-runtime and client-go have are theirs, so that
 * existing dashboards and alerts work; the rest begins with `es_steward_`.
 */
export interface Metrics extends ResourceMetrics {
  readonly registry: Registry;
  readonly controllers: ControllerMetrics;
  /** One call of the API server; `code` is '<error>' without an answer. */
  kubernetesRequest(method: string, code: string, seconds: number): void;
  /** The API server warned about a write: the installed CRD is older than the operator. */
  crdWarning(request: string): void;
  /** One call of Elasticsearch; `outcome` is `ok` or the class of the error. */
  elasticsearchRequest(request: ElasticsearchCall, outcome: string, seconds: number): void;
  /** A mutating call whose answer is lost; what happened is found out by reading. */
  unknownOutcome(target: 'kubernetes' | 'elasticsearch'): void;
  /** An Event that was not sent: the queue was full, or the API server refused it. */
  eventDropped(reason: string): void;
  /** Asked at each scrape. */
  watchProcess(state: ProcessState): void;
}

export interface ProcessState {
  readonly leaseName: string;
  isLeader(): boolean;
  isPaused(): boolean;
}

/** As much of a request as its series tell of. */
export type ElasticsearchCall = Pick<ElasticsearchRequest, 'method' | 'path' | 'query'>;

/** Seconds; from a cached read to the longest time limit of a connection. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'es_steward_build_info',
    help: 'Always 1; the label tells the version of the operator.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  return {
    registry,
    controllers: controllerMetrics(registry),
    ...kubernetesMetrics(registers),
    ...elasticsearchMetrics(registers),
    ...processMetrics(registers),
    ...resourceMetrics(registers),
  };
}

type Registers = Registry[];

function kubernetesMetrics(registers: Registers): Pick<Metrics, 'kubernetesRequest' | 'crdWarning'> {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls of the Kubernetes API server by HTTP method and status code.',
    labelNames: ['method', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Seconds from sending a call of the Kubernetes API server to its answer.',
    labelNames: ['verb'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const warnings = new Counter({
    name: 'es_steward_crd_warnings_total',
    help: 'Warnings of the API server about requests of the operator; most often a CRD older than the operator.',
    labelNames: ['request'],
    registers,
  });
  return {
    kubernetesRequest(method, code, duration) {
      requests.inc({ method, code });
      seconds.observe({ verb: method }, duration);
    },
    crdWarning: (request) => warnings.inc({ request }),
  };
}

function elasticsearchMetrics(
  registers: Registers,
): Pick<Metrics, 'elasticsearchRequest' | 'unknownOutcome'> {
  const requests = new Counter({
    name: 'es_steward_elasticsearch_requests_total',
    help: 'Calls of Elasticsearch by operation and outcome: ok, or the class of the error. Without those that wait for the end of a task.',
    labelNames: ['operation', 'class'],
    registers,
  });
  const seconds = new Histogram({
    name: 'es_steward_elasticsearch_request_duration_seconds',
    help: 'Seconds from sending a call of Elasticsearch to its answer. Without calls that wait for the end of a task.',
    labelNames: ['operation'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const unknown = new Counter({
    name: 'es_steward_unknown_outcomes_total',
    help: 'Calls that may have had an effect although no answer came; the operator read the world again.',
    labelNames: ['target'],
    registers,
  });
  return {
    elasticsearchRequest(request, outcome, duration) {
      // It waits for something: its duration is no latency, and its end without an answer no fault.
      if (request.query?.['wait_for_completion'] === true) return;
      const operation = operationOf(request);
      requests.inc({ operation, class: outcome });
      seconds.observe({ operation }, duration);
    },
    unknownOutcome: (target) => unknown.inc({ target }),
  };
}

function processMetrics(registers: Registers): Pick<Metrics, 'eventDropped' | 'watchProcess'> {
  const dropped = new Counter({
    name: 'es_steward_events_dropped_total',
    help: 'Events that were not sent, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const gauge = (
    name: string,
    help: string,
    read: () => { labels: Record<string, string>; value: boolean },
  ) =>
    new Gauge({
      name,
      help,
      labelNames: Object.keys(read().labels),
      registers,
      collect() {
        const { labels, value } = read();
        this.set(labels, value ? 1 : 0);
      },
    });
  return {
    eventDropped: (reason) => dropped.inc({ reason }),
    watchProcess(state) {
      gauge('leader_election_master_status', '1 while this process holds the Lease, else 0.', () => ({
        labels: { name: state.leaseName },
        value: state.isLeader(),
      }));
      gauge(
        'es_steward_paused',
        '1 while nothing may be changed in Elasticsearch: the kill switch is on.',
        () => ({
          labels: {},
          value: state.isPaused(),
        }),
      );
    },
  };
}
