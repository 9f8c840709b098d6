import type { KindRef, KubernetesApi, KubernetesObject, WatchEvent } from '../kubernetes/api.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import { initialReflectorState, step } from './reflector-state.ts';
import type { ReflectorInput, ReflectorState } from './reflector-state.ts';
import { isLater } from './resource-version.ts';
import { Store, stripped } from './store.ts';
import type { Change } from './store.ts';

/** Keeps a store equal to what the API server has, through every fault that a watch can have. */
export interface Reflector {
  readonly store: Store;
  /** For people: the plural of its kind, and its namespace where it has one. */
  readonly title: string;
  /** Resolves after the first whole list. */
  readonly synced: Promise<void>;
  /** True from the first whole list on, and while the kind is installed. */
  isSynced(): boolean;
  /** Milliseconds since the server last said anything at all: the age of the view. */
  ageMs(): number;
  /** Runs until the signal aborts; rejects only on a fault of this code. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ReflectorOptions {
  readonly kubernetes: KubernetesApi;
  readonly kind: KindRef;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Only enqueues keys; what throws here is a fault of this code. */
  readonly onChange: (change: Change) => void;
  readonly hooks?: ReflectorHooks;
  readonly limits?: Partial<ReflectorLimits>;
}

export interface ReflectorHooks {
  listed?(objects: number, namespace?: string): void;
  /** A list or watch failed; `wait` is the time until the next try. */
  failed?(error: KubernetesError, waitMs: number, namespace?: string): void;
}

export interface ReflectorLimits {
  /** Objects per page: a page of this size is parsed in a few milliseconds. */
  readonly pageSize: number;
  /** After this long the server ends a watch by itself. */
  readonly watchSeconds: number;
  /** A bookmark comes every minute; a watch without one for this long is not alive. */
  readonly idleMs: number;
}

const LIMITS: ReflectorLimits = { pageSize: 500, watchSeconds: 290, idleMs: 90_000 };

export function createReflector(options: ReflectorOptions): Reflector {
  const view: View = {
    store: new Store(),
    limits: { ...LIMITS, ...options.limits },
    state: initialReflectorState,
    hasListed: false,
    synced: Promise.withResolvers<void>(),
    lastSign: options.clock.monotonic(),
  };
  return {
    store: view.store,
    title: titleOf(options),
    synced: view.synced.promise,
    isSynced: () => view.hasListed && view.state.isInstalled,
    ageMs: () => options.clock.monotonic() - view.lastSign,
    run: (signal) => drive(options, view, signal),
  };
}

interface View {
  readonly store: Store;
  readonly limits: ReflectorLimits;
  state: ReflectorState;
  hasListed: boolean;
  readonly synced: PromiseWithResolvers<void>;
  lastSign: number;
}

async function drive(options: ReflectorOptions, view: View, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const input = await nextInput(options, view, signal);
    if (input === undefined) return;
    const { state, waitMs } = step(view.state, input, options.random);
    view.state = state;
    if (input.type === 'failed') options.hooks?.failed?.(input.error, waitMs, options.namespace);
    if (waitMs > 0) await pause(options.clock, waitMs, signal);
  }
}

/** How far a watch has come; what is left of it when it breaks. */
interface Progress {
  resourceVersion: string;
  sawLife: boolean;
}

async function nextInput(
  options: ReflectorOptions,
  view: View,
  signal: AbortSignal,
): Promise<ReflectorInput | undefined> {
  const { resourceVersion } = view.state;
  const progress = resourceVersion === undefined ? undefined : { resourceVersion, sawLife: false };
  try {
    if (progress === undefined) return await listAll(options, view, signal);
    return await watchOnce(options, view, progress, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof KubernetesError)) throw error;
    const { sawLife = false } = progress ?? {};
    return { type: 'failed', error, resourceVersion: progress?.resourceVersion, sawLife };
  }
}

/** In pages without a resourceVersion: with one (even 0) the server ignores the limit and sends everything at once. */
async function listAll(options: ReflectorOptions, view: View, signal: AbortSignal): Promise<ReflectorInput> {
  const objects: KubernetesObject[] = [];
  let token: string | undefined;
  let resourceVersion: string;
  do {
    const page = await options.kubernetes.list(
      options.kind,
      { ...scope(options), limit: view.limits.pageSize, ...(token === undefined ? {} : { continue: token }) },
      signal,
    );
    for (const item of page.items) objects.push(stripped(item));
    ({ resourceVersion, continue: token } = page);
    view.lastSign = options.clock.monotonic();
  } while (token !== undefined);
  publish(options, view.store.replaceAll(objects, !view.hasListed));
  view.hasListed = true;
  view.synced.resolve();
  options.hooks?.listed?.(objects.length, options.namespace);
  return { type: 'listed', resourceVersion };
}

async function watchOnce(
  options: ReflectorOptions,
  view: View,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReflectorInput> {
  const start = options.clock.monotonic();
  const events = options.kubernetes.watch(
    options.kind,
    {
      ...scope(options),
      resourceVersion: progress.resourceVersion,
      timeoutSeconds: view.limits.watchSeconds,
      idleTimeoutMs: view.limits.idleMs,
    },
    signal,
  );
  for await (const event of events) accept(options, view, progress, event);
  return { type: 'ended', ...progress, lastedMs: options.clock.monotonic() - start };
}

function accept(options: ReflectorOptions, view: View, progress: Progress, event: WatchEvent): void {
  const { object } = event;
  progress.sawLife = true;
  view.lastSign = options.clock.monotonic();
  if (event.type === 'DELETED') publish(options, view.store.remove(object));
  else if (event.type !== 'BOOKMARK') publish(options, view.store.apply(object));
  // Events may come again or out of order; going back would only repeat them.
  const { resourceVersion } = object.metadata;
  if (isLater(resourceVersion, progress.resourceVersion)) progress.resourceVersion = resourceVersion;
}

function publish(options: ReflectorOptions, changes: readonly Change[]): void {
  for (const change of changes) options.onChange(change);
}

const titleOf = ({ kind, namespace }: ReflectorOptions): string =>
  namespace === undefined ? kind.plural : `${kind.plural} in namespace ${namespace}`;

const scope = ({ namespace }: ReflectorOptions) => (namespace === undefined ? {} : { namespace });
