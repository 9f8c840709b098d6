import { describe, expect, it } from 'vitest';
import { indexOf, policyOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import { RUN_NOW } from '../../crds/shared.ts';
import type { Rival } from './observed.ts';
import { compileTargets } from './targets.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const SLOT = Date.parse('2016-03-02T00:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

const target = { name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } };
const OLD = ['2016.01.01', '2016.01.02', '2016.01.03'].map((day) => indexOf(`logs-${day}`));
const rivals: readonly Rival[] = [
  { namespace: 'b', name: 'b', targets: compileTargets(policyOf([target]).spec) },
];
const SKEW = { around: { skewSeconds: 61 } };

type Trouble = Parameters<typeof seenOf>[1];
const TROUBLES: readonly [string, Trouble][] = [
  ['ClockSkew', SKEW],
  ['Conflict', { rivals }],
];

/** A policy that has seen its plan, with one slot a day. */
function living(more: SpecPart = {}): PolicyLife {
  const life = new PolicyLife([target], { schedule: '@daily', ...more });
  life.pass(seenOf(OLD), START);
  return life;
}

const chosen = ({ status }: PolicyLife) => status.plan?.batch?.map(({ name }) => name);
const NAMES = OLD.map(({ name }) => name);

describe.each(TROUBLES)('a run that %s stops before it has begun', (reason, trouble) => {
  it('is made up for as soon as that is over', () => {
    const life = living();
    const events = [0, 1, 2].flatMap((minute) => {
      const step = life.pass(seenOf(OLD, trouble), SLOT + minute * MINUTE);
      expect([step.ready.reason, step.next]).toEqual([reason, MINUTE]);
      return step.events ?? [];
    });
    expect(events).toHaveLength(1);
    expect([life.status.lastRun, life.status.run, life.status.consecutiveFailures]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(life.due(SLOT + 3 * MINUTE)).toEqual({ type: 'Run', since: SLOT });
    life.pass(seenOf(OLD), SLOT + 3 * MINUTE);
    expect([chosen(life), life.status.lastSlotTime]).toEqual([NAMES, '2016-03-02T00:03:00Z']);
  });

  it('is left out after the starting deadline, and Ready does not say that all is done', () => {
    const life = living();
    life.pass(seenOf([]), SLOT);
    for (let minute = 0; minute <= 61; minute++)
      life.pass(seenOf(OLD, trouble), SLOT + DAY + minute * MINUTE);
    expect(life.status.lastSlotTime).toBe('2016-03-03T01:01:00Z');
    const step = life.pass(seenOf(OLD), SLOT + DAY + 62 * MINUTE);
    expect([chosen(life), step.ready.reason]).toEqual([undefined, 'Maintained']);
    expect(step.ready.message).toBe('3 indexes would be deleted at the next time of the schedule');
    expect(life.due(SLOT + DAY + 63 * MINUTE).type).toBe('Nothing');
    expect(life.due(SLOT + 2 * DAY).type).toBe('Run');
  });

  it('is looked at again after a minute, and not at once, when somebody asked for it', () => {
    const life = living();
    life.annotate({ [RUN_NOW]: 'x' });
    for (const minute of [1, 2]) {
      const step = life.pass(seenOf(OLD, trouble), START + minute * MINUTE);
      expect([step.next, life.status.lastHandledRunNow]).toEqual([MINUTE, undefined]);
    }
    life.pass(seenOf(OLD), START + 3 * MINUTE);
    expect([chosen(life), life.status.lastHandledRunNow]).toEqual([NAMES, 'x']);
  });

  it('is made up for when it was approved', () => {
    const life = living({ deletion: { maxDeletes: 2 } });
    life.approve();
    for (const minute of [1, 2]) life.pass(seenOf(OLD, trouble), START + minute * MINUTE);
    expect(life.due(START + 3 * MINUTE).type).toBe('Run');
    life.pass(seenOf(OLD), START + 3 * MINUTE);
    expect(chosen(life)).toEqual(NAMES);
  });

  it('begins no looks for what something else holds back', () => {
    const life = living();
    const around = { ...trouble?.around, snapshotted: new Set(NAMES.slice(1)) };
    life.pass(seenOf(OLD, { ...trouble, around }), SLOT);
    expect(life.status.plan?.retryUntilTime).toBeUndefined();
  });

  it('uses up its slot in DryRun, which would do nothing', () => {
    const life = living({ mode: 'DryRun' });
    life.pass(seenOf(OLD, trouble), SLOT);
    expect(life.status.lastSlotTime).toBe('2016-03-02T00:00:00Z');
  });
});

describe.each(TROUBLES)('a run that %s stops in the middle', (reason, trouble) => {
  const MANY = Array.from({ length: 60 }, (_, at) =>
    indexOf(`logs-${new Date(Date.UTC(2015, 0, at + 1)).toISOString().slice(0, 10).replaceAll('-', '.')}`),
  );
  /** Fifty are gone. */
  const halfDone = () => {
    const life = living({ deletion: { maxDeletes: 60 } });
    life.pass(seenOf(MANY), SLOT);
    life.deleted(50);
    return life;
  };
  const LEFT = MANY.slice(50);

  it('goes on with the same plan as soon as that is over', () => {
    const life = halfDone();
    const step = life.pass(seenOf(LEFT, trouble), SLOT + MINUTE);
    expect([step.ready.reason, step.next, step.actions ?? []]).toEqual([reason, MINUTE, []]);
    life.pass(seenOf([...LEFT, ...OLD]), SLOT + 2 * MINUTE);
    expect(chosen(life)).toEqual(LEFT.map(({ name }) => name));
    expect(life.status.run).toMatchObject({ time: '2016-03-02T00:00:00Z', deleted: 50 });
  });

  it.each([
    ['late', 61 * MINUTE],
    ['of a clock that was ahead', -DAY],
  ])('ends when it is %s, which is neither a success nor a failure', (_, after) => {
    const life = halfDone();
    life.pass(seenOf(LEFT, trouble), SLOT + after);
    expect(life.status).toMatchObject({ lastRun: { deleted: 50 }, consecutiveFailures: 0 });
    expect([life.status.run, life.status.lastSuccessfulTime]).toEqual([undefined, undefined]);
  });

  it('ends when nothing of its plan is left: what is due by now has a cap of its own (S4)', () => {
    const life = halfDone();
    life.pass(seenOf(OLD, trouble), SLOT + MINUTE);
    expect([life.status.run, life.status.lastRun?.deleted]).toEqual([undefined, 50]);
    life.pass(seenOf(OLD), SLOT + 2 * MINUTE);
    expect(chosen(life)).toBeUndefined();
  });
});

describe('a batch that another policy wants too', () => {
  const stopped = (more: SpecPart = {}) => {
    const life = living(more);
    life.approve();
    life.pass(seenOf(OLD), SLOT);
    const step = life.pass({ type: 'batch', rivals }, SLOT);
    expect([step.ready.reason, step.next, step.actions ?? []]).toEqual(['Conflict', MINUTE, []]);
    return life;
  };

  it.each<SpecPart>([{}, { deletion: { maxDeletes: 2 } }])(
    'is chosen anew once that is over, with %j',
    (more) => {
      const life = stopped(more);
      life.pass(seenOf(OLD, { rivals }), SLOT + MINUTE);
      life.pass(seenOf(OLD.slice(1)), SLOT + 2 * MINUTE);
      expect(chosen(life)).toEqual(NAMES.slice(1));
      life.deleted(2);
      life.pass(seenOf([]), SLOT + 3 * MINUTE);
      expect(life.status).toMatchObject({ lastRun: { deleted: 2 }, history: [], consecutiveFailures: 0 });
    },
  );

  it('waits for the next slot when that lasts, and needs no other approval', () => {
    const life = stopped({ deletion: { maxDeletes: 2 } });
    life.pass(seenOf(OLD, { rivals }), SLOT + 61 * MINUTE);
    expect(life.status.run).toBeUndefined();
    life.annotate({});
    life.pass(seenOf(OLD), SLOT + 62 * MINUTE);
    expect(chosen(life)).toBeUndefined();
    life.pass(seenOf(OLD), SLOT + DAY);
    expect(chosen(life)).toEqual(NAMES);
  });
});
