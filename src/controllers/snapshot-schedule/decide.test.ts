import { describe, expect, it } from 'vitest';
import { snapshotSchedule } from '../../crds/snapshot-schedule.ts';
import { someSchedule } from '../../../test/support/snapshot-schedule.ts';
import type { Snapshot } from '../../elasticsearch/snapshots.ts';
import { timeText } from '../../runtime/time.ts';
import { decide } from './decide.ts';
import { withMark } from './names.ts';
import type { Observed, Run, RunFacts, Schedule, Seen, Status } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const UID = 'a1b2c3d4-0000-0000-0000-000000000000';
const NAME = 'nightly-2026.06.15-120000-a1b2c3';

const scheduleOf = (
  spec: object = {},
  status: Status = handled(NOW),
  annotations: Record<string, string> = {},
): Schedule =>
  someSchedule({
    spec,
    status,
    metadata: { uid: UID, creationTimestamp: '2026-06-15T00:30:00Z', annotations },
  });

/** No pass leaves a status without conditions. */
const ALIVE = {
  type: 'Ready',
  status: 'True',
  reason: 'Waiting',
  message: '',
  lastTransitionTime: timeText(NOW),
} as const;

/** Nothing is due at NOW. */
const handled = (until: number, more: Status = {}): Status => ({
  schedule: '@hourly Etc/UTC',
  slotsHandledUntil: timeText(until),
  conditions: [ALIVE],
  ...more,
});

const seen = (more: Partial<Seen> = {}): Seen => ({
  type: 'seen',
  owner: { uid: UID, namespace: 'team', adopted: undefined },
  maxConcurrentOperations: 2,
  places: [],
  runs: new Map(),
  snapshots: [],
  unreadable: [],
  mounted: new Set(),
  mayDelete: true,
  skewSeconds: 0,
  restore: undefined,
  ...more,
});

const snapshot = (more: Partial<Snapshot> = {}, slot = timeText(NOW)): Snapshot => ({
  name: NAME,
  uuid: 'u1',
  state: 'SUCCESS',
  startTime: NOW,
  endTime: NOW + 1_000,
  shards: { total: 2, failed: 0 },
  indices: ['a', 'b'],
  failures: [],
  metadata: withMark({}, { uid: UID, slot, schedule: 'team/nightly' }),
  ...more,
});

const run: Run = { snapshot: NAME, repository: 'backups', slot: timeText(NOW), attempt: 1, accepted: false };
const accepted: Run = { ...run, accepted: true };
const facts = (found: Snapshot | undefined, more: Partial<RunFacts> = {}): ReadonlyMap<string, RunFacts> =>
  new Map([[NAME, { snapshot: found, progress: undefined, indices: [], ...more }]]);

const running = (
  active: Run,
  found: Snapshot | undefined,
  more: Partial<RunFacts> = {},
  spec: object = {},
  now = NOW,
) =>
  decide(
    scheduleOf({ staleAfter: '30d', ...spec }, handled(NOW, { active })),
    seen({ snapshots: undefined, runs: facts(found, more) }),
    now,
  );

const reasonsOf = ({ events = [] }: ReturnType<typeof decide>) => events.map(({ reason }) => reason);

