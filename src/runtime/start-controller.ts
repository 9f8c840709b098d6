import type { KubernetesObject } from '../kubernetes/api.ts';
import type { ActionLike, Controller } from './controller.ts';
import type { Engine } from './engine.ts';
import { failingCleanups } from './failing-cleanups.ts';
import { Followers } from './followers.ts';
import { WorkQueue } from './queue.ts';
import type { Urgency, Wish } from './queue.ts';
import { reconcile } from './reconcile.ts';
import { createReflector } from './reflector.ts';
import type { Reflector, ReflectorHooks, ReflectorLimits } from './reflector.ts';
import { keyText, kindRefOf } from './resource.ts';
import type { RawObject } from './resource.ts';
import type { Change } from './store.ts';
import { wakes } from './watch-predicate.ts';
import { runWorkers } from './workers.ts';
import type { RunnerHooks, WorkerLimits } from './workers.ts';

/** A controller with its view, queue and workers. Nothing moves before `watch` and `work` are called. */
export interface ControllerRunner {
  /** The kind in lower case: the label of metrics and logs. */
  readonly name: string;
  readonly workers: number;
  /** Keeps the view until the signal aborts. Followers do this as well, so that a new leader starts with a full one. */
  watch(signal: AbortSignal): Promise<void>;
  /** Runs the workers; only one process at a time should. Resolves when all passes are over after the abort. */
  work(signal: AbortSignal): Promise<void>;
  /** Asks for a pass, for example because something that the resource refers to has changed. Key: `namespace/name`. */
  enqueue(key: string, wish?: Wish): void;
  /** Asks for a pass over everything in view, with no haste. */
  wakeAll(): void;
  /** The objects as last seen, for finding what refers to what. Never the base of an effect. */
  objects(): readonly RawObject[];
  /** The views that are not synced, for people: `reindexrequests in namespace team-a`. */
  unlisted(): readonly string[];
  /** Resolves after the first whole list of each view. */
  readonly synced: Promise<unknown>;
  /** Milliseconds since the API server last said anything: of the oldest view when there are several. */
  viewAgeMs(): number;
  readonly queue: Pick<WorkQueue, 'depth' | 'running'>;
}

export interface RunnerOptions<Spec, Status, Observed, Action extends ActionLike> {
  readonly controller: Controller<Spec, Status, Observed, Action>;
  /** Without what the runner itself sees to. */
  readonly engine: Omit<Engine, 'failingCleanups' | 'view' | 'wrote' | 'follow' | 'hooks'>;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Absent or empty: all namespaces, by one watch; else one watch each. */
  readonly namespaces?: readonly string[];
  /** Default 4. */
  readonly workers?: number;
  /** What a resource shares with others, say its Elasticsearch cluster; one group takes half of the workers at most. */
  readonly groupOf?: (object: RawObject) => string | undefined;
  /** Told of each change that the view has seen or this process has made, for what depends on objects of this kind. */
  readonly onChange?: (change: Change) => void;
  readonly hooks?: RunnerHooks;
  readonly reflectorHooks?: ReflectorHooks;
  readonly limits?: Partial<ReflectorLimits & WorkerLimits>;
}

/**
 * Each request has a limit of its own, which a connection may set to five minutes: a pass must outlast it, or the limit
 * would have no effect. So the limit of a pass only ends what hangs.
 */
const LIMITS: WorkerLimits = {
  passMs: 600_000,
  cleanupMs: 60_000,
  resyncMs: 36_000_000,
  graceMs: 2_000,
};
const WORKERS = 4;

export function createRunner<Spec, Status, Observed, Action extends ActionLike>(
  options: RunnerOptions<Spec, Status, Observed, Action>,
): ControllerRunner {
  const { controller, hooks = {}, workers = WORKERS, random } = options;
  const name = controller.definition.singular;
  const views = createViews(options, (change) => {
    options.onChange?.(change);
    if (wakes(change)) queue.add(change.key, { urgency: urgencyOf(change) });
  });
  const queue = createQueue(options, workers, views);
  let followers: Followers | undefined;
  const engine: Engine = {
    ...options.engine,
    failingCleanups: failingCleanups(),
    follow: (key, what, wait) => followers?.follow(keyText(key), what, wait),
    hooks,
    view: (key) => viewOf(views, keyText(key)),
    wrote: (object) => {
      // Its event comes later, and is no news by then.
      for (const change of learn(views, object)) options.onChange?.(change);
    },
  };
  return {
    name,
    workers,
    watch: async (signal) => void (await Promise.all(views.map((view) => view.run(signal)))),
    work: (signal) => {
      followers = new Followers(signal, (key) => queue.add(key), options.engine.clock);
      return runWorkers(
        {
          name,
          queue,
          engine,
          hooks,
          workers,
          random,
          limits: { ...LIMITS, ...options.limits },
          reconcile: (inner, key, passSignal) => reconcile(inner, controller, key, passSignal),
        },
        signal,
      );
    },
    enqueue: (key, wish) => queue.add(key, wish),
    wakeAll: () => {
      for (const { store } of views)
        for (const key of store.keys()) queue.add(key, { urgency: 'background' });
    },
    objects: () => views.flatMap(({ store }) => store.values().map(asRaw)),
    unlisted: () => views.flatMap((view) => (view.isSynced() ? [] : view.title)),
    synced: Promise.all(views.map((view) => view.synced)),
    viewAgeMs: () => Math.max(...views.map((view) => view.ageMs())),
    queue,
  };
}

function createViews<Spec, Status, Observed, Action extends ActionLike>(
  options: RunnerOptions<Spec, Status, Observed, Action>,
  onChange: (change: Change) => void,
): readonly Reflector[] {
  const { controller, engine, namespaces = [], random, reflectorHooks, limits } = options;
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;
  return scopes.map((namespace) =>
    createReflector({
      kubernetes: engine.kubernetes,
      kind: kindRefOf(controller.definition),
      clock: engine.clock,
      random,
      onChange,
      ...(namespace === undefined ? {} : { namespace }),
      ...(reflectorHooks === undefined ? {} : { hooks: reflectorHooks }),
      ...(limits === undefined ? {} : { limits }),
    }),
  );
}

function createQueue<Spec, Status, Observed, Action extends ActionLike>(
  { engine, random, hooks, groupOf }: RunnerOptions<Spec, Status, Observed, Action>,
  workers: number,
  views: readonly Reflector[],
): WorkQueue {
  const groupOfKey = (key: string): string | undefined => {
    const object = viewOf(views, key);
    return object === undefined ? undefined : groupOf?.(object);
  };
  return new WorkQueue({
    clock: engine.clock,
    random,
    groupOf: groupOfKey,
    groupLimit: Math.max(1, Math.floor(workers / 2)),
    ...(hooks === undefined ? {} : { hooks }),
  });
}

/** The first list wakes everything, so it gives way to what people change meanwhile. */
const urgencyOf = (change: Change): Urgency =>
  change.type === 'added' && change.isInitial ? 'background' : 'edit';

function viewOf(views: readonly Reflector[], key: string): RawObject | undefined {
  const object = views.map(({ store }) => store.get(key)).find((found) => found !== undefined);
  return object === undefined ? undefined : asRaw(object);
}

function learn(views: readonly Reflector[], object: KubernetesObject): readonly Change[] {
  return views.flatMap(({ store }) => store.learn(object));
}

/** A list or watch of our kind holds nothing else. */
const asRaw = (object: KubernetesObject): RawObject => object as RawObject;
