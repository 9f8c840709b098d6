import { setTimeout as pause } from 'node:timers/promises';
import { type ReindexRequest, reindexRequest } from '../../../src/crds/reindex-request.ts';
import type { ObjectRef } from '../../../src/kubernetes/api.ts';
import { kindRefOf } from '../../../src/runtime/resource.ts';
import type { Stage } from './stage.ts';

const KIND = kindRefOf(reindexRequest);
const LOOK_EVERY_MS = 50;
const LONGEST_MS = 10 * 60_000;

export type Phase = NonNullable<NonNullable<ReindexRequest['status']>['phase']>;

/** Milliseconds of `performance.now()` at which a phase was seen first. */
export type Timeline = ReadonlyMap<Phase, number>;

export interface Followed {
  readonly request: ReindexRequest;
  readonly timeline: Timeline;
}

/** A request that somebody looks at until it is at rest. */
export interface FollowedRequest {
  /** The status that was seen last. */
  readonly status: () => ReindexRequest['status'];
  /** Nobody looks any more. */
  readonly isOver: () => boolean;
  readonly ended: Promise<Followed>;
}

const refOf = ({ namespace }: Stage, name: string): ObjectRef => ({ kind: KIND, namespace, name });

/** Writes go on, and the end is the end: nobody will want to roll back. */
const LIVE = { writeMode: 'Online', sourceAfter: { rollbackWindow: '0s' } } as const;

/** Applies a request as a user does, and follows it. */
export async function applyRequest(
  stage: Stage,
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<FollowedRequest> {
  await stage.api.create(KIND, stage.namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ReindexRequest',
    metadata: { name },
    spec: { connectionRef: { name: 'main' }, source: { index: from }, destination: { index: to }, ...LIVE },
  });
  let status: ReindexRequest['status'];
  let isOver = false;
  const ended = follow(stage, name, (seen) => void (status = seen)).finally(() => void (isOver = true));
  return { status: () => status, isOver: () => isOver, ended };
}

const OVER: ReadonlySet<Phase | undefined> = new Set(['Completed', 'Failed', 'Cancelled']);

/** Ends as well when the time is over: what became of it then is for the caller to say. */
async function follow(
  stage: Stage,
  name: string,
  onStatus: (status: ReindexRequest['status']) => void,
): Promise<Followed> {
  const timeline = new Map<Phase, number>();
  const end = performance.now() + LONGEST_MS;
  for await (const request of sightings(stage, name)) {
    onStatus(request.status);
    const phase = request.status?.phase;
    if (phase) note(timeline, phase);
    if (OVER.has(phase) || performance.now() > end) return { request, timeline };
  }
  throw new Error(`${name} was deleted while it was followed`);
}

const WATCH_SECONDS = 30;

/**
 * The request as often as it changes, and again after each watch, until it is deleted. Looks by the clock would take time
 * from the copy that they measure: twenty a second cost API server, etcd and the benchmark a tenth of a core.
 */
async function* sightings(stage: Stage, name: string): AsyncGenerator<ReindexRequest> {
  const { api, namespace } = stage;
  const options = { namespace, timeoutSeconds: WATCH_SECONDS, idleTimeoutMs: 2_000 * WATCH_SECONDS };
  for (;;) {
    const request = await api.get<ReindexRequest>(refOf(stage, name));
    if (!request) return;
    yield request;
    const { resourceVersion } = request.metadata;
    // Cast: the API server has validated it against the schema of the kind.
    for await (const { type, object } of api.watch(KIND, { ...options, resourceVersion }))
      if (type === 'MODIFIED' && object.metadata.name === name) yield object as ReindexRequest;
  }
}

/** The last one stays the last one, also where a phase comes back. */
function note(timeline: Map<Phase, number>, phase: Phase): void {
  const before = timeline.get(phase);
  if ([...timeline.keys()].at(-1) === phase) return;
  timeline.delete(phase);
  timeline.set(phase, before ?? performance.now());
}

/** Deletes a request and waits until it is gone. */
export async function removeRequest(stage: Stage, name: string): Promise<void> {
  const found = await stage.api.get<ReindexRequest>(refOf(stage, name));
  if (found) await stage.api.remove(refOf(stage, name), { uid: found.metadata.uid });
  const end = performance.now() + LONGEST_MS;
  while (await stage.api.get(refOf(stage, name))) {
    if (performance.now() > end) throw new Error(`${name} was deleted and does not go: see its finalizers`);
    await pause(LOOK_EVERY_MS);
  }
}

/** The sentence of the Ready condition. */
export function readyMessage({ status }: ReindexRequest): string {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? 'no status';
}
