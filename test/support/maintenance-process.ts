import { indexMaintenancePolicyController } from '../../src/controllers/index-maintenance-policy/controller.ts';
import { snapshotOwners } from '../../src/controllers/snapshot-owners.ts';
import {
  indexMaintenancePolicy,
  type IndexMaintenancePolicy,
} from '../../src/crds/index-maintenance-policy.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { ResourceEvent } from '../../src/runtime/controller.ts';
import type { Outcome } from '../../src/runtime/engine.ts';
import { reconcile } from '../../src/runtime/reconcile.ts';
import { kindRefOf } from '../../src/runtime/resource.ts';
import { withLaterClocks } from './later-clocks.ts';
import type { ReindexBed } from './reindex-bed.ts';
import { processParts } from './process-parts.ts';
import type { Around } from './server-calls.ts';

const POLICIES = kindRefOf(indexMaintenancePolicy);

/** One process of the operator as far as policies need it: its own memory, clients and engine. */
export interface MaintenanceProcess {
  readonly events: readonly ResourceEvent[];
  pass(name: string): Promise<Outcome>;
  /** Passes until nothing is left to do now. */
  settle(name: string): Promise<IndexMaintenancePolicy | undefined>;
  /** Nothing that runs in it goes on. */
  kill(): void;
  close(): Promise<void>;
}

export interface MaintenanceProcessOptions {
  /** Stands around each call of both servers. */
  readonly around?: Around;
  /** Milliseconds by which it is later, for the operator and for the clocks that it reads. */
  readonly later?: number;
  readonly policies?: () => readonly IndexMaintenancePolicy[];
  readonly schedules?: Parameters<typeof snapshotOwners>[0];
  readonly requests?: Parameters<typeof indexMaintenancePolicyController>[0]['requests'];
}

export function startMaintenance(
  bed: ReindexBed,
  { around, later = 0, ...options }: MaintenanceProcessOptions = {},
): MaintenanceProcess {
  const { engine, connections, events, life } = processParts({
    api: bed.api,
    clock: { ...systemClock, now: () => systemClock.now() + later },
    around,
    between: (es) => withLaterClocks(es, () => later),
  });
  const controller = indexMaintenancePolicyController({
    connections,
    policies: options.policies ?? (() => []),
    requests: options.requests ?? (() => []),
    clusterUuidOf: () => undefined,
    snapshotOwners: snapshotOwners(options.schedules ?? (() => []), () => undefined),
  });
  const pass = (name: string) =>
    reconcile(engine, controller, { namespace: bed.namespace, name }, life.signal);
  return {
    events,
    pass,
    settle: async (name) => {
      for (let count = 0; count < MOST_PASSES; count += 1)
        if (isAtRest(await pass(name))) return readPolicy(bed, name);
      throw new Error(`policy ${name} does not come to rest`);
    },
    kill: () => life.abort(new Error('killed')),
    close: () => connections.close(),
  };
}

const MOST_PASSES = 400;

/** A pass that failed or met somebody else's write is followed by another one at once. */
function isAtRest({ type }: Outcome): boolean {
  return (
    type === 'settled' || type === 'stalled' || type === 'waiting' || type === 'gone' || type === 'aborted'
  );
}

export async function createPolicy(
  { api, namespace }: ReindexBed,
  name: string,
  { annotations, ...spec }: Readonly<Record<string, unknown>>,
): Promise<IndexMaintenancePolicy> {
  return api.create(POLICIES, namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'IndexMaintenancePolicy',
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: { connectionRef: { name: 'main' }, mode: 'Enforce', ...spec },
  });
}

export const policyRef = ({ namespace }: ReindexBed, name: string) => ({ kind: POLICIES, namespace, name });

export const readPolicy = (bed: ReindexBed, name: string): Promise<IndexMaintenancePolicy | undefined> =>
  bed.api.get<IndexMaintenancePolicy>(policyRef(bed, name));

/** What a user edits: spec or annotations. */
export async function editPolicy(bed: ReindexBed, name: string, patch: object): Promise<void> {
  await bed.api.mergePatch(policyRef(bed, name), patch);
}

let runs = 0;
/** As `kubectl annotate` does it. */
export async function runNow(bed: ReindexBed, name: string): Promise<void> {
  runs += 1;
  await editPolicy(bed, name, { metadata: { annotations: { 'es-steward.dev/run-now': `run-${runs}` } } });
}