describe('a slot', () => {
  it.each([
    [run, 'about to be begun'],
    [accepted, 'being made'],
  ])('is told as what it is: %o', (active, text) => {
    const found = snapshot({ state: 'IN_PROGRESS', endTime: undefined });
    const { ready } = running(active, active.accepted ? found : undefined);
    expect([ready.reason, ready.message]).toEqual(['InProgress', expect.stringContaining(text)]);
  });

  it('is wished for in status before anything is made', () => {
    const { status, actions, next } = decide(scheduleOf({}, handled(NOW - HOUR)), seen(), NOW + 5_000);
    expect([actions, next]).toEqual([[], 'now']);
    expect(status).toMatchObject({
      active: run,
      slotsHandledUntil: timeText(NOW),
      lastScheduleTime: timeText(NOW),
    });
  });

  it('that has run is not run again when the status was lost', () => {
    const lost = decide(scheduleOf({}, {}), seen({ snapshots: [snapshot()] }), NOW + 5_000);
    expect([lost.status.active, lost.status.lastSnapshot?.state]).toEqual([undefined, 'SUCCESS']);
  });

  it('that has run is not run again when the status is one of before', () => {
    const { status } = decide(
      scheduleOf({}, handled(NOW - HOUR)),
      seen({ snapshots: [snapshot()] }),
      NOW + 5_000,
    );
    expect([status.active, status.slotsHandledUntil]).toEqual([undefined, timeText(NOW)]);
  });

  it('is run by no success that a clock which was ahead has begun before it', () => {
    const at = (startTime: number) =>
      decide(
        scheduleOf({}, handled(NOW - MINUTE)),
        seen({ snapshots: [snapshot({ startTime })] }),
        NOW + 5_000,
      ).status;
    expect(at(NOW - MINUTE).active).toBeUndefined();
    expect(at(NOW - MINUTE - 1)).toMatchObject({
      active: { snapshot: `${NAME}-2`, slot: timeText(NOW) },
      slotsHandledUntil: timeText(NOW),
    });
  });

  it('that a clock which was ahead has begun too early runs once, and no more', () => {
    const early = snapshot({ startTime: NOW - HOUR });
    const again = snapshot({ name: `${NAME}-2`, uuid: 'u2', startTime: NOW + 5_000 });
    const { status } = decide(
      scheduleOf({}, handled(NOW - MINUTE)),
      seen({ snapshots: [early, again] }),
      NOW + 9_000,
    );
    expect([status.active, status.slotsHandledUntil]).toEqual([undefined, timeText(NOW)]);
  });

  it('finds its running snapshot again when the status was lost', () => {
    const stray = snapshot({ state: 'IN_PROGRESS', endTime: undefined });
    expect(decide(scheduleOf({}, {}), seen({ snapshots: [stray] }), NOW + 5_000).status.active).toEqual(
      accepted,
    );
  });

  it('finds several of them in the order of status, the newest first', () => {
    const strayAt = (hours: number) =>
      snapshot({ name: `s${hours}`, state: 'IN_PROGRESS' }, timeText(NOW - hours * HOUR));
    const { status } = decide(scheduleOf({}, {}), seen({ snapshots: [strayAt(1), strayAt(0)] }), NOW);
    expect([status.active?.snapshot, status.overlapping?.map((one) => one.snapshot)]).toEqual(['s0', ['s1']]);
  });

  it('waits while a snapshot of the schedule runs, and does not with Allow', () => {
    const active = { ...accepted, slot: timeText(NOW - HOUR), snapshot: 'earlier' };
    const status = handled(NOW - HOUR, { active });
    const found = snapshot({ name: 'earlier', state: 'IN_PROGRESS' }, active.slot);
    const runs = new Map([['earlier', { snapshot: found, progress: undefined, indices: [] }]]);
    const forbid = decide(scheduleOf({}, status), seen({ runs, snapshots: [found] }), NOW);
    const allow = decide(
      scheduleOf({ concurrencyPolicy: 'Allow' }, status),
      seen({ runs, snapshots: [found] }),
      NOW,
    );
    expect([forbid.status.active?.snapshot, forbid.status.overlapping]).toEqual(['earlier', undefined]);
    expect([allow.status.active?.snapshot, allow.status.overlapping?.map((one) => one.snapshot)]).toEqual([
      NAME,
      ['earlier'],
    ]);
  });

  it('is wished for in time also when its turn has not come, unless another of it runs', () => {
    const full = { maxConcurrentOperations: 1, places: [{ repository: 'other' }] };
    const due = decide(scheduleOf({}, handled(NOW - HOUR)), seen(full), NOW);
    expect([due.status.active, due.actions]).toEqual([expect.objectContaining(run), []]);
    const active = { ...accepted, slot: timeText(NOW - HOUR), snapshot: 'earlier' };
    const beside = scheduleOf({ concurrencyPolicy: 'Allow' }, handled(NOW - HOUR, { active }));
    const found = snapshot({ name: 'earlier', state: 'IN_PROGRESS' }, active.slot);
    const runs = new Map([['earlier', { snapshot: found, progress: undefined, indices: [] }]]);
    const waits = decide(beside, seen({ ...full, runs, snapshots: [found] }), NOW);
    expect([waits.status.overlapping, waits.ready.reason]).toEqual([undefined, 'WaitingForTurn']);
    const same = { ...full, places: [{ repository: 'backups' }] };
    const goes = decide(beside, seen({ ...same, runs, snapshots: [found] }), NOW);
    expect(goes.status.overlapping).toHaveLength(1);
  });

  it.each(['Skip', 'RunOnce'])('that waits for its turn is not late for that, with catchUp %s', (catchUp) => {
    const spec = { catchUp, startingDeadline: '1m' };
    const wished = { maxConcurrentOperations: 1, snapshots: undefined, runs: facts(undefined) };
    const places = [{ repository: 'other' }];
    let status = handled(NOW, { active: run });
    for (let waited = 5_000; waited <= 5 * MINUTE; waited += 5_000)
      ({ status } = decide(scheduleOf(spec, status), seen({ ...wished, places }), NOW + waited));
    const turn = NOW + 5 * MINUTE + 5_000;
    expect(decide(scheduleOf(spec, status), seen(wished), turn).actions).toMatchObject([
      { type: 'CreateSnapshot', slot: run.slot },
    ]);
    const late = decide(scheduleOf(spec, status), seen(wished), turn + 2 * MINUTE);
    expect([late.actions, late.status.missedSlots]).toEqual([[], 1]);
  });

  it.each([
    ['is written already', {}, false],
    ['was wished for by an earlier slot', { wish: { slot: timeText(NOW - HOUR), uid: 'z' } }, false],
    ['was wished for at the same time, and goes first', { wish: { slot: timeText(NOW), uid: '0' } }, false],
    ['was wished for at the same time, and goes after', { wish: { slot: timeText(NOW), uid: 'z' } }, true],
    ['was wished for by a later slot', { wish: { slot: timeText(NOW + MINUTE), uid: '0' } }, true],
  ])(
    'that is wished for looks once more before it is made: another repository that %s',
    (_, place, isBegun) => {
      const places = [{ repository: 'other', ...place }];
      const wished = seen({
        maxConcurrentOperations: 1,
        places,
        snapshots: undefined,
        runs: facts(undefined),
      });
      const { actions, ready } = decide(scheduleOf({}, handled(NOW, { active: run })), wished, NOW);
      expect([actions?.length, ready.reason]).toEqual(isBegun ? [1, 'InProgress'] : [0, 'WaitingForTurn']);
    },
  );

  it('takes a free name when a stranger has its own', () => {
    const stranger = snapshot({ metadata: {} });
    const due = scheduleOf({ staleAfter: '30d' }, handled(NOW - HOUR));
    const taken = decide(due, seen({ snapshots: [stranger] }), NOW);
    expect([taken.status.active?.snapshot, reasonsOf(taken)]).toEqual([`${NAME}-2`, ['NameTaken']]);
    const own = snapshot({ state: 'FAILED' });
    const again = decide(due, seen({ snapshots: [own] }), NOW);
    expect([again.status.active?.snapshot, reasonsOf(again)]).toEqual([`${NAME}-2`, []]);
  });

  it('takes a free name when one that cannot be read has its own', () => {
    const unreadable = [{ name: NAME, uuid: 'u9' }];
    const { status } = decide(scheduleOf({}, handled(NOW - HOUR)), seen({ unreadable }), NOW);
    expect(status.active?.snapshot).toBe(`${NAME}-2`);
  });

  it.each([
    [20_000, 'RunOnce', NAME],
    [20_000, 'Skip', NAME],
    [20 * MINUTE, 'RunOnce', NAME],
    [20 * MINUTE, 'Skip', undefined],
    [59 * MINUTE, 'RunOnce', undefined],
  ])('noticed %i ms late with catchUp %s: %s', (late, catchUp, expected) => {
    const due = scheduleOf({ catchUp, startingDeadline: '30m' }, handled(NOW - HOUR));
    const { status } = decide(due, seen(), NOW + late);
    expect([status.active?.snapshot, status.missedSlots]).toEqual([expected, expected === undefined ? 1 : 0]);
  });

  const lateWish = (late: number, more: Partial<Run> = {}, spec: object = {}) => {
    const status = handled(NOW, { active: { ...run, ...more } });
    const runs = facts(undefined);
    return decide(
      scheduleOf({ staleAfter: '30d', ...spec }, status),
      seen({ snapshots: undefined, runs }),
      NOW + late,
    );
  };

  it.each([
    [20_000, 'Skip', true],
    [61_000, 'Skip', false],
    [59 * MINUTE, 'RunOnce', true],
    [61 * MINUTE, 'RunOnce', false],
  ])('that could not be begun for %i ms, with catchUp %s, is begun: %s', (late, catchUp, isBegun) => {
    const decision = lateWish(late, {}, { catchUp });
    expect(decision.actions?.map(({ type }) => type)).toEqual(isBegun ? ['CreateSnapshot'] : []);
    expect([decision.status.active === undefined, decision.status.missedSlots]).toEqual([
      !isBegun,
      isBegun ? undefined : 1,
    ]);
    expect(reasonsOf(decision)).toEqual(isBegun ? [] : ['SlotsMissed']);
  });

  it('that a run-now asked for is begun however late', () => {
    expect(lateWish(9 * HOUR, { runNow: true }, { catchUp: 'Skip' }).actions).toHaveLength(1);
    const failed = running({ ...accepted, runNow: true }, snapshot({ state: 'FAILED' }));
    expect(failed.status.active).toMatchObject({ attempt: 2, runNow: true });
  });

  it('whose next try comes too late has failed; its lateness counts from when that try was due', () => {
    const retry: Partial<Run> = {
      attempt: 2,
      retryTime: timeText(NOW + 5 * HOUR),
      failure: { state: 'FAILED', message: 'the cluster was red' },
    };
    expect(lateWish(5 * HOUR + MINUTE, retry).actions).toHaveLength(1);
    const late = lateWish(7 * HOUR, retry);
    expect([late.actions, late.status.active, late.status.missedSlots]).toEqual([[], undefined, undefined]);
    expect(late.status).toMatchObject({
      consecutiveFailures: 1,
      history: [{ state: 'FAILED', attempts: 1 }],
    });
    expect(late.events).toMatchObject([{ type: 'Warning', reason: 'SnapshotFailed' }]);
    expect(late.events?.[0]?.note).toContain('the cluster was red');
  });

  const hindrance = { reason: 'MissingPrivileges', message: 'no create_snapshot', since: timeText(NOW) };
  const refused = (late: number, more: Partial<Run> = {}) =>
    lateWish(late, { hindrance, retryTime: timeText(NOW + late), ...more });

  it('that Elasticsearch does not begin for now is tried again, and says why', () => {
    const { actions, ready, next } = lateWish(0, { hindrance, retryTime: timeText(NOW + 20_000) });
    expect([actions, next]).toEqual([[], 20_000]);
    expect(ready).toMatchObject({ type: 'reconciling', reason: 'MissingPrivileges' });
    expect(ready.message).toBe(`${NAME} cannot be started: no create_snapshot; it is tried again.`);
    expect(refused(59 * MINUTE).actions).toHaveLength(1);
  });

  it('that Elasticsearch has not begun until it is too late has failed for that reason', () => {
    const { status, ready, actions, events } = refused(62 * MINUTE);
    expect([actions, status.active, status.missedSlots]).toEqual([[], undefined, undefined]);
    expect(status).toMatchObject({ consecutiveFailures: 1, history: [{ state: 'FAILED', attempts: 1 }] });
    expect(ready).toMatchObject({ type: 'reconciling', reason: 'SnapshotFailed' });
    expect(ready.message).toContain('no create_snapshot');
    expect(events).toMatchObject([{ type: 'Warning', reason: 'SnapshotFailed' }]);
    expect(refused(62 * MINUTE, { runNow: true }).actions).toHaveLength(1);
  });

  it('says that slots were missed when none has run', () => {
    const { ready } = decide(scheduleOf({}, handled(NOW, { missedSlots: 3 })), seen(), NOW);
    expect([ready.reason, ready.message]).toEqual(['Waiting', expect.stringContaining('missed')]);
  });

  it('whose pause was written by a clock that was ahead is tried at once', () => {
    const ahead = lateWish(0, { attempt: 2, retryTime: timeText(NOW + 48 * HOUR) });
    expect(ahead.actions).toHaveLength(1);
    expect(lateWish(0, { attempt: 2, retryTime: timeText(NOW + 10 * MINUTE) }).actions).toEqual([]);
  });

  it('that is wished for is not said to be followed while the schedule is suspended', () => {
    const said = (active: Run) =>
      decide(scheduleOf({ suspend: true }, handled(NOW, { active })), seen({ snapshots: undefined }), NOW)
        .ready.message;
    expect(said(run)).not.toContain('followed');
    expect(said(accepted)).toContain(`${NAME} is followed to its end`);
  });

  it('never runs while suspended, nor what came meanwhile', () => {
    const suspended = decide(scheduleOf({ suspend: true }, handled(NOW - HOUR)), seen(), NOW);
    expect([suspended.ready.type, suspended.status.active]).toEqual(['suspended', undefined]);
    const conditions = [
      {
        type: 'Suspended',
        status: 'True',
        reason: 'Suspended',
        message: '',
        lastTransitionTime: timeText(NOW),
      },
    ] as const;
    const resumed = decide(scheduleOf({}, handled(NOW - 3 * HOUR, { conditions })), seen(), NOW + MINUTE);
    expect([resumed.status.active, resumed.status.slotsHandledUntil]).toEqual([
      undefined,
      timeText(NOW + MINUTE),
    ]);
  });

  it('is not held up by a clock that was ahead once: the next one runs', () => {
    const ahead = { restoreChecksHandledUntil: timeText(NOW + 48 * HOUR) };
    const spec = { restoreCheck: { schedule: '@hourly' } };
    const back = decide(scheduleOf(spec, handled(NOW + 48 * HOUR, ahead)), seen(), NOW + MINUTE).status;
    expect([back.slotsHandledUntil, back.restoreChecksHandledUntil]).toEqual([
      timeText(NOW + MINUTE),
      timeText(NOW + MINUTE),
    ]);
    const next = decide(scheduleOf(spec, back), seen(), NOW + HOUR).status;
    expect(next.active?.slot).toBe(timeText(NOW + HOUR));
    const { active: _active, ...idle } = next;
    const check = decide(scheduleOf(spec, idle), seen(), NOW + HOUR).status;
    expect(check.restoreChecksHandledUntil).toBe(timeText(NOW + HOUR));
  });

  it.each([
    ['and one runs', NOW, 3],
    ['and none runs', NOW + 5 * MINUTE, 4],
  ])('of the future is not counted as missed while a clock is known to be ahead, %s', (_, now, past) => {
    const spec = { startingDeadline: '1m', staleAfter: '30d' };
    const told = (apiServerSkewSeconds: number) => {
      const { status, events = [] } = decide(
        scheduleOf(spec, handled(NOW - 4 * HOUR)),
        seen({ apiServerSkewSeconds }),
        now,
      );
      return [status.missedSlots ?? 0, events.map(({ reason }) => reason), status.slotsHandledUntil];
    };
    expect(told(0)).toEqual([past, ['SlotsMissed'], timeText(NOW)]);
    expect(told(2 * 3600 + 600)).toEqual([1, ['SlotsMissed'], timeText(NOW)]);
    expect(told(24 * 3600)).toEqual([0, [], timeText(NOW)]);
  });

  it('is not counted by a schedule that was not there yet', () => {
    const changed = { ...handled(NOW - HOUR), schedule: '0 3 * * * Etc/UTC' };
    expect(decide(scheduleOf({}, changed), seen(), NOW + 10 * MINUTE).status).toMatchObject({
      slotsHandledUntil: timeText(NOW + 10 * MINUTE),
    });
  });
});

