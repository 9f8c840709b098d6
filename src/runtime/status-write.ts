import { type Condition, findCondition, RUN_NOW, tokenOf } from '../crds/shared.ts';
import { conditionsOf, retryingConditions } from './conditions.ts';
import type { ConditionContext } from './conditions.ts';
import type { ExtraCondition, Readiness } from './controller.ts';
import { patchObject } from './engine.ts';
import type { PassState } from './engine.ts';
import type { FailureReport } from './failure.ts';
import { readStatus } from './resource.ts';
import { recalledRunNow, type RunNow } from './run-now.ts';
import { mergePatchBetween } from './status.ts';
import type { Json } from './status.ts';

/** What a pass has to say in the status besides the body that the controller owns. */
export interface Verdict {
  readonly ready: Readiness;
  readonly conditions: readonly ExtraCondition[];
  /** The controller echoes the annotation run-now itself. */
  readonly handlesRunNow: boolean;
}

/**
 * The one status write of a pass that reached its decision. With a failure the body is written all the same, and the
 * failure speaks in the conditions. Returns whether anything changed.
 */
export async function writeDecided(
  state: PassState,
  body: object,
  verdict: Verdict,
  report: FailureReport | undefined,
): Promise<boolean> {
  const before = statusBefore(state);
  const desired = {
    ...body,
    ...(verdict.handlesRunNow ? {} : runNowEcho(state, before, report)),
    ...recalled(state, before),
    observedGeneration: state.current.metadata.generation,
    conditions: decidedConditions(verdict, report, contextOf(state, before)),
    writtenBy: before['writtenBy'],
  };
  // Another version alone is no reason to write: an update of the operator would cost a write for each resource.
  if (mergePatchBetween(before, desired) === undefined) return false;
  const writtenBy = { version: state.engine.version, format: state.definition.statusFormat };
  await writeStatus(state, before, { ...desired, writtenBy });
  return true;
}

/**
 * The status write of a pass that failed before its decision: the body stays, or is the first there is, and the failure
 * speaks in the conditions.
 */
export async function writeFailed(state: PassState, report: FailureReport): Promise<void> {
  if (report.type === 'quiet') return;
  const before = statusBefore(state);
  const context = contextOf(state, before);
  const said =
    report.type === 'retrying'
      ? { conditions: retryingConditions(report.message, undefined, context) }
      : {
          observedGeneration: state.current.metadata.generation,
          conditions: conditionsOf(report.ready, undefined, context),
        };
  await writeStatus(state, before, {
    ...state.definition.firstStatus,
    ...before,
    ...recalled(state, before),
    ...said,
  });
}

/** Whoever handles the annotation, and however the pass ends: from the next one on the status is no longer empty. */
function recalled({ current, pass }: PassState, before: Json): Json {
  const status = before as RunNow['status']; // checked by the CRD's schema
  return { ...recalledRunNow({ metadata: current.metadata, status }, pass.now) };
}

/** A pass without failure has handled the annotation; any other leaves the echo as it was. */
function runNowEcho({ current }: PassState, before: Json, report: FailureReport | undefined): Json {
  const asked = report === undefined ? tokenOf(current.metadata, RUN_NOW) : undefined;
  const lastHandledRunNow = asked ?? before['lastHandledRunNow'];
  return lastHandledRunNow === undefined ? {} : { lastHandledRunNow };
}

function decidedConditions(
  { ready, conditions }: Verdict,
  report: FailureReport | undefined,
  context: ConditionContext,
): readonly Condition[] {
  if (report === undefined) return conditionsOf(ready, conditions, context);
  if (report.type === 'verdict') return conditionsOf(report.ready, conditions, context);
  if (report.type === 'retrying') return retryingConditions(report.message, conditions, context);
  return context.previous;
}

/** Writes what differs; an equal status costs nothing. A 409 means that what we judged is no longer what is there. */
async function writeStatus(state: PassState, before: Json, desired: Json): Promise<void> {
  const patch = mergePatchBetween(before, desired);
  if (patch === undefined) return;
  const { resourceVersion } = state.current.metadata;
  await patchObject(state, { metadata: { resourceVersion }, status: patch }, 'status');
  state.engine.hooks?.wroteStatus?.();
  tellReady(state, before, desired);
}

function tellReady({ engine, current, readyEvents }: PassState, before: Json, after: Json): void {
  const now = findCondition(after, 'Ready');
  if (now === undefined) return;
  const events = readyEvents?.(findCondition(before, 'Ready'), now) ?? [];
  for (const event of events) engine.record(current, event);
}

/**
 * The status to compare with. Read through the schema, so that a member that only a newer operator knows is neither
 * shown nor removed; what cannot be read at all is replaced as a whole.
 */
function statusBefore({ current, definition }: PassState): Json {
  const status = readStatus(definition, current.status) ?? current.status;
  return typeof status === 'object' && status !== null ? (status as Json) : {}; // an object from JSON
}

function contextOf({ current, pass }: PassState, { conditions }: Json): ConditionContext {
  return {
    previous: Array.isArray(conditions) ? (conditions as readonly Condition[]) : [], // checked by the CRD's schema
    generation: current.metadata.generation,
    now: pass.now,
  };
}
