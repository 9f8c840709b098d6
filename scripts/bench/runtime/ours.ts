import { parseArgs } from 'node:util';
import { createKubernetesApi } from '../../../src/kubernetes/client.ts';
import { kubeconfigCredentials, loadKubeConfig } from '../../../src/kubernetes/credentials.ts';
import { createTransport } from '../../../src/kubernetes/transport.ts';
import { systemClock as clock } from '../../../src/runtime/clock.ts';
import type { Controller } from '../../../src/runtime/controller.ts';
import { createRunner } from '../../../src/runtime/start-controller.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { thing } from './thing.ts';

/** The engine with one toy controller: what the operator is without Elasticsearch. Bundled like the operator. */

type Spec = { readonly wish: number };
type Status = { readonly done?: number | undefined };

const controller: Controller<Spec, Status, undefined, never> = {
  definition: thing,
  observe: async () => undefined,
  decide: ({ spec }) => ({
    status: { done: spec.wish },
    ready: { type: 'ready', reason: 'Done', message: 'What was wished is done.' },
    next: 'changed',
  }),
  perform: async () => undefined,
};

const { values } = parseArgs({ options: { workers: { type: 'string' }, resyncMs: { type: 'string' } } });
const metrics = createMetrics('bench');
const transport = createTransport({
  credentials: kubeconfigCredentials(() => loadKubeConfig(), clock),
  clock,
  userAgent: 'es-steward-bench',
  hooks: { onRequest: (method, code, seconds) => metrics.kubernetesRequest(method, code, seconds) },
});
const log = createLogger({ level: 'info' });
const series = metrics.controllers('thing');
const runner = createRunner({
  controller,
  engine: {
    kubernetes: createKubernetesApi(transport),
    clock,
    serverNow: () => clock.now(),
    log,
    version: '0',
    mayAct: () => true,
    record: () => undefined,
  },
  random: Math.random,
  hooks: series,
  ...(values.workers === undefined ? {} : { workers: Number(values.workers) }),
  ...(values.resyncMs === undefined ? {} : { limits: { resyncMs: Number(values.resyncMs) } }),
});
series.watch(runner);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await Promise.all([runner.watch(stop.signal), runner.work(stop.signal)]);
await transport.close();
