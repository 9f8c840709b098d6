import type { KindDefinition } from '../crds/shared.ts';
import type { KubernetesApi, KindRef } from '../kubernetes/api.ts';
import type { Clock } from './clock.ts';
import type { FailingCleanups } from './failing-cleanups.ts';
import type { Pass, PassLogger, ReadyEvents, ResourceEvent, ResourceKey } from './controller.ts';
import { FencedError, WaitingError } from './errors.ts';
import { objectRefOf } from './resource.ts';
import type { RawObject } from './resource.ts';

/** What the engine needs around a controller. */
export interface Engine {
  readonly kubernetes: KubernetesApi;
  /** Of this operator; told in each status that it writes. */
  readonly version: string;
  readonly clock: Clock;
  /** What the clock of the API server shows, in milliseconds since the epoch: `deletionTimestamp` is by it. */
  readonly serverNow: () => number;
  readonly failingCleanups: FailingCleanups;
  readonly log: PassLogger;
  /** Still the leader, by the monotonic clock. Asked before each effect and each write. */
  readonly mayAct: () => boolean;
  /** The kill switch: everything is observed and reported, nothing is done. */
  readonly paused?: () => boolean;
  /** Somebody has switched it on; `paused` is true also while nobody knows. */
  readonly pausedByHand?: () => boolean;
  readonly record: (resource: RawObject, event: ResourceEvent) => void;
  /**
   * The object as the watch last told it, our own writes included. A pass may judge by it: a status write carries the
   * resourceVersion that was judged, and before the first effect a live GET must find the very same version.
   */
  readonly view?: (key: ResourceKey) => RawObject | undefined;
  /** Hears of each object as the API server answered our own write: the view may learn it early. */
  readonly wrote?: (object: RawObject) => void;
  /** Waits beside the passes; see Pass. */
  readonly follow?: (key: ResourceKey, what: string, wait: (signal: AbortSignal) => Promise<unknown>) => void;
  readonly hooks?: EngineHooks;
}

export interface EngineHooks {
  acted?(type: string, result: 'success' | 'error' | 'fenced'): void;
  wroteStatus?(): void;
}

/** How a pass ended; the controller runner turns it into a call of the queue. */
export type Outcome =
  /** The object is gone. */
  | { readonly type: 'gone' }
  /** Look again after so long, or only when something changes. */
  | { readonly type: 'settled'; readonly afterMs?: number }
  /** There is more to do at once. */
  | { readonly type: 'again'; readonly afterMs: number }
  | { readonly type: 'waiting'; readonly afterMs: number }
  | { readonly type: 'stalled'; readonly afterMs?: number }
  /** Somebody wrote in between, we may no longer act, or the process stops: not faults, nothing is counted. */
  | { readonly type: 'conflict' }
  | { readonly type: 'fenced' }
  | { readonly type: 'aborted' }
  | {
      readonly type: 'failed';
      readonly error: unknown;
      readonly atLeastMs?: number;
      readonly atMostMs?: number;
    };

/** One pass over one object. */
export interface PassState {
  readonly engine: Engine;
  readonly definition: KindDefinition<unknown, unknown>;
  readonly kind: KindRef;
  readonly pass: Pass;
  /** Of the controller. */
  readonly readyEvents: ReadyEvents | undefined;
  /** By the monotonic clock. */
  readonly began: number;
  /** The object as it was last read or written: the resourceVersion of the next write. */
  current: RawObject;
  /** Whether `current` was read from the API server in this pass, rather than taken from the view. */
  isLive: boolean;
}

/** A merge patch of the object or of its status; what the server answers is what later writes build on. */
export async function patchObject(state: PassState, patch: object, subresource?: 'status'): Promise<void> {
  assertMayAct(state.engine);
  const ref = objectRefOf(state.kind, state.current.metadata);
  const options = subresource === undefined ? {} : { subresource };
  // Without the signal of the pass: what was done must still be told when the time of the pass is over.
  state.current = await state.engine.kubernetes.mergePatch<RawObject>(ref, patch, options);
  state.engine.wrote?.(state.current);
}

/** How soon a pass looks whether the kill switch is off again. */
const PAUSED_AGAIN_MS = 5_000;

/** The kill switch is off and this process leads. Asks nobody. @throws WaitingError Paused, FencedError */
export function assertMayChange(engine: Pick<Engine, 'mayAct' | 'paused'>): void {
  if (engine.paused?.() === true) {
    const message = 'The operator is paused: nothing is done until its kill switch is off.';
    throw new WaitingError('Paused', message, PAUSED_AGAIN_MS);
  }
  assertMayAct(engine);
}

export function assertMayAct({ mayAct }: Pick<Engine, 'mayAct'>): void {
  if (!mayAct()) throw new FencedError('this process is not the leader any more');
}
