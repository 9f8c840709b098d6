import { isKubernetesError } from '../kubernetes/errors.ts';
import { abandonedCleanup } from './abandoned-cleanup.ts';
import type { ActionLike, Controller, Decision, Pass, ResourceKey } from './controller.ts';
import { assertMayAct, patchObject } from './engine.ts';
import type { Engine, Outcome, PassState } from './engine.ts';
import { FencedError } from './errors.ts';
import { judgeFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import {
  addFinalizerPatch,
  cleanupTimeLeft,
  holdsFinalizer,
  awaitsCleanup,
  removeFinalizerPatch,
} from './finalizer.ts';
import { refuseNewerStatus } from './newer-status.ts';
import { performAll } from './perform.ts';
import { kindRefOf, objectRefOf, parseResource } from './resource.ts';
import type { RawObject } from './resource.ts';
import { writeDecided, writeFailed } from './status-write.ts';

/** 'now' without any progress would spin; such a pass looks again after this long. */
const IDLE_AGAIN_MS = 1_000;

/** One pass: reads, judges, acts, writes status once. Never throws: each way out is an Outcome. */
export async function reconcile<Spec, Status, Observed, Action extends ActionLike>(
  engine: Engine,
  controller: Controller<Spec, Status, Observed, Action>,
  key: ResourceKey,
  signal: AbortSignal,
): Promise<Outcome> {
  const { definition } = controller;
  const kind = kindRefOf(definition);
  const { follow } = engine;
  const began = engine.clock.monotonic();
  const pass: Pass = {
    signal,
    now: engine.clock.now(),
    log: engine.log,
    ...(follow && { follow: (what, wait) => follow(key, what, wait) }),
  };
  let state: PassState | undefined;
  try {
    const seen = engine.view?.(key);
    const raw = seen ?? (await engine.kubernetes.get<RawObject>(objectRefOf(kind, key), signal));
    if (raw === undefined) return forget(engine, controller, key);
    const { readyEvents } = controller;
    state = { engine, definition, kind, pass, began, readyEvents, current: raw, isLive: seen === undefined };
    return await carryOut(state, controller);
  } catch (error) {
    const failure = judgeFailure(error, signal);
    return state === undefined ? failure.outcome : endInFailure(state, failure);
  }
}

function hasEffects({ actions, remove }: Decision<unknown, unknown>): boolean {
  return (actions ?? []).length > 0 || remove === true;
}

/**
 * Effects rest on the object as it is, never on a view that may lag: its status is their journal. False when a newer
 * version was found, by which everything must be judged again.
 */
async function confirmLive(state: PassState): Promise<boolean> {
  if (state.isLive) return true;
  const { engine, kind, pass, current } = state;
  const live = await engine.kubernetes.get<RawObject>(objectRefOf(kind, current.metadata), pass.signal);
  if (live === undefined || live.metadata.uid !== current.metadata.uid)
    throw new FencedError('the resource is gone or was created anew since it was seen');
  state.isLive = true;
  const isSame = live.metadata.resourceVersion === current.metadata.resourceVersion;
  state.current = live;
  return isSame;
}

function forget(engine: Engine, controller: { forget?(key: ResourceKey): void }, key: ResourceKey): Outcome {
  engine.failingCleanups.forget(key);
  controller.forget?.(key);
  return { type: 'gone' };
}

async function carryOut<Spec, Status, Observed, Action extends ActionLike>(
  state: PassState,
  controller: Controller<Spec, Status, Observed, Action>,
): Promise<Outcome> {
  refuseNewerStatus(controller.definition, state.current, state.engine.version);
  const resource = parseResource(controller.definition, state.current);
  const observed = await orAborted(controller.observe(resource, state.pass), state.pass.signal);
  const decision = controller.decide(resource, observed, state.pass.now);
  if (hasEffects(decision) && !(await confirmLive(state))) return carryOut(state, controller);
  if (decision.holds === true) await addFinalizer(state);
  const { changes, failure } = await performAll(state, controller, resource, decision.actions ?? []);
  // Fenced or stopped before anything was done: there is nothing to tell, and perhaps nobody who may tell it.
  if (failure?.report.type === 'quiet' && changes.length === 0) return endQuietly(state, failure);
  const body = changes.reduce((status, change) => change(status), decision.status);
  const verdict = {
    ready: decision.ready,
    conditions: decision.conditions ?? [],
    handlesRunNow: controller.handlesRunNow === true,
  };
  const wrote = await writeDecided(state, asBody(body), verdict, failure?.report);
  for (const event of decision.events ?? []) state.engine.record(state.current, event);
  if (failure !== undefined) return endOfCleanup(state, inTime(failure, decision));
  await release(state, decision);
  return outcomeOf(decision, { wrote, hasChanges: changes.length > 0 });
}

async function endInFailure(state: PassState, failure: Failure): Promise<Outcome> {
  if (failure.report.type === 'quiet') return endQuietly(state, failure);
  try {
    await writeFailed(state, failure.report);
  } catch (error) {
    const ended = afterRefusal(state, error, 'the failure of this pass could not be written to status');
    if (ended !== undefined) return ended;
  }
  try {
    return await endOfCleanup(state, failure);
  } catch (error) {
    return afterRefusal(state, error, 'the cleanup could not be given up') ?? failure.outcome;
  }
}

/**
 * How a pass ends when the API server does not take what a failed one has to say. Undefined: the failure decides what
 * happens next, and the end of a cleanup is tried whether it could be written or not.
 */
function afterRefusal(state: PassState, error: unknown, what: string): Outcome | undefined {
  // The watch may be silent: a pass at once would judge by the same view, and meet the same answer.
  if (isKubernetesError(error, 'notFound')) return { type: 'fenced' };
  const second = judgeFailure(error, state.pass.signal);
  if (second.report.type === 'quiet') return second.outcome;
  state.engine.log.warn({ err: error, ...nameOf(state) }, what);
  return undefined;
}

/** What was judged is not what is there: the next pass must not judge by the same view again, however late the watch is. */
async function endQuietly({ engine, kind, current }: PassState, { outcome }: Failure): Promise<Outcome> {
  if (outcome.type !== 'conflict' && outcome.type !== 'fenced') return outcome;
  const now = await engine.kubernetes
    .get<RawObject>(objectRefOf(kind, current.metadata))
    .catch(() => undefined); // only to know earlier what the watch will tell
  if (now !== undefined) engine.wrote?.(now);
  return outcome;
}

/**
 * A cleanup that keeps failing before the eyes of this process is given up: a cluster that is gone for good must not hold
 * its namespace. Until then the next try comes no later than that moment. The kill switch is no failure: whoever has
 * switched it on lets the cleanup begin by switching it off.
 */
async function endOfCleanup(state: PassState, { error, outcome }: Failure): Promise<Outcome> {
  const { engine, current, began } = state;
  if (!awaitsCleanup(current) || engine.pausedByHand?.() === true) return outcome;
  const ended = engine.clock.monotonic();
  const failingForMs = ended - engine.failingCleanups.failed(identityOf(current), { began, ended });
  const left = cleanupTimeLeft(current, failingForMs, engine.serverNow());
  if (left > 0) return withinMs(outcome, left);
  await patchObject(state, removeFinalizerPatch(current));
  engine.record(state.current, abandonedCleanup(state.current, state.definition, { error, failingForMs }));
  return { type: 'again', afterMs: 0 };
}

/** What keeps failing must not cost what comes due meanwhile. A verdict on the object itself waits for its change. */
function inTime(failure: Failure, { dueIn }: Pick<Decision<unknown, unknown>, 'dueIn'>): Failure {
  if (dueIn === undefined || failure.outcome.type === 'stalled') return failure;
  return { ...failure, outcome: withinMs(failure.outcome, dueIn) };
}

function withinMs(outcome: Outcome, ms: number): Outcome {
  if (outcome.type === 'failed') return { ...outcome, atMostMs: ms };
  if (outcome.type !== 'waiting' && outcome.type !== 'stalled') return outcome;
  return { ...outcome, afterMs: Math.min(outcome.afterMs ?? ms, ms) };
}

async function addFinalizer(state: PassState): Promise<void> {
  const { current } = state;
  // The API server takes no new finalizer once the object is being deleted.
  if (holdsFinalizer(current) || current.metadata.deletionTimestamp !== undefined) return;
  await patchObject(state, addFinalizerPatch(current));
}

/** What a finished resource lets go of: its finalizer, or itself. */
async function release(state: PassState, decision: Decision<unknown, unknown>): Promise<void> {
  if (decision.holds !== true && holdsFinalizer(state.current)) {
    await patchObject(state, removeFinalizerPatch(state.current));
  }
  const { uid, resourceVersion, deletionTimestamp } = state.current.metadata;
  if (decision.remove !== true || deletionTimestamp !== undefined) return;
  assertMayAct(state.engine);
  await state.engine.kubernetes.remove(objectRefOf(state.kind, state.current.metadata), {
    uid,
    resourceVersion,
  });
}

/** Figures of the moment may be written with each pass: they are no reason to ask again at once for what is not there yet. */
function outcomeOf(
  { next, actions = [], idleMs }: Decision<unknown, unknown>,
  { wrote, hasChanges }: { readonly wrote: boolean; readonly hasChanges: boolean },
): Outcome {
  if (next === 'changed') return { type: 'settled' };
  if (next !== 'now') return { type: 'settled', afterMs: next };
  const progressed = idleMs === undefined ? wrote || actions.length > 0 : hasChanges;
  return { type: 'again', afterMs: progressed ? 0 : (idleMs ?? IDLE_AGAIN_MS) };
}

/** Ends with the signal even when the work does not listen to it: reads that go on unseen do no harm. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    // Not thrown before the race: a rejection of the work that nobody waits for would end the process.
    if (signal.aborted) onAbort();
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const nameOf = ({ current }: PassState) => ({
  namespace: current.metadata.namespace,
  name: current.metadata.name,
});

const identityOf = ({ metadata: { namespace, name, uid } }: RawObject) => ({ namespace, name, uid });

/** A status is an object in every kind; the type of a controller does not say so. */
const asBody = (status: unknown): object => (typeof status === 'object' && status !== null ? status : {});
