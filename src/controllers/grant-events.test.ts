import { describe, expect, it } from 'vitest';
import type { Condition } from '../crds/shared.ts';
import type { ActionLike, Controller } from '../runtime/controller.ts';
import { type SharedParts, type Wire, wireControllers } from './index.ts';

type Tell = NonNullable<Controller<never, never, never, never>['readyEvents']>;

/** What each kind tells of a change of Ready. */
function tellers(): ReadonlyMap<string, Tell | undefined> {
  const found = new Map<string, Tell | undefined>();
  const wire: Wire<{ enqueue(): void; objects(): readonly never[]; unlisted(): readonly string[] }> = <
    Spec,
    Status,
    Observed,
    Action extends ActionLike,
  >({
    definition,
    readyEvents,
  }: Controller<Spec, Status, Observed, Action>) => {
    found.set(definition.kind, readyEvents);
    return { enqueue: () => {}, objects: () => [], unlisted: () => [] };
  };
  wireControllers(wire, {} as SharedParts); // nothing of them is used before a pass
  return found;
}

const ready = (reason: string): Condition => ({
  type: 'Ready',
  status: 'False',
  reason,
  message: 'ask its owner',
  lastTransitionTime: '2026-03-01T12:00:00Z',
});

describe.each(['ReindexRequest', 'SnapshotSchedule', 'IndexMaintenancePolicy'])('a %s', (kind) => {
  const tell = tellers().get(kind);

  it.each([undefined, ready('InProgress')])('warns once its grant is missing, after %j', (before) => {
    expect(tell?.(before, ready('NotGranted'))).toMatchObject([
      { type: 'Warning', reason: 'NotGranted', note: 'ask its owner' },
    ]);
  });

  it('says nothing while it lasts, nor when it is over', () => {
    expect(tell?.(ready('NotGranted'), ready('NotGranted'))).toEqual([]);
    expect(tell?.(ready('NotGranted'), ready('InProgress'))).toEqual([]);
  });
});
