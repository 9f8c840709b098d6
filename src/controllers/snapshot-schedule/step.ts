import type { Readiness, ResourceEvent } from '../../runtime/controller.ts';
import type { SnapshotAction } from './actions.ts';
import type { Status } from './observed.ts';
import type { Situation } from './situation.ts';

/** What the rules have said so far in a pass; each adds to what those before it have said. */
export interface Step {
  readonly status: Status;
  readonly actions: readonly SnapshotAction[];
  readonly events: readonly ResourceEvent[];
  /** When to look again. */
  readonly next: number | 'now';
  /** What it waits for, or what is wrong; the last run speaks where this is undefined. */
  readonly ready: Readiness | undefined;
}

/** One subject of the schedule: its runs, its slots, retention, the restore check. */
export type Rule = (situation: Situation, step: Step) => Step;

/** Slots and expiries wake a pass at their time; this is for what nobody tells of. */
const LONGEST_MS = 3_600_000;

export function firstStep({ status }: Situation): Step {
  return { status, actions: [], events: [], next: LONGEST_MS, ready: undefined };
}

export interface Addition {
  readonly status?: Status;
  readonly actions?: readonly SnapshotAction[];
  readonly events?: readonly ResourceEvent[];
  readonly next?: number | 'now';
  readonly ready?: Readiness;
}

export function add(step: Step, addition: Addition): Step {
  return {
    status: addition.status ?? step.status,
    actions: [...step.actions, ...(addition.actions ?? [])],
    events: [...step.events, ...(addition.events ?? [])],
    next: sooner(step.next, addition.next),
    ready: step.ready ?? addition.ready,
  };
}

function sooner(one: Step['next'], other: Step['next'] | undefined): Step['next'] {
  if (other === undefined || one === 'now') return one;
  return other === 'now' ? other : Math.min(one, Math.max(0, other));
}

export const waitingFor = (reason: string, message: string): Readiness => ({
  type: 'reconciling',
  reason,
  message,
});