describe('the slot of a restore check', () => {
  const restoreCheck = { schedule: '@hourly' };
  const checkedUntil = (status: Status, generation: number) => {
    const schedule = scheduleOf({ restoreCheck }, handled(NOW + HOUR, status));
    const at = { ...schedule, metadata: { ...schedule.metadata, generation } };
    const { status: after } = decide(at, seen(), NOW + HOUR + MINUTE);
    return [after.restoreChecksHandledUntil, after.lastRestoreCheck?.result];
  };
  const now = timeText(NOW + HOUR + MINUTE);
  const counted = { restoreSchedule: '@hourly Etc/UTC', restoreChecksHandledUntil: timeText(NOW) };
  const conditions = [
    { type: 'Suspended', status: 'True', reason: 'Suspended', message: '', lastTransitionTime: now },
  ] as const;

  it.each([
    ['is due', counted, 2, [timeText(NOW + HOUR), 'Skipped']],
    ['was asked for from the beginning', {}, 1, [timeText(NOW + HOUR), 'Skipped']],
    ['came before checks were asked for', {}, 2, [now, undefined]],
    ['came before they were edited', { ...counted, restoreSchedule: '@daily Etc/UTC' }, 2, [now, undefined]],
    ['came while the schedule was suspended', { ...counted, conditions }, 2, [now, undefined]],
  ])('that %s', (_, status, generation, expected) => {
    expect(checkedUntil(status, generation)).toEqual(expected);
  });

  it('counts anew once checks were given up in between', () => {
    const { status } = decide(scheduleOf({}, handled(NOW, counted)), seen(), NOW);
    expect(status.restoreSchedule).toBeUndefined();
  });
});

describe('a schedule that never comes due', () => {
  it('says so, since only run-now makes snapshots then', () => {
    const status = handled(NOW, { schedule: '0 0 30 2 * Etc/UTC' });
    const { ready } = decide(scheduleOf({ schedule: '0 0 30 2 *' }, status), seen(), NOW);
    expect(ready).toMatchObject({ type: 'ready', reason: 'Waiting' });
    expect(ready.message).toContain('never comes due: only the annotation es-steward.dev/run-now');
  });

  it('says so as well after a run-now was a success', () => {
    const lastSnapshot = { name: NAME, state: 'SUCCESS', slot: timeText(NOW) } as const;
    const status = handled(NOW, { schedule: '0 0 30 2 * Etc/UTC', lastSnapshot });
    const messageOf = (snapshots: readonly Snapshot[]) =>
      decide(scheduleOf({ schedule: '0 0 30 2 *' }, status), seen({ snapshots }), NOW).ready.message;
    expect(messageOf([snapshot()])).toMatch(/is complete\. .*never comes due/);
    expect(messageOf([])).toMatch(/not in the repository any more.*never comes due/);
  });
});

describe('a run-now', () => {
  const asked = (token: string, status: Status) =>
    scheduleOf({}, status, { 'es-steward.dev/run-now': token });

  it('starts one run, written down together with its token', () => {
    const { status } = decide(asked('go', handled(NOW)), seen(), NOW + 7_000);
    expect(status).toMatchObject({
      lastHandledRunNow: 'go',
      active: { slot: timeText(NOW + 7_000), runNow: true },
    });
  });

  it('is not answered twice', () => {
    const { status } = decide(asked('go', handled(NOW, { lastHandledRunNow: 'go' })), seen(), NOW + 7_000);
    expect(status.active).toBeUndefined();
  });

  it.each([['x'.repeat(300)], [`${'x'.repeat(254)}\u{1f600}`]])(
    'is answered once, also when status cannot hold its token: %#',
    (token) => {
      const { status } = decide(asked(token, handled(NOW)), seen(), NOW + 7_000);
      const { active, ...answered } = status;
      expect(active?.slot).toBe(timeText(NOW + 7_000));
      expect(answered.lastHandledRunNow?.isWellFormed()).toBe(true);
      expect(decide(asked(token, answered), seen(), NOW + 8_000).status.active).toBeUndefined();
    },
  );

  it('that a lost status has answered is not answered again, and no wait for it is told', () => {
    const token = { 'es-steward.dev/run-now': 'go' };
    const made = seen({ snapshots: [snapshot()] });
    expect(decide(scheduleOf({}, {}, token), made, NOW + 7_000).status.active).toBeUndefined();
    const { ready } = decide(scheduleOf({ suspend: true }, {}, token), made, NOW);
    expect(ready.message).not.toContain('run-now');
  });

  it('waits while the schedule is suspended, which says so', () => {
    const annotation = { 'es-steward.dev/run-now': 'go' };
    const suspended = (annotations: object) =>
      decide(scheduleOf({ suspend: true }, handled(NOW), { ...annotations }), seen(), NOW);
    expect(suspended({}).ready.message).not.toContain('run-now');
    const { status, ready } = suspended(annotation);
    expect(ready).toMatchObject({ type: 'suspended', reason: 'Suspended' });
    expect(ready.message).toContain('es-steward.dev/run-now asks for waits');
    expect(decide(scheduleOf({}, status, annotation), seen(), NOW).status.lastHandledRunNow).toBe('go');
  });

  it('in the second of a snapshot that has been made gets one of its own, in the next', () => {
    const snapshots = [snapshot()];
    const status = handled(NOW, { lastHandledRunNow: 'one' });
    const soon = decide(asked('two', status), seen({ snapshots }), NOW + 300);
    expect([soon.status.lastHandledRunNow, soon.status.active, soon.next]).toEqual(['one', undefined, 700]);
    const next = decide(asked('two', soon.status), seen({ snapshots }), NOW + 1_000);
    expect(next.status).toMatchObject({ lastHandledRunNow: 'two', active: { slot: timeText(NOW + 1_000) } });
  });

  it('waits while a snapshot runs', () => {
    const status = handled(NOW, { active: accepted });
    const runs = facts(snapshot({ state: 'IN_PROGRESS' }));
    expect(
      decide(asked('go', status), seen({ snapshots: undefined, runs }), NOW).status.lastHandledRunNow,
    ).toBeUndefined();
  });
});

