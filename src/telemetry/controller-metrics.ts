import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ControllerRunner } from '../runtime/start-controller.ts';
import type { RunnerHooks } from '../runtime/workers.ts';

/** What a running controller is asked for when /metrics is read. */
export type RunningController = Pick<ControllerRunner, 'workers' | 'viewAgeMs' | 'queue'>;

/** The series of one controller, named and labelled as controller-runtime and client-go do. */
export interface ControllerSeries extends Required<RunnerHooks> {
  watch(controller: RunningController): void;
}

export type ControllerMetrics = (controller: string) => ControllerSeries;

/** Seconds; controller-runtime's buckets, thinned out. */
const RECONCILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds; client-go's buckets for queues. */
const QUEUE_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

export function controllerMetrics(registry: Registry): ControllerMetrics {
  const reconcile = reconcileSeries(registry);
  const queue = queueSeries(registry);
  const own = ownSeries(registry);
  const watch = gaugeSeries(registry);
  return (controller) => {
    const byQueue = { name: controller, controller };
    return {
      added: () => queue.adds.inc(byQueue),
      retried: () => queue.retries.inc(byQueue),
      waited: (seconds) => queue.waited.observe(byQueue, seconds),
      worked: (seconds) => queue.worked.observe(byQueue, seconds),
      reconciled(result, seconds) {
        reconcile.total.inc({ controller, result });
        if (result === 'error') reconcile.errors.inc({ controller });
        reconcile.seconds.observe({ controller }, seconds);
      },
      stalled: () => reconcile.terminal.inc({ controller }),
      timedOut: () => reconcile.timeouts.inc({ controller }),
      acted: (action, result) => own.actions.inc({ controller, action, result }),
      wroteStatus: () => own.statusWrites.inc({ controller }),
      watch: (running) => void watch.set(controller, running),
    };
  };
}

function reconcileSeries(registry: Registry) {
  const counter = counterOf(registry, ['controller']);
  return {
    total: counterOf(registry, ['controller', 'result'])(
      'controller_runtime_reconcile_total',
      'Passes by controller and result.',
    ),
    errors: counter('controller_runtime_reconcile_errors_total', 'Passes that ended in a fault.'),
    terminal: counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Passes that found a resource which must be changed before another try makes sense.',
    ),
    timeouts: counter('controller_runtime_reconcile_timeouts_total', 'Passes that ran out of time.'),
    seconds: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of a pass in seconds.',
      labelNames: ['controller'],
      buckets: RECONCILE_SECONDS,
      registers: [registry],
    }),
  };
}

function queueSeries(registry: Registry) {
  const counter = counterOf(registry, ['name', 'controller']);
  const histogram = (name: string, help: string) =>
    new Histogram({
      name,
      help,
      labelNames: ['name', 'controller'],
      buckets: QUEUE_SECONDS,
      registers: [registry],
    });
  return {
    adds: counter('workqueue_adds_total', 'Wishes for a pass.'),
    retries: counter('workqueue_retries_total', 'Passes that are repeated after a fault.'),
    waited: histogram('workqueue_queue_duration_seconds', 'Seconds that a due key waited for a worker.'),
    worked: histogram('workqueue_work_duration_seconds', 'Seconds that a key was worked on.'),
  };
}

function ownSeries(registry: Registry) {
  return {
    actions: counterOf(registry, ['controller', 'action', 'result'])(
      'es_steward_actions_total',
      'Effects by controller, action and result: success, error, or fenced when it was no longer ours to do.',
    ),
    statusWrites: counterOf(registry, ['controller'])(
      'es_steward_status_writes_total',
      'Status writes that the API server accepted.',
    ),
  };
}

function counterOf(registry: Registry, labelNames: string[]) {
  return (name: string, help: string) => new Counter({ name, help, labelNames, registers: [registry] });
}

/** Gauges are read from the running controllers at each scrape: there is nothing to keep in step. */
function gaugeSeries(registry: Registry): Map<string, RunningController> {
  const running = new Map<string, RunningController>();
  const gauge = (
    name: string,
    help: string,
    read: (controller: RunningController) => number,
    isQueue = false,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: isQueue ? ['name', 'controller'] : ['controller'],
      registers: [registry],
      collect() {
        for (const [controller, of] of running)
          this.set(isQueue ? { name: controller, controller } : { controller }, read(of));
      },
    });
  gauge('controller_runtime_max_concurrent_reconciles', 'Workers of a controller.', ({ workers }) => workers);
  gauge('controller_runtime_active_workers', 'Workers that are busy.', ({ queue }) => queue.running.length);
  gauge(
    'es_steward_view_age_seconds',
    'Age of what is known of the API server.',
    (of) => of.viewAgeMs() / 1000,
  );
  gauge('workqueue_depth', 'Keys that are due and wait for a worker.', ({ queue }) => queue.depth, true);
  const sum = ({ queue }: RunningController) => queue.running.reduce((total, seconds) => total + seconds, 0);
  gauge('workqueue_unfinished_work_seconds', 'Seconds of work that is not finished, summed up.', sum, true);
  const longest = ({ queue }: RunningController) => Math.max(0, ...queue.running);
  gauge('workqueue_longest_running_processor_seconds', 'Seconds of the longest running pass.', longest, true);
  return running;
}
