import type { ResourceEvent } from '../../runtime/controller.ts';
import type { Status } from './observed.ts';

/** Slots that never run are counted and told. */

export function withMissed(status: Status, count: number): Status {
  return { ...status, missedSlots: (status.missedSlots ?? 0) + count };
}

export function missedEvents(count: number): readonly ResourceEvent[] {
  if (count === 0) return [];
  const note = `${count} ${count === 1 ? 'slot was' : 'slots were'} missed: the operator was away or paused, nothing could be done in the cluster, or an earlier snapshot ran`;
  return [{ type: 'Normal', reason: 'SlotsMissed', action: 'Schedule', note }];
}