describe('a run', () => {
  it('makes the snapshot that is wished for, once it is seen to be missing', () => {
    const { actions } = running(run, undefined);
    expect(actions).toMatchObject([
      {
        type: 'CreateSnapshot',
        snapshot: NAME,
        metadata: { 'es-steward': { uid: UID, slot: timeText(NOW) } },
      },
    ]);
  });

  it('makes nothing while suspended, and is followed all the same', () => {
    expect(running(run, undefined, {}, { suspend: true }).actions).toEqual([]);
    const { status } = running(accepted, snapshot(), {}, { suspend: true });
    expect(status.lastSnapshot?.state).toBe('SUCCESS');
  });

  it('shows its progress', () => {
    const progress = { shards: { total: 4, done: 1, failed: 0 }, bytes: { total: 100, done: 75 } };
    const { status, ready } = running(accepted, snapshot({ state: 'IN_PROGRESS', endTime: undefined }), {
      progress,
    });
    expect([status.active?.percent, ready]).toMatchObject([50, { type: 'ready', reason: 'InProgress' }]);
  });

  it.each([
    ['SUCCESS', snapshot(), 'Succeeded'],
    ['PARTIAL', snapshot({ state: 'PARTIAL', shards: { total: 2, failed: 1 } }), 'SnapshotPartial'],
    ['PARTIAL', snapshot({ shards: { total: 2, failed: 1 } }), 'SnapshotPartial'],
    ['FAILED', snapshot({ state: 'FAILED' }), 'SnapshotFailed'],
    ['EMPTY', snapshot({ shards: { total: 0, failed: 0 }, indices: [] }), 'SnapshotEmpty'],
    ['LOST', undefined, 'SnapshotFailed'],
  ] as const)('that comes to %s is told as such', (state, found, reason) => {
    const { status, ready } = running(accepted, found, {}, { backoffLimit: 0 });
    expect([status.lastSnapshot?.state, ready.reason, status.active]).toEqual([state, reason, undefined]);
    expect(status.consecutiveFailures).toBe(state === 'SUCCESS' ? 0 : 1);
  });

  it('that is empty names both fields that decide what is in it', () => {
    const { ready } = running(
      accepted,
      snapshot({ shards: { total: 0, failed: 0 } }),
      {},
      { backoffLimit: 0 },
    );
    for (const field of ['spec.indices', 'spec.exclude']) expect(ready.message).toContain(field);
  });

  it('is no success when it lacks an index that was there, and none when the index came later', () => {
    const index = (name: string, created: number) => ({
      name,
      uuid: name,
      created,
      isSystem: false,
      aliases: [],
    });
    const verdict = (created: number) =>
      running(
        accepted,
        snapshot(),
        { indices: [index('c', created), index('.tasks', 1)] },
        { backoffLimit: 0 },
      );
    expect(verdict(NOW - 1).status.lastSnapshot?.state).toBe('INCOMPLETE');
    expect(verdict(NOW + 1).status.lastSnapshot?.state).toBe('SUCCESS');
  });

  it.each([
    ['.ds-logs-2026.06.15-000001', false, 'INCOMPLETE'],
    ['.ds-.fleet-2026.06.15-000001', true, 'SUCCESS'],
    ['a-restore-check-a1b2c36850f2a0', false, 'SUCCESS'],
    ['a-restore-check-2026', false, 'INCOMPLETE'],
  ])('that lacks %s, of a feature: %s, is %s', (name, isSystem, state) => {
    const indices = [{ name, uuid: name, created: NOW - 1, isSystem, aliases: [] }];
    const { status } = running(accepted, snapshot(), { indices }, { backoffLimit: 0 });
    expect(status.lastSnapshot?.state).toBe(state);
  });

  it('that lacked an index is never again taken for a success, however many tries come after it', () => {
    const found = { indices: [{ name: 'c', uuid: 'c', created: NOW - 1, isSystem: false, aliases: [] }] };
    const first = running(accepted, snapshot(), found).status;
    const good = snapshot({ name: 'good', uuid: 'u2', startTime: NOW - HOUR });
    const { active: _active, lastSnapshot: _last, ...kept } = first;
    const after = decide(
      scheduleOf({ retention: { maxCount: 1 } }, { ...kept, history: [] }),
      seen({ snapshots: [good, snapshot()] }),
      NOW + MINUTE,
    ).status;
    expect([after.lastSuccessfulSnapshot, after.retained?.count]).toEqual(['good', 1]);
    expect(after.retention).toMatchObject({ nextDeletions: [], handledSnapshot: 'good' });
    const gone = decide(scheduleOf({}, after), seen({ snapshots: [good] }), NOW + MINUTE).status;
    expect([after.incomplete, gone.incomplete]).toEqual([[{ name: NAME, repository: 'backups' }], undefined]);
  });

  it('is tried again under the next name, after a pause, as often as the limit says', () => {
    const failed = snapshot({ state: 'FAILED' });
    const { status, ready } = running(accepted, failed, {}, { backoffLimit: 1 });
    expect(status.active).toMatchObject({
      snapshot: `${NAME}-2`,
      attempt: 2,
      retryTime: timeText(NOW + 10_000),
    });
    expect([ready.type, status.consecutiveFailures]).toEqual(['reconciling', undefined]);
    expect(
      running({ ...accepted, attempt: 2 }, failed, {}, { backoffLimit: 1 }).status.active,
    ).toBeUndefined();
  });

  it.each([
    ['was lost', accepted],
    ['Elasticsearch has refused', { ...run, refused: 'no' }],
  ])(
    'that %s is made again under the next name, although its own is free, and an event says so',
    (_, before) => {
      const { status, events } = running(before, undefined);
      expect(status.active).toMatchObject({ snapshot: `${NAME}-2`, attempt: 2 });
      expect(events).toMatchObject([{ type: 'Normal', note: expect.stringContaining(`again as ${NAME}-2`) }]);
    },
  );

  it('whose creation was not answered, and is not there, is asked for again by its own name', () => {
    const hindrance = { reason: 'Retrying', message: 'no answer', since: run.slot };
    const { status, actions } = running({ ...run, hindrance, retryTime: timeText(NOW) }, undefined);
    expect(status.active).toMatchObject({ snapshot: NAME, attempt: 1 });
    expect(actions).toMatchObject([{ type: 'CreateSnapshot', snapshot: NAME }]);
  });

  it('moves on to the next name when a stranger took its own', () => {
    const decision = running(run, snapshot({ metadata: {} }));
    expect([decision.status.active?.snapshot, reasonsOf(decision)]).toEqual([`${NAME}-2`, ['NameTaken']]);
  });

  it('raises one alarm at its deadline, and is aborted only if asked', () => {
    const found = snapshot({ state: 'IN_PROGRESS', endTime: undefined });
    const late = running(accepted, found, {}, {}, NOW + 7 * HOUR);
    expect([late.ready.reason, reasonsOf(late), late.actions]).toEqual([
      'DeadlineExceeded',
      ['DeadlineExceeded'],
      [],
    ]);
    const again = running(
      { ...accepted, overdue: true },
      found,
      { skewSeconds: 1 },
      { abortOnDeadline: true },
      NOW + 7 * HOUR,
    );
    expect([reasonsOf(again), again.actions]).toMatchObject([
      [],
      [{ type: 'AbortSnapshot', target: { uuid: 'u1' } }],
    ]);
    expect(again.status.active?.aborting).toBe(true);
    for (const left of [undefined, snapshot({ state: 'FAILED' })])
      expect(running({ ...accepted, overdue: true, aborting: true }, left).status).toMatchObject({
        lastSnapshot: { state: 'ABORTED' },
        history: [{ attempts: 1 }],
      });
  });
});

