import { createKubernetesApi } from '../../src/kubernetes/client.ts';
import { kubeconfigCredentials, loadKubeConfig } from '../../src/kubernetes/credentials.ts';
import type { Credentials } from '../../src/kubernetes/credentials.ts';
import { createTransport } from '../../src/kubernetes/transport.ts';
import type { Transport, TransportHooks } from '../../src/kubernetes/transport.ts';
import type { KindRef, KubernetesApi } from '../../src/kubernetes/api.ts';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Engine } from '../../src/runtime/engine.ts';
import { kindRefOf } from '../../src/runtime/resource.ts';
import { createRunner } from '../../src/runtime/start-controller.ts';
import type { ControllerRunner, RunnerOptions } from '../../src/runtime/start-controller.ts';
import { lamp } from './toy-kind.ts';
import type { LampAction, LampController, LampSpec, LampStatus } from './toy-kind.ts';

export const lampKind: KindRef = kindRefOf(lamp);
export const crdKind: KindRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
};

export interface BedOptions {
  readonly deadlineMs?: number;
  readonly hooks?: TransportHooks;
}

/** A client as the operator has it. */
export function connect(kubeconfig: string, options: BedOptions = {}): Transport {
  return connectWith(
    kubeconfigCredentials(() => loadKubeConfig(kubeconfig), systemClock),
    options,
  );
}

export function connectWith(credentials: Credentials, options: BedOptions = {}): Transport {
  return createTransport({
    credentials,
    clock: systemClock,
    userAgent: 'es-steward-test',
    ...options,
  });
}

/** A server without TLS and without credentials, as the scenario server is one. */
export const plainCredentials =
  (server: string): Credentials =>
  async () => ({ server, headers: {}, tls: {} });

export interface RecordedEvent extends ResourceEvent {
  readonly name: string;
}

export interface RunningOperator {
  readonly runner: ControllerRunner;
  readonly events: readonly RecordedEvent[];
  readonly warnings: readonly { readonly fields: Record<string, unknown>; readonly message: string }[];
  stop(): Promise<void>;
}

export type LampOptions = Partial<
  Omit<RunnerOptions<LampSpec, LampStatus, number | undefined, LampAction>, 'engine'>
> & {
  readonly engine?: Partial<Engine>;
};

/** An operator for lamps in this process: view, queue, workers. */
export function runLamps(
  kubernetes: KubernetesApi,
  controller: LampController,
  { engine, ...options }: LampOptions = {},
): RunningOperator {
  const events: RecordedEvent[] = [];
  const warnings: { fields: Record<string, unknown>; message: string }[] = [];
  const runner = createRunner({
    controller,
    random: Math.random,
    ...options,
    engine: {
      kubernetes,
      clock: systemClock,
      serverNow: () => systemClock.now(),
      log: { info: () => undefined, warn: (fields, message) => void warnings.push({ fields, message }) },
      version: '1.2.3',
      mayAct: () => true,
      record: (object, event) => void events.push({ ...event, name: object.metadata.name }),
      ...engine,
    },
  });
  const stop = new AbortController();
  const over = Promise.all([runner.watch(stop.signal), runner.work(stop.signal)]);
  return {
    runner,
    events,
    warnings,
    stop: async () => {
      stop.abort();
      await over;
    },
  };
}

export const apiOver = createKubernetesApi;
