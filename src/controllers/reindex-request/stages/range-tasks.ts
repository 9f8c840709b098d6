import type { ReindexAction } from '../actions.ts';
import { targetOf } from '../changes.ts';
import { isFlooded } from '../disk-space.ts';
import { bounds, pauseMs, placesOf, termOf } from '../journal.ts';
import { rangeOpaqueId } from '../names.ts';
import { rangeRequest } from '../requests.ts';
import type { Copy } from '../rounds.ts';
import { currentEntrance, type Situation } from '../situation.ts';

/** Only intents that were in status before this pass: a crash between the two must not lose one. */
export function sends(copy: Copy, situation: Situation): readonly ReindexAction[] {
  if (!mayStart(situation) || pauseMs(copy, situation.now) > 0) return [];
  const next = waiting(copy).slice(0, Math.max(freePlaces(copy, situation), 0));
  return next.map((range) => ({
    type: 'StartRange',
    range: { ...range, term: termOf(copy, range) },
    body: rangeRequest(situation, range),
    opaqueId: rangeOpaqueId(situation.uid, situation.attempt, copy.round ?? 0, range),
    ...perTask(situation, copy),
  }));
}

/** The destination was made with it; it may be that of an earlier version of this operator, or a person has taken it away. */
export function openEntrance(situation: Situation): readonly ReindexAction[] {
  const { destination } = situation;
  const alias = currentEntrance(situation);
  if (!destination || isFlooded(destination) || destination.entrances.includes(alias)) return [];
  return [{ type: 'AddAlias', target: targetOf(destination), alias }];
}

export function freePlaces(copy: Copy, { spec }: Situation): number {
  return placesOf(copy, spec) - (copy.running.length - waiting(copy).length);
}

function waiting({ running }: Copy): Copy['running'] {
  return running.filter(({ task }) => task === undefined);
}

/** A task that starts on a red index fails at once, one that is not listed may run unseen, and a pipeline may be another one. */
function mayStart(situation: Situation): boolean {
  const { observed, spec, destination } = situation;
  const { tasks, health, pipelines } = observed;
  return (
    !spec.suspend &&
    !isFlooded(destination) &&
    tasks.complete &&
    openEntrance(situation).length === 0 &&
    (spec.transform?.pipeline === undefined || pipelines !== undefined) &&
    health !== undefined &&
    health.source !== 'red' &&
    health.destination !== 'red'
  );
}

export function rethrottles(copy: Copy, situation: Situation): readonly ReindexAction[] {
  const wanted = perTask(situation, copy);
  return copy.running.flatMap((range) =>
    range.task !== undefined && range.requestsPerSecond !== wanted.requestsPerSecond
      ? [{ type: 'Rethrottle', range: bounds(range), task: range.task, ...wanted } as const]
      : [],
  );
}

/** The limit is for the whole request: its tasks share it. Under the write block writers wait, and nothing is slowed. */
function perTask({ spec }: Pick<Situation, 'spec'>, copy: Copy): { readonly requestsPerSecond?: number } {
  const limit = spec.throttle?.requestsPerSecond;
  if (limit === undefined || (copy.fenced && spec.writeMode === 'Online')) return {};
  return { requestsPerSecond: Math.max(1, Math.floor(limit / tasksOf(copy, spec))) };
}

function tasksOf(copy: Copy, spec: Situation['spec']): number {
  return Math.max(1, Math.min(copy.running.length, placesOf(copy, spec)));
}

/** Documents per second of all tasks together; undefined where nothing limits them. */
export function speedLimit(situation: Pick<Situation, 'spec'>, copy: Copy): number | undefined {
  const { requestsPerSecond } = perTask(situation, copy);
  return requestsPerSecond && requestsPerSecond * tasksOf(copy, situation.spec);
}