describe('runs that end in the same pass', () => {
  it('are told as if one had ended after the other: the newest is the last', () => {
    const runAt = (hours: number): Run => ({
      ...accepted,
      snapshot: `s${hours}`,
      slot: timeText(NOW - hours * HOUR),
    });
    const ended = (hours: number): RunFacts => ({
      snapshot: hours === 0 ? undefined : snapshot({ name: `s${hours}` }, timeText(NOW - hours * HOUR)),
      progress: undefined,
      indices: [],
    });
    const status = handled(NOW, { active: runAt(0), overlapping: [runAt(1), runAt(2)] });
    const runs = new Map([0, 1, 2].map((hours) => [`s${hours}`, ended(hours)]));
    const spec = { concurrencyPolicy: 'Allow', backoffLimit: 0, staleAfter: '30d' };
    const after = decide(scheduleOf(spec, status), seen({ runs, snapshots: undefined }), NOW);
    expect(after.status).toMatchObject({
      consecutiveFailures: 1,
      lastSnapshot: { name: 's0', state: 'LOST' },
    });
    expect(after.status.history?.map(({ name }) => name)).toEqual(['s0', 's1', 's2']);
    expect([after.ready.reason, after.status.lastSuccessfulSnapshot]).toEqual(['SnapshotFailed', 's1']);
  });
});

describe('a run at its deadline by a clock that is not to be trusted', () => {
  const found = snapshot({ state: 'IN_PROGRESS', endTime: undefined });
  const late = (skewSeconds: number | undefined) =>
    running(accepted, found, { skewSeconds }, { abortOnDeadline: true }, NOW + 24 * HOUR);

  it('is not aborted, and no alarm is raised', () => {
    const decision = late(61);
    expect([decision.actions, reasonsOf(decision)]).toEqual([[], []]);
    expect(decision.ready).toMatchObject({ type: 'reconciling', reason: 'ClockSkew' });
    expect([decision.status.active?.overdue, decision.next]).toEqual([undefined, 10_000]);
  });

  it('is not aborted either while nobody says what the clocks show', () => {
    expect([late(undefined).actions, late(undefined).ready.reason]).toEqual([[], 'DeadlineExceeded']);
    expect(late(60).actions).toHaveLength(1);
  });

  it('raises no alarm either where no abortion is asked for', () => {
    const runs = facts(found);
    const told = (apiServerSkewSeconds: number) =>
      decide(
        scheduleOf({ staleAfter: '30d' }, handled(NOW, { active: accepted })),
        seen({ snapshots: undefined, runs, apiServerSkewSeconds }),
        NOW + 24 * HOUR,
      );
    expect([reasonsOf(told(60)), told(60).ready.reason]).toEqual([['DeadlineExceeded'], 'DeadlineExceeded']);
    expect([reasonsOf(told(61)), told(61).ready.reason]).toEqual([[], 'ClockSkew']);
    expect(told(61).status.active?.overdue).toBeUndefined();
  });

  it('that then ends badly by itself is told as it ended, and tried again', () => {
    const { active = accepted } = late(undefined).status;
    const partial = snapshot({ state: 'PARTIAL', shards: { total: 2, failed: 1 } });
    const { status } = running(active, partial, {}, { abortOnDeadline: true }, NOW + 24 * HOUR);
    expect([status.lastSnapshot?.state, status.active?.attempt]).toEqual(['PARTIAL', 2]);
  });
});

describe('health', () => {
  const away: Observed = { type: 'unavailable', reason: 'ConnectionNotReady', message: '', afterMs: 10_000 };
  const healthAt = (now: number, status: Status, observed: Observed = away) =>
    decide(scheduleOf({ staleAfter: '2h' }, status), observed, now).conditions?.find(
      ({ type }) => type === 'Healthy',
    );
  const last = { lastSuccessfulTime: timeText(NOW), lastSuccessfulSnapshot: NAME };

  it('grows stale by the clock alone, also while nothing answers', () => {
    expect(healthAt(NOW + HOUR, handled(NOW, last))).toMatchObject({ status: 'True', reason: 'Fresh' });
    expect(healthAt(NOW + 3 * HOUR, handled(NOW, last))).toMatchObject({ status: 'False', reason: 'Stale' });
  });

  it.each([
    ['while nothing answers', away],
    ['when everything is seen', seen({ snapshots: undefined })],
  ])('stays as it was while clocks differ so far that age is unknown: %s', (_, observed) => {
    const condition = (status: 'True' | 'False') => {
      const lastTransitionTime = timeText(NOW);
      return { type: 'Healthy', status, reason: 'Fresh', message: '', lastTransitionTime };
    };
    const told = (status: 'True' | 'False', now: number, apiServerSkewSeconds: number) => {
      const before = handled(now, { ...last, conditions: [condition(status)] });
      const decision = decide(
        scheduleOf({ staleAfter: '2h' }, before),
        { ...observed, apiServerSkewSeconds },
        now,
      );
      const { status: after, reason } = decision.conditions?.[0] ?? {};
      return [after, reason, reasonsOf(decision)];
    };
    expect(told('True', NOW + 48 * HOUR, 46 * 3600 + 1)).toEqual(['True', 'ClockSkew', []]);
    expect(told('False', NOW + HOUR, 3601)).toEqual(['False', 'ClockSkew', []]);
    // What both clocks say is true.
    expect(told('True', NOW + 3 * HOUR, 3599)).toEqual(['False', 'Stale', ['BackupStale']]);
    expect(told('False', NOW + HOUR, 3599)).toEqual(['True', 'Fresh', ['BackupFresh']]);
  });

  it('is looked at again soon while the clocks differ, also where its spec cannot be acted on', () => {
    const observed = seen({ snapshots: undefined, apiServerSkewSeconds: 24 * 3600 });
    const status = handled(NOW, { ...last, staleAfter: '2h' });
    expect(decide(scheduleOf({ staleAfter: '2h' }, status), observed, NOW + 3 * HOUR).next).toBe(60_000);
    const wrong = scheduleOf({ metadata: { note: 'x'.repeat(1000) } }, status);
    const { conditions, events, next } = decide(wrong, observed, NOW + 3 * HOUR);
    expect([conditions?.[0]?.reason, events, next]).toEqual(['ClockSkew', [], 60_000]);
  });

  it('is unknown before the first success is overdue, and bad from then on', () => {
    const created = Date.parse('2026-06-15T00:30:00Z');
    expect(healthAt(created + HOUR, handled(NOW))).toMatchObject({
      status: 'Unknown',
      reason: 'NeverSucceeded',
    });
    expect(healthAt(created + 3 * HOUR, handled(NOW))).toMatchObject({
      status: 'False',
      reason: 'NeverSucceeded',
    });
  });

  it.each([
    ['that has never succeeded', handled(NOW)],
    ['that has grown stale', handled(NOW, last)],
    [
      'that is gone',
      handled(NOW, { history: [{ name: 'h1', state: 'SUCCESS', slot: timeText(NOW), attempts: 1 }] }),
    ],
  ])('is as bad for a schedule %s while it is suspended, and names the cause and the cure', (_, status) => {
    const at = (suspend: boolean) =>
      decide(scheduleOf({ staleAfter: '2h', suspend }, status), away, NOW + 3 * HOUR);
    const stopped = at(true);
    expect(stopped.conditions).toMatchObject([
      {
        type: 'Healthy',
        status: 'False',
        message: expect.stringMatching(/spec\.suspend is true.*set it to false/),
      },
    ]);
    expect(stopped.events).toMatchObject([
      { type: 'Warning', reason: 'BackupStale', note: stopped.conditions?.[0]?.message },
    ]);
    expect(at(false).conditions?.[0]?.message).toMatch(/see Ready/);
  });

  it('says that the last success is gone when somebody has deleted it', () => {
    const ended = running(accepted, snapshot()).status;
    const told = (more: Partial<Seen>) => {
      const { ready, conditions = [] } = decide(scheduleOf({}, ended), seen(more), NOW);
      return [ready.message, conditions[0]?.message];
    };
    const [ready, healthy] = told({ snapshots: [] });
    expect(ready).toContain(`${NAME} was a success and is not in the repository any more`);
    expect(healthy).toContain(`the last one was ${NAME}`);
    const unreadable = told({ snapshots: [], unreadable: [{ name: NAME, uuid: 'u1' }] });
    expect(unreadable).toEqual([`${NAME} is complete.`, expect.stringContaining('status.unreadable')]);
    expect(told({ snapshots: [snapshot()] })[0]).toBe(`${NAME} is complete.`);
  });

  it('grows stale as well while the spec cannot be acted on', () => {
    const spec = { metadata: { note: 'x'.repeat(1000) } };
    const at = (now: number) =>
      decide(scheduleOf(spec, handled(NOW, { ...last, staleAfter: '2h' })), seen(), now);
    const fresh = at(NOW + HOUR);
    expect([fresh.ready.reason, fresh.next]).toEqual(['InvalidSpec', HOUR + 1]);
    expect(fresh.conditions).toMatchObject([{ type: 'Healthy', status: 'True', reason: 'Fresh' }]);
    const stale = at(NOW + 3 * HOUR);
    expect(stale.conditions).toMatchObject([{ type: 'Healthy', status: 'False', reason: 'Stale' }]);
    expect([reasonsOf(stale), stale.next]).toEqual([['BackupStale'], 'changed']);
  });

  it('wakes a pass when it turns', () => {
    expect(
      decide(scheduleOf({ staleAfter: '10m' }, handled(NOW, last)), seen({ snapshots: [snapshot()] }), NOW)
        .next,
    ).toBe(10 * MINUTE + 1_001);
  });
});

