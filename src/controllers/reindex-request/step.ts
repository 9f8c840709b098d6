import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { APPROVE } from '../../crds/shared.ts';
import type { Decision, ExtraCondition, Readiness, ResourceEvent } from '../../runtime/controller.ts';
import { holdsFinalizer } from '../../runtime/finalizer.ts';
import type { ReindexAction } from './actions.ts';
import { errorIndex, withErrorIndex } from './error-index.ts';
import { documentsText } from './failures.ts';
import { endOf, timeToLive } from './time-to-live.ts';
import { time } from './moments.ts';
import { lackEvents, movedConditions } from './moved-conditions.ts';
import { withoutForecast } from './progress.ts';
import { hasServed, type Situation } from './situation.ts';

export type Step = Decision<ReindexRequestStatus, ReindexAction>;
export type Phase = NonNullable<ReindexRequestStatus['phase']>;
type Progress = NonNullable<ReindexRequestStatus['progress']>;

export interface StepOptions {
  readonly phase: Phase;
  /** The sentence of the Ready condition; stable while nothing changes for the reader. */
  readonly message: string;
  readonly status?: ReindexRequestStatus;
  readonly percent?: number;
  /** Whom it waits for; absent while it has its turn. */
  readonly turn?: NonNullable<ReindexRequestStatus['turn']>;
  /** The figures of the moment, with a sentence of their own. */
  readonly progress?: Omit<Progress, 'percent' | 'display' | 'message'> & { readonly message: string };
  readonly actions?: readonly ReindexAction[];
  readonly next?: Step['next'];
  /** See Decision. */
  readonly idleMs?: number;
  readonly ready?: Readiness;
  readonly holds?: boolean;
  readonly events?: readonly ResourceEvent[];
}

/** How soon to look again while something outside must move. */
export const SOON_MS = 1_000;

/** The same where it is a matter of moments, or where writers wait for it. */
export const AT_ONCE_MS = 50;

/** What keeps failing while writers wait is tried again so often, whatever its back-off: its cause may be gone by now. */
const SELDOM_UNDER_BLOCK_MS = 10_000;

/** One decision on the way: everything that the stages share is said here once. */
export function step(situation: Situation, options: StepOptions): Step {
  const { status } = situation;
  const message = shortened(options.message, MOST_CHARACTERS);
  const { turn: _turn, ...rest } = options.status ?? status;
  const changed = withErrorIndex(situation.spec.destination.index, situation.attempt, rest);
  const next: ReindexRequestStatus = {
    ...changed,
    phase: options.phase,
    ...(options.turn ? { turn: options.turn } : {}),
    startTime: status.startTime ?? time(situation.now),
    ...(isOver(options.phase) ? endOf(situation, changed) : {}),
    progress: progressOf(situation, options),
  };
  const left = isOver(options.phase) ? timeToLive(situation, next) : undefined;
  const conditions = conditionsOf(situation, next);
  return {
    status: next,
    ready: options.ready
      ? { ...options.ready, message: shortened(options.ready.message, MOST_CHARACTERS) }
      : { type: 'reconciling', reason: 'InProgress', message },
    conditions,
    actions: options.actions ?? [],
    next: left ?? options.next ?? (options.actions?.length ? 'now' : SOON_MS),
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    ...(areWritersWaiting(next) ? { dueIn: SELDOM_UNDER_BLOCK_MS } : {}),
    holds: options.holds ?? true,
    ...(left === 0 && isOver(status.phase) ? { remove: true } : {}),
    events: [
      ...phaseEvent(status.phase, options),
      ...lackEvents(situation, conditions),
      ...(options.events ?? []),
    ],
  };
}

/** A status that is too long is refused as a whole, and the request would be stuck. */
const MOST_CHARACTERS = 4_000;

export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}

function progressOf(situation: Situation, options: StepOptions): Progress {
  const before = situation.status.progress;
  const percent = Math.max(before?.percent ?? 0, options.percent ?? 0);
  const figures = options.progress ?? { ...before, message: options.message };
  const isMoving = options.phase === 'Copying' && options.ready?.type !== 'suspended';
  const live = isMoving ? figures : withoutForecast(figures);
  return { ...live, percent, display: `${percent}%`, message: shortened(figures.message, 1_000) };
}

function phaseEvent(
  before: Phase | undefined,
  { phase, message, ready }: StepOptions,
): readonly ResourceEvent[] {
  if (before === phase) return [];
  // Whoever cancels or rolls back knows it: only a failure asks somebody to act.
  const type = ready?.type === 'stalled' && phase === 'Failed' ? 'Warning' : 'Normal';
  const reason = isOver(phase) ? (ready?.reason ?? phase) : phase;
  return [{ type, reason, action: phase, note: message }];
}

function conditionsOf(situation: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  return [
    ...blockCondition(situation, status),
    ...approvalCondition(status),
    ...quarantineCondition(situation, status),
    ...failedCondition(status),
    ...movedConditions(situation, status),
  ];
}

function areWritersWaiting({ blockedSince, phase }: ReindexRequestStatus): boolean {
  return blockedSince !== undefined && !hasServed(phase);
}

function blockCondition({ spec }: Situation, status: ReindexRequestStatus): readonly ExtraCondition[] {
  if (!areWritersWaiting(status)) return [];
  const message = `writes to ${spec.source.index} are blocked until the aliases have moved: writers see 403 and must retry`;
  const reason = spec.writeMode === 'BlockFirst' ? 'BlockFirst' : 'CutOver';
  return [{ type: 'WritesBlocked', status: 'True', reason, message }];
}

function approvalCondition({ phase, plan }: ReindexRequestStatus): readonly ExtraCondition[] {
  if (phase !== 'AwaitingApproval') return [];
  const message = `annotate ${APPROVE}=${plan?.hash} to let the aliases move`;
  return [{ type: 'ApprovalRequired', status: 'True', reason: 'WaitingForApproval', message }];
}

function quarantineCondition(
  { spec }: Situation,
  { progress, failures }: ReindexRequestStatus,
): readonly ExtraCondition[] {
  const quarantined = progress?.quarantined ?? 0;
  if (quarantined === 0) return [];
  const { index } = spec.destination;
  const [first] = failures ?? [];
  // A series that has ended knows their number only.
  const which = first ? `to ${index}, the first is ${first.id}` : `to the indexes of ${index}`;
  const message = `${documentsText(quarantined)} could not be written ${which}; ${errorIndex(index)} has them with their causes`;
  return [{ type: 'QuarantinedDocuments', status: 'True', reason: 'DocumentFailures', message }];
}

function failedCondition({ phase, failure }: ReindexRequestStatus): readonly ExtraCondition[] {
  if (phase !== 'Failed') return [];
  const { reason = 'Failed', message = '' } = failure ?? {};
  return [{ type: 'Failed', status: 'True', reason, message }];
}

export function withFailure(
  status: ReindexRequestStatus,
  reason: string,
  message: string,
): ReindexRequestStatus {
  return { ...status, failure: { reason, message: shortened(message, MOST_CHARACTERS) } };
}

/** Remembers why, and leaves the rest to the undo: tasks, block and epoch alias go before the phase says Failed. */
export function fail(
  situation: Situation,
  reason: string,
  message: string,
  more: ReindexRequestStatus = {},
): Step {
  return step(situation, {
    phase: situation.status.phase ?? 'Validating',
    message,
    status: withFailure({ ...situation.status, ...more }, reason, message),
    next: 'now',
    holds: holdsFinalizer(situation.resource),
  });
}
