import type { Resource } from '../crds/shared.ts';
import type { ActionLike, Controller, StatusChange } from './controller.ts';
import { assertMayChange } from './engine.ts';
import type { PassState } from './engine.ts';
import { FencedError } from './errors.ts';
import { gravest, judgeFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import { objectRefOf } from './resource.ts';
import type { RawObject } from './resource.ts';

/** What the actions of one decision left behind. */
export interface Performed<Status> {
  /** Of those that succeeded, also when others failed: what they did must be remembered. */
  readonly changes: readonly StatusChange<Status>[];
  readonly failure: Failure | undefined;
}

/** Runs the actions side by side, each behind its own fence. */
export async function performAll<Spec, Status, Observed, Action extends ActionLike>(
  state: PassState,
  controller: Controller<Spec, Status, Observed, Action>,
  resource: Resource<Spec, Status>,
  actions: readonly Action[],
): Promise<Performed<Status>> {
  const wanted =
    state.engine.paused?.() === true ? actions.filter(({ canWait }) => canWait !== true) : actions;
  const settled = await Promise.allSettled(
    wanted.map((action) => performOne(state, controller, resource, action)),
  );
  return {
    changes: settled.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : [])),
    failure: gravest(
      settled.flatMap((one) =>
        one.status === 'rejected' ? [judgeFailure(one.reason, state.pass.signal)] : [],
      ),
    ),
  };
}

async function performOne<Spec, Status, Observed, Action extends ActionLike>(
  state: PassState,
  controller: Controller<Spec, Status, Observed, Action>,
  resource: Resource<Spec, Status>,
  action: Action,
): Promise<StatusChange<Status> | void> {
  const report = (result: 'success' | 'error' | 'fenced') => state.engine.hooks?.acted?.(action.type, result);
  try {
    await assertStillMeant(state, resource);
    const assertUnchanged = unchangedSince(state, resource);
    const change = await controller.perform(action, resource, { ...state.pass, assertUnchanged });
    report('success');
    return change;
  } catch (error) {
    report(error instanceof FencedError ? 'fenced' : 'error');
    throw error;
  }
}

/**
 * The fence before an effect: the kill switch is off, the object on the server is the one that was judged, and this
 * process leads. Leadership comes last, since it may be lost while the server answers.
 */
async function assertStillMeant(state: PassState, resource: Resource<unknown, unknown>): Promise<void> {
  const { engine, kind, pass } = state;
  assertMayChange(engine);
  const now = await engine.kubernetes.get<RawObject>(objectRefOf(kind, resource.metadata), pass.signal);
  if (!isSame(now?.metadata, resource.metadata)) {
    throw new FencedError('the resource changed or is gone since it was judged');
  }
  pass.signal.throwIfAborted();
  assertMayChange(engine);
}

/** For an effect that comes long after its fence: what the watch has told of the object since. */
function unchangedSince({ engine: { view } }: PassState, { metadata }: Resource<unknown, unknown>) {
  const before = view?.(metadata)?.metadata;
  return (): void => {
    const seen = view?.(metadata)?.metadata;
    const isSameObject = seen?.uid === metadata.uid;
    if (isSameObject ? isChanged(seen, metadata) : before?.uid === metadata.uid)
      throw new FencedError('the resource was changed or deleted while an effect was prepared');
  };
}

/** A view may also be older than what the fence has read. */
const isChanged = (seen: Identity, judged: Identity): boolean =>
  (seen.generation ?? 0) > (judged.generation ?? 0) ||
  (seen.deletionTimestamp !== undefined && judged.deletionTimestamp === undefined);

type Identity = Pick<RawObject['metadata'], 'uid' | 'generation' | 'deletionTimestamp'>;

const isSame = (now: Identity | undefined, judged: Identity): boolean =>
  now?.uid === judged.uid &&
  now.generation === judged.generation &&
  now.deletionTimestamp === judged.deletionTimestamp;
