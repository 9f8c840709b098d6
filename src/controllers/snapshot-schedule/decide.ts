import { parseDuration } from '../../crds/duration.ts';
import { RUN_NOW } from '../../crds/shared.ts';
import type { Decision, ExtraCondition, Readiness } from '../../runtime/controller.ts';
import { pendingRunNow } from '../../runtime/run-now.ts';
import type { SnapshotAction } from './actions.ts';
import { beginSlot, nextSlotIn } from './begin-slot.ts';
import { readiness, restorable } from './conditions.ts';
import { healthy, staleIn } from './health.ts';
import { healthEvents } from './health-events.ts';
import { withFigures } from './figures.ts';
import { followRuns } from './follow-runs.ts';
import { forgetGone } from './incomplete.ts';
import type { Observed, Schedule, Status } from './observed.ts';
import { planOf } from './plan.ts';
import { checkRestore } from './restore-check.ts';
import { retain } from './retain.ts';
import { type Situation, situationOf, skewMsOf } from './situation.ts';
import { add, firstStep, type Rule, type Step } from './step.ts';
import { tellUnreadable } from './unreadable.ts';
import { rememberUnverified } from './unverified.ts';

/** In the order of their claims: what runs, what is due, what may go, what is tried. */
const RULES: readonly Rule[] = [
  tellUnreadable,
  forgetGone,
  rememberUnverified,
  followRuns,
  beginSlot,
  retain,
  checkRestore,
];

export function decide(
  resource: Schedule,
  observed: Observed,
  now: number,
): Decision<Status, SnapshotAction> {
  if (resource.metadata.deletionTimestamp !== undefined) return letGo(resource, observed);
  const read = planOf(resource, now);
  if (!read.ok) return invalid(resource, read.message, observed, now);
  const situation = situationOf(resource, read.plan, observed, now);
  const step = RULES.reduce((sofar, rule) => rule(situation, sofar), firstStep(situation));
  return concluded(situation, step);
}

/** Nothing is done, and nothing that was known is lost; backups grow old all the same, and that is told. */
function invalid(
  resource: Schedule,
  message: string,
  observed: Observed,
  now: number,
): Decision<Status, SnapshotAction> {
  const { spec, status = {} } = resource;
  const staleAfterMs = parseDuration(spec.staleAfter ?? status.staleAfter ?? '');
  const aging =
    staleAfterMs === undefined ? undefined : { resource, staleAfterMs, now, skewMs: skewMsOf(observed) };
  const health = aging && healthy(aging, status);
  const others = keptConditions(status).filter(({ type }) => type !== health?.type);
  return {
    status,
    ready: { type: 'stalled', reason: 'InvalidSpec', message },
    conditions: health === undefined ? others : [health, ...others],
    next: againFor(health) ?? (aging && staleIn(aging, status)) ?? 'changed',
    events: health === undefined ? [] : healthEvents(status, health),
    holds: status.restoring !== undefined,
  };
}

const LET_GO_AGAIN_MS = 1_000;

/** Being deleted, it only lets go of its temporary indexes, whatever its spec says. */
function letGo({ status = {} }: Schedule, observed: Observed): Decision<Status, SnapshotAction> {
  const indices = status.restoring === undefined ? [] : (observed.restore?.restored ?? []);
  const holds = indices.length > 0;
  const { restoring: _restoring, ...rest } = status;
  return {
    status: holds ? status : rest,
    ready: { type: 'reconciling', reason: 'Deleting', message: 'The schedule is being deleted.' },
    conditions: keptConditions(status),
    ...(holds && { actions: [{ type: 'DropRestored', indices }] }),
    next: holds ? LET_GO_AGAIN_MS : 'changed',
    holds,
  };
}

const keptConditions = ({ conditions = [] }: Status) =>
  conditions.filter(({ type }) => type === 'Healthy' || type === 'Restorable');

function concluded(situation: Situation, step: Step): Decision<Status, SnapshotAction> {
  const status = withFigures(situation, step.status);
  const aging = { ...situation, staleAfterMs: situation.plan.staleAfterMs };
  const health = healthy(aging, status);
  const stale = staleIn(aging, status) ?? Number.POSITIVE_INFINITY;
  return {
    status,
    ready: readyOf(situation, step, status),
    conditions: [health, ...restorable(situation, status)],
    actions: step.actions,
    next: add(step, { next: againIn(situation, stale, health) }).next,
    dueIn: Math.min(stale, nextSlotIn(situation)),
    events: [...step.events, ...healthEvents(situation.status, health)],
    holds: status.restoring !== undefined,
  };
}

function readyOf(situation: Situation, step: Step, status: Status): Readiness {
  const { observed, spec, now } = situation;
  if (spec.suspend) return suspended({ ...situation.resource, status }, now);
  if (observed.type === 'unavailable')
    return { type: 'reconciling', reason: observed.reason, message: observed.message };
  return step.ready ?? readiness(situation, status);
}

/** Whoever asks for a snapshot meanwhile is told that it waits. */
function suspended(schedule: Schedule, now: number): Readiness {
  const active = schedule.status?.active;
  const still = active?.accepted ? ` ${active.snapshot} is followed to its end.` : '';
  const waits = ` The snapshot that ${RUN_NOW} asks for waits until spec.suspend is false.`;
  const asked = pendingRunNow(schedule, now) === undefined ? '' : waits;
  const message = `spec.suspend stops the schedule: no snapshot is made, and none deleted.${still}${asked}`;
  return { type: 'suspended', reason: 'Suspended', message };
}

/** What the clock alone changes wakes a pass as well. */
function againIn({ observed }: Situation, stale: number, health: ExtraCondition): number {
  const away = observed.type === 'unavailable' ? observed.afterMs : Number.POSITIVE_INFINITY;
  return Math.min(stale, away, againFor(health) ?? Number.POSITIVE_INFINITY);
}

const CLOCK_AGAIN_MS = 60_000;

/** Nobody tells when the clock of another machine is set right. */
const againFor = (health: ExtraCondition | undefined): number | undefined =>
  health?.reason === 'ClockSkew' ? CLOCK_AGAIN_MS : undefined;
