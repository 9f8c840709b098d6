import { randomUUID } from 'node:crypto';
import { type Config, version } from './config.ts';
import { clusterOf, wireControllers } from './controllers/index.ts';
import type { Wire } from './controllers/index.ts';
import { LockWatch } from './controllers/reindex-request/lock-watch.ts';
import type { Connections } from './elasticsearch/connections.ts';
import { fencedConnections } from './elasticsearch/fenced-connections.ts';
import type { KubernetesApi } from './kubernetes/api.ts';
import { clusterIdentity } from './kubernetes/cluster-identity.ts';
import type { ServerClock } from './kubernetes/server-clock.ts';
import { aborted, inBackground } from './runtime/background.ts';
import type { Clock } from './runtime/clock.ts';
import { assertMayChange } from './runtime/engine.ts';
import type { Engine } from './runtime/engine.ts';
import { watchClock } from './runtime/clock-jumps.ts';
import { createEventRecorder } from './runtime/events.ts';
import type { EventRecorder } from './runtime/events.ts';
import { firstLists } from './runtime/first-lists.ts';
import { createKillSwitch } from './runtime/kill-switch.ts';
import type { KillSwitch } from './runtime/kill-switch.ts';
import { electionOfOne } from './runtime/leader.ts';
import type { Election } from './runtime/leader.ts';
import { LeaseElection } from './runtime/lease-election.ts';
import { leaseRef } from './runtime/lease.ts';
import { Obligations } from './runtime/obligations.ts';
import { shutDown } from './runtime/shutdown.ts';
import { createRunner } from './runtime/start-controller.ts';
import type { ControllerRunner } from './runtime/start-controller.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { tellingWatch } from './telemetry/watch-log.ts';

/** What the operator is made of. */
export interface Operator {
  readonly election: Election;
  readonly killSwitch: KillSwitch;
  readonly recorder: EventRecorder;
  readonly obligations: Obligations;
  readonly runners: readonly ControllerRunner[];
}

export interface OperatorOptions {
  readonly config: Config;
  readonly kubernetes: KubernetesApi;
  readonly connections: Connections;
  readonly serverClock: ServerClock;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** A view failed and will try again. */
  readonly onTried: (view: string) => void;
}

/** Joins the parts; nothing moves yet. */
export function createOperator(options: OperatorOptions): Operator {
  const { config, kubernetes, clock, log, metrics } = options;
  const election = createElection(options);
  const { leaseNamespace: namespace, paused: forced } = config;
  const killSwitch = createKillSwitch({ kubernetes, clock, log, namespace, forced });
  const reporter = { controller: 'es-steward.dev/es-steward', instance: config.hostName };
  const onDropped = (reason: string) => metrics.eventDropped(reason);
  const recorder = createEventRecorder({ kubernetes, clock, log, reporter, onDropped });
  metrics.watchProcess({
    leaseName: config.leaseName,
    isLeader: () => election.isLeader(),
    isPaused: () => killSwitch.isOn(),
  });
  const ref = leaseRef(namespace, config.leaseName);
  const askApiServer = (signal: AbortSignal) => kubernetes.get(ref, signal);
  const obligations = new Obligations({ clock, log, askApiServer });
  const locks = new LockWatch({
    monotonic: () => clock.monotonic(),
    cluster: clusterIdentity(kubernetes, ref),
  });
  const gates = {
    mayAct: () => election.isLeader(),
    paused: () => killSwitch.isOn(),
    pausedByHand: () => killSwitch.isSwitchedOn(),
  };
  const wire = wiring(options, gates, recorder);
  const connections = fencedConnections(options.connections, () => assertMayChange(gates));
  const runners = wireControllers(wire, { ...options, connections, obligations, locks });
  metrics.watchResources((kind) => runners.find(({ name }) => name === kind.singular)?.objects() ?? []);
  return { election, killSwitch, recorder, obligations, runners };
}