describe('retention', () => {
  const old = snapshot(
    { name: 'old', uuid: 'u0', startTime: NOW - 48 * HOUR, endTime: NOW - 47 * HOUR },
    timeText(NOW - 48 * HOUR),
  );
  const retention = { expireAfter: '1d' };
  const pass = (status: Status, more: Partial<Seen> = {}) =>
    decide(scheduleOf({ retention }, status), seen({ snapshots: [old, snapshot()], ...more }), NOW + MINUTE);

  it('writes the batch before it deletes, and deletes exactly that', () => {
    const planned = pass(handled(NOW));
    const batch = [{ name: 'old', uuid: 'u0', reason: 'Expired' }];
    expect([planned.actions, planned.status.retention]).toMatchObject([[], { batch, repository: 'backups' }]);
    const acting = pass(planned.status);
    expect(acting.actions).toMatchObject([{ type: 'DeleteSnapshots', targets: [{ uuid: 'u0' }] }]);
    const done = pass({ ...acting.status }, { snapshots: [snapshot()] });
    expect(done.status.retention).toMatchObject({ deleted: 1 });
    expect([done.status.retention?.batch, reasonsOf(done)]).toEqual([undefined, ['SnapshotsDeleted']]);
    expect(done.events?.[0]?.note).toMatch(/: old$/);
  });

  const batch = {
    retention: { repository: 'backups', batch: [{ name: 'old', uuid: 'u0', reason: 'Expired' }] },
  };

  it('lets off what has come to be mounted, or was made anew under its name', () => {
    expect(pass(handled(NOW, batch), { mounted: new Set(['u0']) }).actions).toEqual([]);
    const other = pass(handled(NOW, batch), { snapshots: [{ ...old, uuid: 'u9' }, snapshot()] });
    expect(other.actions).toEqual([]);
  });

  it('waits while the repository is at work', () => {
    const foreign = snapshot({ name: 'by-hand', uuid: 'u7', state: 'IN_PROGRESS', metadata: {} });
    expect(pass(handled(NOW, batch), { snapshots: [old, snapshot(), foreign] }).actions).toEqual([]);
  });

  it('halts without the grant to delete', () => {
    const { status } = pass(handled(NOW), { mayDelete: false });
    expect([status.retention?.halted, status.retention?.batch]).toEqual(['NotGranted', undefined]);
  });

  it('shows at once what another spec would delete, and deletes it when it is due', () => {
    const shown = {
      retention: {
        observedGeneration: 0,
        lastRunTime: timeText(NOW),
        handledSnapshot: NAME,
        nextDeletions: [{ name: 'else', uuid: 'u9', reason: 'Expired' }],
      },
    };
    const planned = pass(handled(NOW, shown));
    expect([planned.actions, planned.status.retention?.batch]).toEqual([[], undefined]);
    expect(planned.status.retention).toMatchObject({
      observedGeneration: 1,
      nextDeletions: [{ name: 'old' }],
    });
    const due = decide(
      scheduleOf({ retention }, planned.status),
      seen({ snapshots: [old, snapshot()] }),
      NOW + HOUR,
    );
    expect(due.status.retention?.batch).toHaveLength(1);
  });

  it('asks again when a clock that was ahead has written that it was asked', () => {
    const ahead = { retention: { ...batch.retention, requestedTime: timeText(NOW + 48 * HOUR) } };
    expect(pass(handled(NOW, ahead)).actions).toHaveLength(1);
    const asked = { retention: { ...batch.retention, requestedTime: timeText(NOW) } };
    expect(pass(handled(NOW, asked)).actions).toEqual([]);
  });

  it('that keeps failing is repeated no later than the next slot', () => {
    const { actions, next, dueIn } = pass(handled(NOW, batch));
    expect([actions?.length, next, dueIn]).toEqual([1, 'now', 59 * MINUTE]);
  });

  it('forgets a batch of a repository that the spec has left, and counts nothing', () => {
    const elsewhere = { retention: { ...batch.retention, repository: 'before' } };
    const { status, actions } = pass(handled(NOW, elsewhere));
    expect([actions, status.retention?.deleted]).toEqual([[], undefined]);
  });
});

describe('retention beside slots that are always due', () => {
  const old = snapshot(
    { name: 'old', uuid: 'u0', startTime: NOW - 48 * HOUR, endTime: NOW - 47 * HOUR },
    timeText(NOW - 48 * HOUR),
  );
  const last = snapshot({ name: 'last', startTime: NOW - HOUR, endTime: NOW }, timeText(NOW - HOUR));
  const spec = { retention: { expireAfter: '1d' }, staleAfter: '30d' };
  const pass = (status: Status, more: Partial<Seen> = {}, now = NOW + 5_000) =>
    decide(scheduleOf(spec, status), seen({ snapshots: [old, last], ...more }), now);

  it('goes first until Elasticsearch is asked to delete', () => {
    const planned = pass(handled(NOW - HOUR));
    expect([planned.status.active, planned.status.retention?.batch?.length]).toEqual([undefined, 1]);
    const asking = pass(planned.status);
    expect([asking.status.active, asking.actions]).toMatchObject([undefined, [{ type: 'DeleteSnapshots' }]]);
    const retention = { ...asking.status.retention, requestedTime: timeText(NOW + 5_000) };
    expect(pass({ ...asking.status, retention }).status.active).toMatchObject(run);
  });

  it('does not hold up the slot when it is halted, or does not get on', () => {
    const halted = pass(handled(NOW - HOUR), { mayDelete: false });
    expect([halted.status.active, halted.status.retention?.halted]).toEqual([undefined, 'NotGranted']);
    expect(pass(halted.status, { mayDelete: false }).status.active).toMatchObject(run);
    const planned = pass(handled(NOW - HOUR));
    expect(pass(planned.status, {}, NOW + MINUTE).status.active).toMatchObject(run);
    const foreign = snapshot({ name: 'by-hand', uuid: 'u7', state: 'IN_PROGRESS', metadata: {} });
    expect(pass(handled(NOW - HOUR), { snapshots: [old, last, foreign] }).status.active).toMatchObject(run);
  });
});

