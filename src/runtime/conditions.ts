import type { Condition } from '../crds/shared.ts';
import type { ExtraCondition, Readiness } from './controller.ts';
import { timeText } from './time.ts';

/** What the conditions are made from besides the readiness. */
export interface ConditionContext {
  readonly previous: readonly Condition[];
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The three that the engine alone writes, as kstatus reads them, and the mark of a suspended object. */
const ENGINE_OWNED = new Set(['Ready', 'Reconciling', 'Stalled', 'Suspended']);

/**
 * The whole list of conditions. `extras` replaces what the controller said before; undefined keeps it, for passes that
 * ended before the controller could judge.
 */
export function conditionsOf(
  ready: Readiness,
  extras: readonly ExtraCondition[] | undefined,
  context: ConditionContext,
): Condition[] {
  return [...stamp(readinessConditions(ready), context), ...otherConditions(extras, context)];
}

/**
 * After a fault: what was known stays, `Ready` above all, since a fault says nothing about the object: controllers go on
 * from its reason, and True must not turn for what passes. Only Reconciling tells that a retry is due, and a Ready that
 * has told of a hindrance outside, which may be over: the fault is what hinders now. `extras` as for `conditionsOf`.
 */
export function retryingConditions(
  message: string,
  extras: readonly ExtraCondition[] | undefined,
  context: ConditionContext,
): Condition[] {
  const before = context.previous.find(({ type }) => type === 'Ready');
  const ready: ExtraCondition = { type: 'Ready', status: 'Unknown', reason: 'Retrying', message };
  const retrying: ExtraCondition = { type: 'Reconciling', status: 'True', reason: 'Retrying', message };
  const isKept = before !== undefined && !isOutdated(before);
  return [
    ...(isKept ? [before] : stamp([{ ...ready, status: before?.status ?? 'Unknown' }], context)),
    ...stamp([retrying], context),
    ...context.previous.filter(({ type }) => type === 'Suspended'),
    ...otherConditions(extras, context),
  ];
}

/** What tells of the way to the object, and nothing of the object itself. */
const HINDRANCES: ReadonlySet<string> = new Set(['ConnectionNotReady', 'Retrying']);

const isOutdated = ({ status, reason }: Condition): boolean => status !== 'True' && HINDRANCES.has(reason);

function otherConditions(
  extras: readonly ExtraCondition[] | undefined,
  context: ConditionContext,
): Condition[] {
  const isOther = ({ type }: { readonly type: string }) => !ENGINE_OWNED.has(type);
  return extras === undefined ? context.previous.filter(isOther) : stamp(extras.filter(isOther), context);
}

function readinessConditions({ type, reason, message }: Readiness): readonly ExtraCondition[] {
  if (type === 'ready') return [{ type: 'Ready', status: 'True', reason, message }];
  const isSuspended = type === 'suspended';
  return [
    { type: 'Ready', status: 'False', reason: isSuspended ? 'Suspended' : reason, message },
    { type: SECOND[type], status: 'True', reason, message },
  ];
}

/** What stands beside Ready=False, and is absent otherwise. */
const SECOND = { reconciling: 'Reconciling', stalled: 'Stalled', suspended: 'Suspended' } as const;

/** Gives each its times: `lastTransitionTime` moves only with `status`. */
function stamp(conditions: readonly ExtraCondition[], context: ConditionContext): Condition[] {
  return conditions.map(({ type, status, reason, message }) => {
    const before = context.previous.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : timeText(context.now),
      observedGeneration: context.generation,
    };
  });
}
