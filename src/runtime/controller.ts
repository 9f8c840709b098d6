import type { Condition, KindDefinition, Resource } from '../crds/shared.ts';

/**
 * A kind is three pieces. `observe` reads, `decide` judges without I/O, `perform` does one small repeatable effect.
 * The engine (reconcile.ts) runs them, writes status once per pass and turns the outcome into a queue call.
 */
export interface Controller<Spec, Status, Observed, Action extends ActionLike> {
  readonly definition: KindDefinition<Spec, Status>;
  /** True when `decide` itself says when the annotation run-now is handled; otherwise a pass without failure handles it. */
  readonly handlesRunNow?: boolean;
  /** All reads of one pass. Throws WaitingError or TerminalError for what the user must be told, anything else to retry. */
  observe(resource: Resource<Spec, Status>, pass: Pass): Promise<Observed>;
  /** Pure: what the world means for this resource at `now` (milliseconds since the epoch). */
  decide(resource: Resource<Spec, Status>, observed: Observed, now: number): Decision<Status, Action>;
  /**
   * One effect. Called only after a fresh check that this process leads and that the resource still has the same uid
   * and generation. What must be remembered of its answer comes back as a change of the status that is written next.
   */
  perform(action: Action, resource: Resource<Spec, Status>, pass: Pass): Promise<StatusChange<Status> | void>;
  /**
   * Pure: what a change of Ready tells, once it is written. For reasons that also an action that failed may give, of which
   * `decide` does not know; what it knows itself it tells by `events`.
   */
  readonly readyEvents?: ReadyEvents;
  /** Lets go of what is kept in memory for a resource that is gone (metrics, caches). */
  forget?(key: ResourceKey): void;
}

export type ReadyEvents = (before: Condition | undefined, now: Condition) => readonly ResourceEvent[];

export interface ActionLike {
  /** A verb; the label of logs and metrics. */
  readonly type: string;
  /** Nobody waits for it: while the kill switch is on it is left out, and the object is judged without it. */
  readonly canWait?: boolean;
}

export interface ResourceKey {
  readonly namespace: string;
  readonly name: string;
}

/** What one pass hands to the I/O ends of a controller. */
export interface Pass {
  readonly signal: AbortSignal;
  readonly now: number;
  readonly log: PassLogger;
  /**
   * For `perform`, right before what cannot be taken back: throws FencedError once the watch has told that the resource was
   * edited or deleted since the fence before the action. Asks nobody.
   */
  readonly assertUnchanged?: () => void;
  /**
   * Asks for another pass as soon as `wait` has ended well; it outlives this one. `what` names it. Absent where nobody can
   * be woken: the next look must be due without it.
   */
  readonly follow?: (what: string, wait: (signal: AbortSignal) => Promise<unknown>) => void;
}

export interface PassLogger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

export type StatusChange<Status> = (status: Status) => Status;

export interface Decision<Status, Action> {
  /**
   * The whole status as it should read. The engine overwrites its own members of it: `conditions`, `observedGeneration`,
   * `writtenBy`, and the echo of run-now unless the controller handles that.
   */
  readonly status: Status;
  readonly ready: Readiness;
  /** Further conditions; one that is absent here is removed. */
  readonly conditions?: readonly ExtraCondition[];
  /** Effects that do not depend on each other. If B needs A, return A and come `back` 'now'. */
  readonly actions?: readonly Action[];
  /** When to look again besides changes of the resource: milliseconds, 'now' (after the status write), or 'changed'. */
  readonly next: number | 'now' | 'changed';
  /**
   * With 'now': milliseconds to wait instead where no action had anything to remember, as what they wait for is not there
   * yet. Absent: each action is a step ahead.
   */
  readonly idleMs?: number;
  /**
   * Milliseconds until the clock alone makes something due: an action that keeps failing is repeated with a back-off, but
   * no later than this.
   */
  readonly dueIn?: number;
  /** True while something is held in Elasticsearch that must be let go: keeps the finalizer. */
  readonly holds?: boolean;
  /** Sent once the status that they tell of is written. */
  readonly events?: readonly ResourceEvent[];
  /** Delete the resource itself (its time to live is over); guarded by uid and resourceVersion. */
  readonly remove?: boolean;
}

/** Becomes the conditions Ready, Reconciling and Stalled as kstatus reads them. */
export interface Readiness {
  readonly type: 'ready' | 'reconciling' | 'stalled' | 'suspended';
  readonly reason: string;
  readonly message: string;
}

export type ExtraCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export interface ResourceEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  /** At most 1,024 bytes; cut by the recorder. */
  readonly note: string;
}