describe('retention beside snapshots that overlap', () => {
  const old = snapshot(
    { name: 'old', uuid: 'u0', startTime: NOW - 48 * HOUR, endTime: NOW - 47 * HOUR },
    timeText(NOW - 48 * HOUR),
  );
  const last = snapshot({ name: 'last', startTime: NOW - HOUR, endTime: NOW }, timeText(NOW - HOUR));
  const one = snapshot({ name: 'one', uuid: 'u8', state: 'IN_PROGRESS' }, timeText(NOW - HOUR));
  const spec = { concurrencyPolicy: 'Allow', retention: { expireAfter: '1d' }, staleAfter: '30d' };
  const active = { ...accepted, snapshot: 'one', slot: timeText(NOW - HOUR) };
  const beside = (
    since: number,
    more: object = {},
    foreign: readonly Snapshot[] = [],
    concurrencyPolicy = 'Allow',
  ) => {
    const retention = { lastRunTime: timeText(since), ...more };
    const runs = new Map([['one', { snapshot: one, progress: undefined, indices: [] }]]);
    return decide(
      scheduleOf({ ...spec, concurrencyPolicy, deadline: '2h' }, handled(NOW - HOUR, { active, retention })),
      seen({ snapshots: [old, last, one, ...foreign], runs }),
      NOW,
    );
  };

  it('lets them end when it is overdue by more than an hour, and says so', () => {
    const soon = beside(NOW - 2 * HOUR);
    expect(soon.status.active).toMatchObject(run);
    const overdue = beside(NOW - 2 * HOUR - 1_000);
    expect([overdue.status.active?.snapshot, overdue.status.overlapping]).toEqual(['one', undefined]);
    expect(overdue.ready).toMatchObject({ type: 'ready', reason: 'InProgress' });
    expect(overdue.ready.message).toContain('Retention is overdue');
  });

  it('says nothing of it where one waits for the other anyway', () => {
    const { ready } = beside(NOW - 3 * HOUR, {}, [], 'Forbid');
    expect(ready).toMatchObject({ reason: 'InProgress', message: 'one is being made.' });
  });

  it('goes first once they have ended, and then no more', () => {
    const { active: _active, ...ended } = beside(NOW - 3 * HOUR).status;
    const drained = decide(scheduleOf(spec, ended), seen({ snapshots: [old, last] }), NOW);
    expect([drained.status.active, drained.status.retention?.batch?.length]).toEqual([undefined, 1]);
    const retention = { ...drained.status.retention, requestedTime: timeText(NOW) };
    const asked = scheduleOf(spec, { ...drained.status, retention });
    expect(decide(asked, seen({ snapshots: [old, last] }), NOW).status.active).toMatchObject(run);
  });

  it('does not wait where waiting does not help, or has no end', () => {
    const foreign = snapshot({ name: 'by-hand', uuid: 'u7', state: 'IN_PROGRESS', metadata: {} });
    expect(beside(NOW - 3 * HOUR, {}, [foreign]).status.active).toMatchObject(run);
    const late = snapshot({ name: 'one', state: 'IN_PROGRESS', startTime: NOW - 3 * HOUR }, active.slot);
    const hanging = decide(
      scheduleOf(
        { ...spec, deadline: '2h' },
        handled(NOW - HOUR, { active, retention: { lastRunTime: timeText(NOW - 3 * HOUR) } }),
      ),
      seen({
        snapshots: [old, last, late],
        runs: new Map([['one', { snapshot: late, progress: undefined, indices: [] }]]),
      }),
      NOW,
    );
    expect(hanging.status.active).toMatchObject(run);
  });

  it.each([
    ['retention is a dry run', { retention: { expireAfter: '1d', dryRun: true } }, {}],
    ['nothing is old enough', { retention: { expireAfter: '30d' } }, {}],
    ['the connection grants no deletion', {}, { mayDelete: false }],
    ['its snapshot is past its deadline by clocks that differ', { deadline: '30m' }, { skewSeconds: 90 }],
  ])('does not wait where %s', (_, over, more) => {
    const retention = { lastRunTime: timeText(NOW - 3 * HOUR) };
    const running = snapshot({ name: 'one', state: 'IN_PROGRESS', startTime: NOW - HOUR }, active.slot);
    const facts = { snapshot: running, progress: undefined, indices: [], skewSeconds: 90 };
    const decision = decide(
      scheduleOf({ ...spec, ...over }, handled(NOW - HOUR, { active, retention })),
      seen({ snapshots: [old, last, running], runs: new Map([['one', facts]]), ...more }),
      NOW,
    );
    expect(decision.status.active).toMatchObject(run);
  });

  it('counts what has been deleted while the next ones run', () => {
    const batch = [{ name: 'gone', uuid: 'gone', reason: 'Expired' as const }];
    const { status, events } = beside(NOW, { batch, repository: 'backups', requestedTime: timeText(NOW) });
    expect([status.retention?.batch, status.retention?.deleted]).toEqual([undefined, 1]);
    expect(events?.map(({ reason }) => reason)).toContain('SnapshotsDeleted');
  });

  it('plans anew when a batch has not got on for hours, since slots went before it', () => {
    const batch = [{ name: 'old', uuid: 'u0', reason: 'Expired' as const }];
    const left = (since: number, asked = since) =>
      beside(since, { batch, repository: 'backups', requestedTime: timeText(asked) }).status.retention?.batch;
    expect([left(NOW - HOUR), left(NOW - 3 * HOUR)]).toEqual([batch, undefined]);
    // Elasticsearch takes its time for it.
    expect(left(NOW - 3 * HOUR, NOW - HOUR)).toEqual(batch);
  });
});

