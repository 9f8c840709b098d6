import type { KubernetesError } from '../kubernetes/errors.ts';
import { backoffMs } from './backoff.ts';

/** Where a reflector stands. Pure: `step` says what follows from what happened, the driver does the I/O. */
export interface ReflectorState {
  /** Undefined: list from scratch. */
  readonly resourceVersion: string | undefined;
  /** Failures in a row without a sign of life in between. */
  readonly failures: number;
  /** Watches in a row that ended without a single event or bookmark. */
  readonly silentWatches: number;
  /** Lists in a row that were asked for by a 410, without a sign of life in between. */
  readonly expirations: number;
  /** False once the server said that it does not know the kind. */
  readonly isInstalled: boolean;
}

export type ReflectorInput =
  | { readonly type: 'listed'; readonly resourceVersion: string }
  /** A watch ended without an error: the server closed it, or it was silent for too long. */
  | {
      readonly type: 'ended';
      readonly resourceVersion: string;
      readonly sawLife: boolean;
      readonly lastedMs: number;
    }
  | {
      readonly type: 'failed';
      readonly error: KubernetesError;
      /** Of the last event before; undefined when it was a list that failed. */
      readonly resourceVersion: string | undefined;
      readonly sawLife: boolean;
    };

export interface ReflectorStep {
  readonly state: ReflectorState;
  /** Milliseconds to wait before the next list or watch. */
  readonly waitMs: number;
}

export const initialReflectorState: ReflectorState = {
  resourceVersion: undefined,
  failures: 0,
  silentWatches: 0,
  expirations: 0,
  isInstalled: true,
};

const BACKOFF = { baseMs: 800, capMs: 30_000 };
/** A watch that the server ends sooner, without having said anything new, counts as a failure: else it would spin. */
const HEALTHY_WATCH_MS = 5_000;
/** How often it is looked whether the CRD is there by now. */
const NOT_INSTALLED_MS = 10_000;
/** A watch from a version of the future is accepted and silent for ever; after so many silent ones the list decides. */
const SILENT_WATCHES = 2;

export function step(state: ReflectorState, input: ReflectorInput, random: () => number): ReflectorStep {
  if (input.type === 'ended') return afterEnd(state, input, random);
  if (input.type === 'failed') return afterFailure(input.sawLife ? alive(state) : state, input, random);
  return go({ ...state, resourceVersion: input.resourceVersion, silentWatches: 0, isInstalled: true });
}

function afterEnd(
  state: ReflectorState,
  { resourceVersion, sawLife, lastedMs }: Extract<ReflectorInput, { type: 'ended' }>,
  random: () => number,
): ReflectorStep {
  const silentWatches = sawLife ? 0 : state.silentWatches + 1;
  const isSilent = silentWatches >= SILENT_WATCHES;
  const hasMoved = resourceVersion !== state.resourceVersion;
  const next = { ...state, silentWatches, resourceVersion: isSilent ? undefined : resourceVersion };
  if (!hasMoved && lastedMs < HEALTHY_WATCH_MS) return backOff(next, random);
  return go(sawLife ? alive(next) : next);
}

function afterFailure(
  state: ReflectorState,
  { error, resourceVersion }: Extract<ReflectorInput, { type: 'failed' }>,
  random: () => number,
): ReflectorStep {
  if (error.class === 'kindNotInstalled') {
    return { state: { ...state, resourceVersion: undefined, isInstalled: false }, waitMs: NOT_INSTALLED_MS };
  }
  if (error.class === 'expired') return afterExpiry({ ...state, resourceVersion: undefined }, random);
  const { state: next, waitMs } = backOff({ ...state, resourceVersion }, random);
  return { state: next, waitMs: Math.max(waitMs, error.retryAfterMs ?? 0) };
}

/** After a restart of the API server or a change of the CRD this is the common path: the first time costs no wait. */
function afterExpiry(state: ReflectorState, random: () => number): ReflectorStep {
  const next = { ...state, expirations: state.expirations + 1 };
  return state.expirations === 0 ? go(next) : backOff(next, random);
}

const alive = (state: ReflectorState): ReflectorState => ({
  ...state,
  failures: 0,
  silentWatches: 0,
  expirations: 0,
});

const go = (state: ReflectorState): ReflectorStep => ({ state, waitMs: 0 });

const backOff = (state: ReflectorState, random: () => number): ReflectorStep => ({
  state: { ...state, failures: state.failures + 1 },
  waitMs: backoffMs(state.failures + 1, BACKOFF, random),
});