/**
 * Runs until `stop` aborts, then ends in order and within ten seconds; `close` comes last. Resolves with whether that
 * went well.
 * @throws LeadershipLostError, or the fault of a part: the caller exits at once and without a graceful end, because
 * another process may act already. Only what writers wait for is let go, and only where there can be no such process.
 */
export async function runOperator(
  { election, killSwitch, recorder, obligations, runners }: Operator,
  { clock, log }: Pick<OperatorOptions, 'clock' | 'log'>,
  stop: AbortSignal,
  close: () => Promise<unknown>,
): Promise<boolean> {
  const elected = Promise.withResolvers<void>();
  // Before the first look at the kill switch everything counts as paused, and would be reported so.
  const inView = firstLists(runners, { clock, log });
  const mayStart = Promise.all([elected.promise, killSwitch.looked, inView]);
  const onJump = (seconds: number) => {
    log.warn({ seconds }, 'the time of day has jumped: everything is looked at anew');
    for (const runner of runners) runner.wakeAll();
  };
  const events = inBackground((signal) => recorder.run(signal));
  const lease = inBackground((signal) => election.run(elected.resolve, signal));
  const views = inBackground((signal) =>
    Promise.all([killSwitch.run(signal), ...runners.map((runner) => runner.watch(signal))]),
  );
  const workers = inBackground(async (signal) => {
    await Promise.race([mayStart, aborted(signal)]);
    if (signal.aborted) return;
    const ticks = watchClock(clock, onJump, signal);
    await Promise.all([ticks, ...runners.map((runner) => runner.work(signal))]);
  });
  const releasing = (orderly: boolean) => ({
    name: 'release what is held',
    untilMs: orderly ? 7_500 : 10_000,
    run: () => obligations.end(orderly),
  });
  try {
    await Promise.race([aborted(stop), ...[events, lease, views, workers].map(({ done }) => done)]);
  } catch (error) {
    await shutDown([releasing(false)], { clock, log });
    throw error;
  }
  log.info({}, 'stopping');
  const release = async () => {
    await workers.stop(); // A lease is not given away while a worker may still act.
    await lease.stop();
    await election.release();
  };
  return shutDown(
    [
      { name: 'finish passes', untilMs: 3_000, run: () => workers.stop() },
      releasing(true),
      { name: 'send events', untilMs: 8_000, run: () => events.stop() },
      { name: 'release the lease', untilMs: 9_000, run: release },
      { name: 'end watches', untilMs: 9_500, run: () => views.stop() },
      { name: 'close connections', untilMs: 10_000, run: close },
    ],
    { clock, log },
  );
}

function createElection({ config, kubernetes, clock, random, log }: OperatorOptions): Election {
  if (!config.leaderElect) return electionOfOne();
  const { leaseNamespace: namespace, leaseName: name, hostName } = config;
  const identity = `${hostName}_${randomUUID()}`;
  return new LeaseElection({ kubernetes, clock, random, log, namespace, name, identity });
}

/** Whether this process may change anything at all. */
type Gates = Required<Pick<Engine, 'mayAct' | 'paused' | 'pausedByHand'>>;

function wiring(options: OperatorOptions, gates: Gates, recorder: EventRecorder): Wire<ControllerRunner> {
  const { config, kubernetes, clock, random, log, metrics } = options;
  return (controller, onChange) => {
    const { kind, plural, singular: name } = controller.definition;
    const series = metrics.controllers(name);
    const runner = createRunner({
      controller,
      engine: {
        kubernetes,
        version,
        clock,
        serverNow: () => options.serverClock.now(),
        log: log.child({ kind }),
        ...gates,
        record: (resource, event) => recorder.record(resource, event),
      },
      random,
      namespaces: config.watchNamespaces,
      workers: config.workers,
      groupOf: clusterOf,
      ...(onChange === undefined ? {} : { onChange }),
      hooks: series,
      reflectorHooks: tellingWatch(log, plural, () => options.onTried(name)),
    });
    series.watch(runner);
    return runner;
  };
}