describe('a restore check', () => {
  it.each([
    ['Skipped', [undefined]],
    ['Passed', [undefined, 5]],
  ] as const)('that cannot be compared is %s, with %s counted', (result, counts) => {
    const indices = counts.map((_, at) => ({ source: `s${at}`, restored: `r${at}` }));
    const restored = indices.map((index) => ({
      name: index.restored,
      uuid: 'u',
      state: 'restored' as const,
    }));
    const comparisons = counts.map((count, at) => ({
      source: `s${at}`,
      restored: count,
      living: count,
      unchanged: count !== undefined,
    }));
    const restoring = {
      snapshot: NAME,
      repository: 'backups',
      slot: timeText(NOW),
      startTime: timeText(NOW),
      indices,
    };
    const { status } = decide(
      scheduleOf({}, handled(NOW, { restoring })),
      seen({ restore: { candidates: [], restored, comparisons } }),
      NOW,
    );
    expect(status.restoring?.result?.result).toBe(result);
  });

  const checking = (more: object = {}): Status => ({
    restoring: {
      snapshot: NAME,
      repository: 'backups',
      slot: timeText(NOW),
      startTime: timeText(NOW),
      indices: [{ source: 'a', restored: 'a-restore-check-1' }],
      ...more,
    },
  });
  const left = { name: 'a-restore-check-1', uuid: 'u', state: 'restored' } as const;
  const restore = { candidates: [], restored: [left], comparisons: [] };
  const result = { result: 'Passed', message: 'fine' } as const;

  it.each([
    ['failed', 'missing or damaged'],
    ['unplaced', 'could not be placed on any node'],
  ] as const)('has failed at once when Elasticsearch has given up: %s', (state, text) => {
    const facts = { ...restore, restored: [{ ...left, state }] };
    const { status } = decide(scheduleOf({}, handled(NOW, checking())), seen({ restore: facts }), NOW);
    expect(status.restoring?.result).toEqual({ result: 'Failed', message: expect.stringContaining(text) });
  });

  it('whose index went away with a node is dropped at once, and blames no snapshot', () => {
    const facts = { ...restore, restored: [{ ...left, state: 'lost' as const }] };
    const status = handled(NOW, checking({ requested: true }));
    const dropped = decide(scheduleOf({}, status), seen({ restore: facts }), NOW).status;
    expect(dropped.restoring?.result?.result).toBe('Skipped');
    const { actions } = decide(scheduleOf({}, dropped), seen({ restore: facts }), NOW);
    expect(actions).toMatchObject([{ type: 'DropRestored', indices: [{ uuid: 'u' }] }]);
  });

  it.each([{}, { requested: true }])('gives up what somebody has created under its name: %o', (more) => {
    const facts = { ...restore, restored: [], taken: [left.name] };
    const given = decide(scheduleOf({}, handled(NOW, checking(more))), seen({ restore: facts }), NOW);
    expect([given.actions, given.status.restoring?.result?.result]).toEqual([[], 'Skipped']);
    const { actions, status } = decide(scheduleOf({}, given.status), seen({ restore: facts }), NOW);
    expect([actions, status.restoring, status.lastRestoreCheck?.result]).toEqual([[], undefined, 'Skipped']);
  });

  it('is told while the first one runs', () => {
    const spec = { restoreCheck: { schedule: '@daily' } };
    const restoreCheckOf = (status: Status) =>
      decide(scheduleOf(spec, status), seen({ restore }), NOW).conditions?.at(-1)?.message;
    expect(restoreCheckOf(handled(NOW, checking()))).toContain('is running');
    expect(restoreCheckOf(handled(NOW))).toContain('was due yet');
  });

  it('is stopped, and its indexes go, when the schedule may not go on', () => {
    const notGranted = { type: 'unavailable', reason: 'NotGranted', message: 'no', afterMs: 10_000 } as const;
    const stopped = decide(scheduleOf({}, handled(NOW, checking())), { ...notGranted, restore }, NOW);
    expect(stopped.status.restoring?.result?.result).toBe('Skipped');
    const going = decide(scheduleOf({}, stopped.status), { ...notGranted, restore }, NOW);
    expect(going.actions).toEqual([{ type: 'DropRestored', indices: [left] }]);
    const gone = { ...notGranted, restore: { ...restore, restored: [] } };
    expect(decide(scheduleOf({}, stopped.status), gone, NOW)).toMatchObject({
      holds: false,
      status: { lastRestoreCheck: { result: 'Skipped' } },
    });
    expect(decide(scheduleOf({}, handled(NOW, checking())), notGranted, NOW).status.restoring).toBeDefined();
  });

  it('is not begun beside a slot that comes first', () => {
    const nothing = { candidates: [], restored: [], comparisons: [] };
    const idle = decide(scheduleOf({}, handled(NOW, checking())), seen({ restore: nothing }), NOW);
    expect(idle.actions).toMatchObject([{ type: 'RestoreSample' }]);
    const due = decide(scheduleOf({}, handled(NOW - HOUR, checking())), seen({ restore: nothing }), NOW);
    expect([due.actions, due.status.active?.snapshot]).toEqual([[], NAME]);
  });

  it('whose indexes cannot be deleted says so, asks again after a pause, and holds up no slot', () => {
    const held = { message: 'no delete_index', retryTime: timeText(NOW + MINUTE) };
    const status = handled(NOW - HOUR, checking({ result, held }));
    const waiting = decide(scheduleOf({}, status), seen({ restore }), NOW);
    expect([waiting.actions, waiting.status.active?.snapshot]).toEqual([[], NAME]);
    const idle = decide(
      scheduleOf({}, { ...status, slotsHandledUntil: timeText(NOW) }),
      seen({ restore }),
      NOW,
    );
    expect([idle.ready.reason, idle.next]).toEqual(['Retrying', MINUTE]);
    expect(idle.ready.message).toContain('a-restore-check-1, cannot be deleted: no delete_index');
    const again = decide(scheduleOf({}, status), seen({ restore }), NOW + MINUTE);
    expect(again.actions).toMatchObject([{ type: 'DropRestored' }]);
  });

  it('tries what is behind data streams, and says why when it tries nothing', () => {
    const told = (names: readonly string[]) => {
      const candidates = names.map((name) => ({ name, bytes: 1 }));
      const schedule = scheduleOf(
        { restoreCheck: { schedule: '@hourly' } },
        handled(NOW, { restoreSchedule: '@hourly Etc/UTC', restoreChecksHandledUntil: timeText(NOW - HOUR) }),
      );
      const facts = { candidates, restored: [], comparisons: [] };
      const { status } = decide(schedule, seen({ snapshots: [snapshot()], restore: facts }), NOW);
      return status.restoring?.indices.map(({ source }) => source) ?? status.lastRestoreCheck?.message;
    };
    expect(told(['.ds-logs-2026.06.15-000001'])).toEqual(['.ds-logs-2026.06.15-000001']);
    expect(told(['.kibana', '.ds-.fleet-2026.06.15-000001'])).toContain('of Elasticsearch itself');
    expect(told(['a-restore-check-2026'])).toEqual(['a-restore-check-2026']);
    expect(told(['a-restore-check-a1b2c36850f2a0'])).toContain('of another restore check');
    expect(told([])).toContain('small enough');
  });

  it('is told in a message that status can hold, whatever the names', () => {
    const names = Array.from({ length: 10 }, (_, at) => `${at}`.padEnd(220, 'x'));
    const restoring = {
      snapshot: NAME,
      repository: 'backups',
      slot: timeText(NOW),
      startTime: timeText(NOW),
      requested: true,
      indices: names.map((source) => ({ source, restored: `${source}-restore-check-a1b2c3` })),
    };
    const restored = restoring.indices.map((index) => ({
      name: index.restored,
      uuid: index.source,
      state: 'restored' as const,
    }));
    const documents = Number.MAX_SAFE_INTEGER;
    const comparisons = names.map((source) => ({
      source,
      restored: documents,
      living: documents,
      unchanged: false,
    }));
    const { status } = decide(
      scheduleOf({}, handled(NOW, { restoring })),
      seen({ restore: { candidates: [], restored, comparisons } }),
      NOW,
    );
    expect(status.restoring?.result?.result).toBe('Passed');
    expect(snapshotSchedule.status.safeParse(status).success).toBe(true);
  });
});

it('Ready says that an adoption comes to nothing', () => {
  const owner = { uid: UID, namespace: 'team', adopted: 'foo*bar' };
  expect(decide(scheduleOf(), seen({ owner }), NOW).ready.message).toContain('adopts nothing');
  const old = snapshot({
    metadata: withMark({}, { uid: 'foo*bar', slot: timeText(NOW), schedule: 'team/a' }),
  });
  expect(decide(scheduleOf(), seen({ owner, snapshots: [old] }), NOW).ready.message).not.toContain('adopts');
});

describe('what cannot be read', () => {
  const unreadable = [{ name: 'damaged', uuid: 'u8' }];
  const status = handled(NOW, { incomplete: [{ name: 'damaged', repository: 'backups' }] });

  it('is told once, and forgotten when it is gone', () => {
    const spec = { staleAfter: '30d' };
    const first = decide(scheduleOf(spec, status), seen({ unreadable }), NOW);
    expect([first.status.unreadable, reasonsOf(first)]).toEqual([
      { count: 1, names: ['damaged'] },
      ['SnapshotUnreadable'],
    ]);
    const second = decide(scheduleOf(spec, first.status), seen({ unreadable }), NOW);
    expect(reasonsOf(second)).toEqual([]);
    expect(decide(scheduleOf({}, second.status), seen(), NOW).status.unreadable).toBeUndefined();
  });

  it('is not taken for gone: it stays incomplete, and is not counted as deleted', () => {
    const retention = { repository: 'backups', batch: [{ name: 'damaged', uuid: 'u8', reason: 'Expired' }] };
    const schedule = scheduleOf({ retention: { expireAfter: '1d' } }, { ...status, retention });
    const decision = decide(schedule, seen({ snapshots: [snapshot()], unreadable }), NOW + MINUTE);
    expect(decision.status.incomplete).toHaveLength(1);
    expect(decision.status.retention).toMatchObject({ deleted: 0 });
    expect(decision.status.retention?.batch).toBeUndefined();
    expect(decision.actions).toEqual([]);
  });

  it('is named where the age of backups is told', () => {
    const never = decide(scheduleOf({}, status), seen({ unreadable }), NOW);
    expect(never.conditions?.[0]).toMatchObject({
      type: 'Healthy',
      reason: 'NeverSucceeded',
      status: 'False',
    });
    expect(never.conditions?.[0]?.message).toContain('status.unreadable');
  });
});

describe('a spec', () => {
  it.each([[{ metadata: { note: 'x'.repeat(1000) } }, 'spec.metadata']])(
    'that cannot be acted on is told, and what was known stays',
    (spec, field) => {
      const { ready, status } = decide(
        scheduleOf(spec, handled(NOW, { retained: { count: 3 } })),
        seen(),
        NOW,
      );
      expect(ready).toMatchObject({ type: 'stalled', reason: 'InvalidSpec' });
      expect(ready.message).toContain(field);
      expect(status.retained?.count).toBe(3);
    },
  );
});
