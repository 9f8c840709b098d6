import { describe, expect, it } from 'vitest';
import {
  aliased,
  indexOf,
  policyOf,
  seenOf,
  type SpecPart,
} from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import { conditionsOf } from '../../runtime/conditions.ts';
import type { Step } from './rest.ts';
import type { ListedIndex, Seen } from './observed.ts';
import { compileTargets } from './targets.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const NEXT_SLOT = Date.parse('2016-03-01T01:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

const target = { name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '7d' } };
const days = (...names: readonly string[]): readonly ListedIndex[] =>
  names.map((name) => indexOf(`logs-${name}`));
const OLD = days('2016.01.01', '2016.01.02', '2016.01.03');
const YOUNG = days('2016.02.29', '2016.03.01');
const ALL = [...OLD, ...YOUNG];
const NEW = days('2015.12.31');

class Life extends PolicyLife {
  constructor(more: SpecPart = {}, targets: readonly SpecPart[] = [target]) {
    super(targets, more);
  }
}

const namesIn = ({ status }: Life) => status.plan?.batch?.map(({ name }) => name);
const reason = (step: Step) => [step.ready.type, step.ready.reason];

describe('a clock that was ahead once', () => {
  it('keeps no later slot from coming due', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START + 30 * DAY);
    expect(life.due(START)).toEqual({ type: 'Plan', since: START });
    expect(life.pass(seenOf(ALL), START).next).toBe(NEXT_SLOT - START);
    expect(life.due(START + MINUTE).type).toBe('Nothing');
    expect(life.due(NEXT_SLOT)).toMatchObject({ type: 'Run', since: NEXT_SLOT });
  });

  it('is let be when it is ahead by less than clocks may differ', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    expect(life.due(START - MINUTE).type).toBe('Nothing');
  });
});

describe('a wish to run that is longer than status takes', () => {
  it.each([
    ['letters', 'x'.repeat(300), 255],
    ['half a character at the end', `${'x'.repeat(254)}\u{1F600}`, 254],
  ])('is met once: %s', (_, wish, echoed) => {
    const life = new Life();
    life.pass(seenOf(YOUNG), START);
    life.annotate({ 'es-steward.dev/run-now': wish });
    expect(life.due(START + MINUTE).type).toBe('Run');
    life.pass(seenOf(YOUNG), START + MINUTE);
    expect(life.status.lastHandledRunNow).toHaveLength(echoed);
    expect(life.due(START + MINUTE).type).toBe('Nothing');
  });
});

describe('a new policy', () => {
  it('plans at once and acts at its next slot', () => {
    const life = new Life();
    expect(life.due(START).type).toBe('Plan');
    const step = life.pass(seenOf(ALL), START);
    expect(reason(step)).toEqual(['ready', 'Scheduled']);
    expect(life.status.plan).toMatchObject({ deletes: { count: 3 }, kept: [{ reason: 'Young', count: 2 }] });
    expect(step.next).toBe(NEXT_SLOT - START);
    expect(life.due(START + MINUTE).type).toBe('Nothing');
    expect(life.due(NEXT_SLOT)).toMatchObject({ type: 'Run', since: NEXT_SLOT });
  });

  it('writes the batch before it is deleted, and deletes in the next pass exactly that', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    expect(life.pass(seenOf(ALL), NEXT_SLOT).actions).toEqual([]);
    expect(namesIn(life)).toEqual(['logs-2016.01.01', 'logs-2016.01.02', 'logs-2016.01.03']);
    expect(life.due(NEXT_SLOT).type).toBe('Batch');
    const step = life.pass({ type: 'batch', rivals: [] }, NEXT_SLOT);
    expect(step.actions).toMatchObject([
      { type: 'DeleteBatch', batch: [{ uuid: 'uuid-of-logs-2016.01.01' }, {}, {}] },
    ]);
    life.deleted(3);
    expect(life.due(NEXT_SLOT).type).toBe('Continue');
    expect(reason(life.pass(seenOf(YOUNG), NEXT_SLOT + 1_000))).toEqual(['ready', 'Maintained']);
    expect(life.status).toMatchObject({ lastRun: { deleted: 3, failed: 0 }, consecutiveFailures: 0 });
    expect(life.status.run).toBeUndefined();
    expect(life.last?.events).toMatchObject([{ type: 'Normal', reason: 'IndexesDeleted' }]);
  });

  describe('whose run goes on after its first batch', () => {
    const many = Array.from({ length: 52 }, (_, at) => indexOf(`logs-${2014 - at}.01.01`));
    const begun = () => {
      const life = new Life({ deletion: { maxDeletes: 100 } });
      life.pass(seenOf([...many, ...YOUNG]), START);
      life.pass(seenOf([...many, ...YOUNG]), NEXT_SLOT);
      expect(namesIn(life)).toHaveLength(50);
      life.deleted(50);
      return life;
    };

    it('counts the rest as dropped, also when nothing of it can be deleted any more', () => {
      const life = begun();
      const remade = many.slice(0, 2).map(({ name }) => indexOf(name, { uuid: `another-${name}` }));
      life.pass(seenOf([...remade, ...YOUNG]), NEXT_SLOT + 1_000);
      expect(life.status).toMatchObject({
        lastRun: { deleted: 50, dropped: 2 },
        plan: { deletes: { count: 2 } },
      });
    });

    it('counts nothing as dropped that its next plan takes over after a week', () => {
      const life = begun();
      life.pass(seenOf([...many.slice(0, 2), ...YOUNG]), NEXT_SLOT + 8 * DAY);
      expect(life.status.lastRun).toMatchObject({ deleted: 50, dropped: 0 });
    });
  });

  it('counts nothing as dropped that was gone before the run', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(YOUNG), NEXT_SLOT);
    expect(life.status.lastRun).toMatchObject({ dropped: 0 });
    expect(life.last?.events).toEqual([]);
  });

  it('acts at once on what was asked for before there was a plan', () => {
    const life = new Life();
    life.annotate({ 'es-steward.dev/run-now': 'x' });
    const created = Date.parse(life.policy.metadata.creationTimestamp);
    expect(life.pass(seenOf(ALL), created).next).toBe('now');
    expect(life.due(created)).toMatchObject({ type: 'Run', runNow: 'x' });
  });

  it('of long ago has lost its status, and does not do again what it was asked for', () => {
    const life = new Life();
    life.annotate({ 'es-steward.dev/run-now': 'x' });
    expect(life.pass(seenOf(ALL), START).next).toBe(NEXT_SLOT - START);
  });

  it('costs nothing at a slot at which nothing is due but the look', () => {
    const life = new Life();
    life.pass(seenOf(YOUNG), START);
    expect(life.pass(seenOf(YOUNG), NEXT_SLOT).actions ?? []).toEqual([]);
    expect(life.status.run).toBeUndefined();
  });

  it('plans at once when its spec changes, and a run that was under way ends', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    life.change({ targets: policyOf([{ ...target, retention: { maxAge: '1d' } }]).spec.targets });
    expect(life.due(NEXT_SLOT).type).toBe('Plan');
    life.pass(seenOf(ALL), NEXT_SLOT);
    expect(life.status.run).toBeUndefined();
    expect(namesIn(life)).toBeUndefined();
    expect(life.status.lastSuccessfulTime).toBeUndefined();
  });
});

describe('DryRun', () => {
  it('shows the plan and does nothing, at any slot and on run-now (H74)', () => {
    const life = new Life({ mode: 'DryRun' });
    expect(reason(life.pass(seenOf(ALL), START))).toEqual(['ready', 'Planned']);
    life.annotate({ 'es-steward.dev/run-now': 'x' });
    expect(life.due(START).type).toBe('Run');
    expect(life.pass(seenOf(ALL), START).actions ?? []).toEqual([]);
    expect(life.status).toMatchObject({ lastHandledRunNow: 'x', plan: { deletes: { count: 3 } } });
    expect(namesIn(life)).toBeUndefined();
  });

  it('ends a run that was under way', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    life.change({ mode: 'DryRun' });
    expect(life.due(NEXT_SLOT).type).toBe('Plan');
    life.pass(seenOf(ALL), NEXT_SLOT);
    expect([life.status.run, namesIn(life)]).toEqual([undefined, undefined]);
  });
});

describe('approval', () => {
  const waiting = (more: SpecPart = { deletion: { maxDeletes: 2 } }) => {
    const life = new Life(more);
    life.pass(seenOf(ALL), START);
    return life;
  };

  it('is asked for above the cap, and then nothing is deleted (H74, S4)', () => {
    const life = waiting();
    expect(life.last && reason(life.last)).toEqual(['reconciling', 'ApprovalRequired']);
    expect(life.last?.conditions).toMatchObject([{ type: 'ApprovalRequired', status: 'True' }]);
    const step = life.pass(seenOf(ALL), NEXT_SLOT);
    expect([reason(step), namesIn(life)]).toEqual([['reconciling', 'ApprovalRequired'], undefined]);
  });

  it('of exactly this plan acts at once', () => {
    const life = waiting();
    life.approve();
    expect(life.due(START + MINUTE).type).toBe('Run');
    life.pass(seenOf(ALL), START + MINUTE);
    expect(namesIn(life)).toHaveLength(3);
    expect(life.status.plan?.approvedTime).toBeDefined();
  });

  it('of another plan is told, and that nothing comes of it, until the right one is approved', () => {
    const life = waiting();
    life.annotate({ 'es-steward.dev/approve': 'of-yesterday' });
    const told = () => life.policy.status?.conditions?.map(({ type, message }) => [type, message]) ?? [];
    for (const seen of [{ type: 'nothing' } as const, seenOf(ALL)]) {
      life.pass(seen, START + MINUTE);
      expect(life.last?.ready.message).toMatch(/; the annotation says of-yesterday, which is another plan$/);
      expect(told()).toContainEqual(['ApprovalRequired', life.last?.ready.message]);
    }
    life.annotate({});
    life.pass({ type: 'nothing' } as const, START + MINUTE);
    expect(life.last?.ready.message).not.toContain('another plan');
  });

  it('of another plan is told from Git too, unless that one was carried out', () => {
    const life = waiting();
    const approve = (approvedPlan: string | undefined) =>
      life.change({ deletion: { ...life.policy.spec.deletion, approvedPlan } });
    approve('0123456789abcdef');
    life.pass(seenOf(ALL), START + MINUTE);
    expect(life.last?.ready.message).toMatch(
      /; deletion\.approvedPlan says 0123456789abcdef, which is another/,
    );
    approve(life.status.plan?.hash);
    life.pass(seenOf(ALL), START + 2 * MINUTE);
    life.deleted(3);
    life.pass(seenOf([...NEW, ...days('2016.01.04', '2016.01.05'), ...YOUNG]), START + 3 * MINUTE);
    expect([life.status.run, life.last?.ready.reason]).toEqual([undefined, 'ApprovalRequired']);
    expect(life.last?.ready.message).not.toContain('another plan');
  });

  it.each<[string, Partial<Seen>]>([
    ['a clock', { around: { ...seenOf([]).around, skewSeconds: 61 } }],
    [
      'another policy',
      {
        rivals: [{ namespace: 'b', name: 'b', targets: compileTargets(policyOf([target]).spec) }],
      },
    ],
  ])('is still asked for when %s has stood in the way for a while', (_, trouble) => {
    const life = waiting();
    const hash = life.status.plan?.hash;
    life.pass({ ...seenOf(ALL), ...trouble }, START + MINUTE);
    expect(life.last?.ready.reason).not.toBe('ApprovalRequired');
    // Fewer by now than the cap, and one more that somebody has not seen.
    const left = [...OLD.slice(1), ...YOUNG, indexOf('logs-2016.01.04')];
    life.pass(seenOf(left), START + 2 * MINUTE);
    expect([life.last?.ready.reason, life.status.plan?.hash]).toEqual(['ApprovalRequired', hash]);
    expect(life.status.plan?.deletes.names).toEqual(['logs-2016.01.02', 'logs-2016.01.03']);
  });

  it('is not held on to in DryRun: the plan is that of now', () => {
    const life = waiting();
    life.change({ mode: 'DryRun' });
    life.pass(seenOf([...ALL, indexOf('logs-2016.01.04')]), START + MINUTE);
    expect(life.status.plan?.deletes.count).toBe(4);
  });

  it('from Git does the same', () => {
    const life = waiting();
    const deletion = { ...life.policy.spec.deletion, approvedPlan: life.status.plan?.hash };
    life.change({ deletion });
    expect(life.due(START + MINUTE).type).toBe('Run');
    life.pass(seenOf(ALL), START + MINUTE);
    expect(namesIn(life)).toHaveLength(3);
  });

  it('of another plan is none', () => {
    const life = waiting();
    life.annotate({ 'es-steward.dev/approve': '0123456789abcdef' });
    expect(life.due(START + MINUTE).type).toBe('Nothing');
    life.pass(seenOf(ALL), NEXT_SLOT);
    expect(namesIn(life)).toBeUndefined();
  });

  it('freezes the plan: what has changed is dropped, what is new waits for the next one', () => {
    const life = waiting();
    const hash = life.status.plan?.hash;
    const later = [indexOf('logs-2016.01.01', { uuid: 'made anew' }), ...ALL.slice(1), ...days('2015.12.31')];
    life.pass(seenOf(later), NEXT_SLOT);
    expect(life.status.plan).toMatchObject({ hash, deletes: { count: 2 } });
    life.approve();
    life.pass(seenOf(later), NEXT_SLOT + MINUTE);
    expect(namesIn(life)).toEqual(['logs-2016.01.02', 'logs-2016.01.03']);
    life.deleted(2);
    life.pass(
      seenOf(later.filter(({ name }) => !['logs-2016.01.02', 'logs-2016.01.03'].includes(name))),
      NEXT_SLOT + 2 * MINUTE,
    );
    expect(life.status.plan?.hash).not.toBe(hash);
    expect(life.status).toMatchObject({ lastRun: { deleted: 2 }, plan: { deletes: { count: 2 } } });
  });

  it('given during DryRun holds for the very plan that was shown', () => {
    const life = new Life({ mode: 'DryRun', deletion: { approval: 'Always' } });
    life.pass(seenOf(ALL), START);
    life.approve();
    life.change({ mode: 'Enforce' });
    life.pass(seenOf([...ALL, ...days('2015.12.31')]), START + MINUTE);
    life.pass(seenOf([...ALL, ...days('2015.12.31')]), NEXT_SLOT);
    expect(namesIn(life)).toEqual(['logs-2016.01.01', 'logs-2016.01.02', 'logs-2016.01.03']);
  });

  it('is over after seven days', () => {
    const life = waiting();
    const hash = life.status.plan?.hash;
    const later = START + 8 * 86_400_000;
    life.pass(seenOf([...ALL, ...days('2015.12.31')]), later);
    expect(life.status.plan?.hash).not.toBe(hash);
  });

  it('freezes a plan that was old when somebody was first asked about it', () => {
    const life = new Life({ mode: 'DryRun', deletion: { maxDeletes: 2 } });
    life.pass(seenOf(OLD), START);
    life.change({ mode: 'Enforce' });
    const later = START + 10 * DAY;
    life.pass(seenOf(OLD), later);
    const plan = life.status.plan;
    expect([plan?.time, plan?.askedTime]).toEqual(['2016-03-01T00:30:00Z', '2016-03-11T00:30:00Z']);
    for (const at of [later + MINUTE, later + 6 * DAY]) life.pass(seenOf([...OLD, ...NEW]), at);
    expect(life.status.plan).toMatchObject({ hash: plan?.hash, askedTime: plan?.askedTime });
    life.pass(seenOf([...OLD, ...NEW]), later + 8 * DAY);
    expect(life.status.plan?.hash).not.toBe(plan?.hash);
  });

  it('freezes anew a plan that was asked for a week in vain', () => {
    const life = waiting();
    const later = START + 8 * DAY;
    life.pass(seenOf(ALL), later);
    const hash = life.status.plan?.hash;
    life.pass(seenOf([...ALL, ...NEW]), later + MINUTE);
    expect(life.status.plan?.hash).toBe(hash);
  });

  it('survives a death in the middle: the next process goes on with the same plan', () => {
    const many = Array.from({ length: 70 }, (_, at) =>
      indexOf(
        `logs-2014.${String(1 + Math.floor(at / 28)).padStart(2, '0')}.${String(1 + (at % 28)).padStart(2, '0')}`,
      ),
    );
    const life = waiting();
    life.pass(seenOf(many), START + 8 * 86_400_000);
    const hash = life.status.plan?.hash;
    life.approve();
    const at = START + 8 * 86_400_000 + MINUTE;
    life.pass(seenOf(many), at);
    expect(namesIn(life)).toHaveLength(50);
    life.annotate({});
    life.deleted(50);
    life.pass(seenOf([...many.slice(50), ...OLD]), at);
    expect([life.status.plan?.hash, namesIn(life)?.length]).toEqual([hash, 20]);
  });

  it('is always asked for when that is wanted, and never when not', () => {
    expect(reason(waiting({ deletion: { approval: 'Always' } }).last as Step)).toEqual([
      'reconciling',
      'ApprovalRequired',
    ]);
    expect(reason(waiting({ deletion: { approval: 'Never', maxDeletes: 2 } }).last as Step)).toEqual([
      'stalled',
      'LimitExceeded',
    ]);
    expect(reason(waiting({ deletion: { approval: 'Never', maxDeletes: 3 } }).last as Step)).toEqual([
      'ready',
      'Scheduled',
    ]);
  });

  it('with Never deletes nothing above the cap', () => {
    const life = waiting({ deletion: { approval: 'Never', maxDeletes: 2 } });
    life.pass(seenOf(ALL), NEXT_SLOT);
    expect(namesIn(life)).toBeUndefined();
  });

  describe('of more than one plan takes in', () => {
    const THOUSANDS = Array.from({ length: 10_000 }, (_, at) =>
      indexOf(`logs-${new Date(Date.UTC(1980, 0, at + 1)).toISOString().slice(0, 10).replaceAll('-', '.')}`),
    );
    const manyFor = (deletion: SpecPart) => {
      const life = new Life({ deletion });
      life.pass(seenOf(THOUSANDS), START);
      return life;
    };

    it.each(['50%', 5_000, 9_999])('is asked for above %s of all that would go (S4, H74)', (maxDeletes) => {
      const life = manyFor({ maxDeletes });
      expect([life.last?.ready.reason, life.status.plan?.deletes]).toMatchObject([
        'ApprovalRequired',
        { count: 10_000, documents: 100_000, bytes: 10_000_000 },
      ]);
      expect(life.last?.ready.message).toMatch(/^10000 indexes would be deleted, 4000 of them by this plan /);
      life.pass(seenOf(THOUSANDS), NEXT_SLOT);
      expect([namesIn(life), life.last?.ready.reason]).toEqual([undefined, 'ApprovalRequired']);
    });

    it('is given for what the plan names, and asked for again for the rest', () => {
      const life = manyFor({ maxDeletes: '50%' });
      life.approve();
      life.pass(seenOf(THOUSANDS), NEXT_SLOT);
      expect([namesIn(life)?.length, life.status.plan?.deletes.count]).toEqual([50, 4_000]);
      life.deleted(50);
      const rest = THOUSANDS.slice(4_000);
      life.pass(seenOf(rest), NEXT_SLOT + MINUTE);
      expect([namesIn(life), life.last?.ready.reason]).toEqual([undefined, 'ApprovalRequired']);
    });

    it('is refused with Never', () => {
      const life = manyFor({ maxDeletes: 5_000, approval: 'Never' });
      expect(life.last?.ready.message).toMatch(/^10000 indexes would be deleted and .* allows 5000/);
      life.pass(seenOf(THOUSANDS), NEXT_SLOT);
      expect([namesIn(life), life.last?.ready.reason]).toEqual([undefined, 'LimitExceeded']);
    });

    it('is not needed below the cap: what is over the rim goes in the next run', () => {
      const life = manyFor({ maxDeletes: '100%' });
      life.pass(seenOf(THOUSANDS), NEXT_SLOT);
      expect(namesIn(life)).toHaveLength(50);
    });
  });

  it.each([
    ['0%', 'ApprovalRequired'],
    ['1%', 'ApprovalRequired'],
    ['59%', 'ApprovalRequired'],
    ['60%', 'Scheduled'],
    [0, 'ApprovalRequired'],
    [3, 'Scheduled'],
  ])('compares with %s of all that match', (maxDeletes, expected) => {
    expect(reason(waiting({ deletion: { maxDeletes } }).last as Step)[1]).toBe(expected);
  });
});

describe('what something holds back that passes', () => {
  const busy = { around: { snapshotted: new Set(OLD.map(({ name }) => name)) } };
  const SLOT = Date.parse('2016-03-02T00:00:00Z');
  /** A policy whose only slot of the day falls into a snapshot. */
  const heldBack = (more: SpecPart = {}) => {
    const life = new Life({ schedule: '@daily', ...more });
    life.pass(seenOf(ALL, busy), START);
    life.pass(seenOf(ALL, busy), SLOT);
    return life;
  };

  it('goes as soon as that is over, long before the next slot', () => {
    const life = heldBack();
    expect(life.last?.ready).toMatchObject({ type: 'ready', reason: 'Maintained' });
    expect(life.last?.ready.message).toMatch(
      /except for indexes .* \(BeingSnapshotted 3\): they are deleted within minutes/,
    );
    expect(life.last?.next).toBe(5 * MINUTE);
    expect(life.due(SLOT + 4 * MINUTE).type).toBe('Nothing');
    expect(life.due(SLOT + 5 * MINUTE)).toEqual({ type: 'Retry', since: SLOT + 4 * MINUTE });
    life.pass(seenOf(ALL), SLOT + 5 * MINUTE);
    expect(namesIn(life)).toHaveLength(3);
    life.deleted(3);
    life.pass(seenOf(YOUNG), SLOT + 6 * MINUTE);
    expect(life.status).toMatchObject({ lastRun: { deleted: 3 }, history: [{ deleted: 0 }] });
    expect(life.last?.ready.message).toBe('the last run did everything that was due');
    expect([life.status.plan?.retryUntilTime, life.last?.next]).toEqual([undefined, 86_400_000 - 6 * MINUTE]);
  });

  it('is looked at meanwhile, which is no run, and not after the starting deadline', () => {
    const life = heldBack();
    const { lastRun, lastSuccessfulTime } = life.status;
    for (let at = 5; at < 60; at += 5) {
      expect(life.due(SLOT + at * MINUTE).type).toBe('Retry');
      life.pass(seenOf(ALL, busy), SLOT + at * MINUTE);
    }
    expect(life.status).toMatchObject({ lastRun, lastSuccessfulTime, history: [] });
    expect(life.due(SLOT + 60 * MINUTE).type).toBe('Nothing');
    expect(life.pass({ type: 'nothing' }, SLOT + 60 * MINUTE).next).toBe(86_400_000 - 60 * MINUTE);
  });

  it('of a cluster that is not well, or that is written to or copied, is the same', () => {
    const name = OLD[0]?.name ?? '';
    for (const around of [
      { health: 'red' as const },
      { written: new Set([`uuid-of-${name}`]) },
      { restoring: new Set([name]) },
      { reindexed: new Set([name]) },
    ]) {
      const life = new Life({ schedule: '@daily' });
      life.pass(seenOf(OLD.slice(0, 1), { around }), START);
      life.pass(seenOf(OLD.slice(0, 1), { around }), SLOT);
      expect(life.due(SLOT + 5 * MINUTE).type).toBe('Retry');
    }
  });

  it('waits for the next slot when it stays for good, or nothing may act', () => {
    const life = new Life({ schedule: '@daily' });
    const protects = { around: { protects: () => true } };
    life.pass(seenOf(ALL, protects), START);
    life.pass(seenOf(ALL, protects), SLOT);
    expect([life.due(SLOT + 5 * MINUTE).type, life.status.plan?.retryUntilTime]).toEqual([
      'Nothing',
      undefined,
    ]);
    const dry = heldBack({ mode: 'DryRun' });
    expect([dry.due(SLOT + 5 * MINUTE).type, dry.status.plan?.retryUntilTime]).toEqual([
      'Nothing',
      undefined,
    ]);
    const suspended = heldBack();
    suspended.policy = { ...suspended.policy, spec: { ...suspended.policy.spec, suspend: true } };
    expect(suspended.due(SLOT + 5 * MINUTE).type).toBe('Nothing');
  });

  it('is not what a new spec lets expire: that waits for its first slot', () => {
    const life = heldBack();
    life.change({ targets: policyOf([{ ...target, retention: { maxAge: '1d' } }]).spec.targets });
    life.pass(seenOf(ALL, busy), SLOT + MINUTE);
    expect(life.due(SLOT + 30 * MINUTE).type).toBe('Nothing');
  });

  const busyWith = (held: readonly ListedIndex[]) => ({
    around: { snapshotted: new Set(held.map(({ name }) => name)) },
  });
  const daysOf = (month: string, count: number) =>
    days(...Array.from({ length: count }, (_, at) => `2015.${month}.${String(at + 1).padStart(2, '0')}`));

  it.each([
    ['OnLimit', 'ApprovalRequired'],
    ['Never', 'LimitExceeded'],
  ])('counts for the cap with approval %s, as it would go right after the rest: %s', (approval, expected) => {
    const life = new Life({ schedule: '@daily', deletion: { maxDeletes: 2, approval } });
    for (const at of [START, SLOT]) life.pass(seenOf(ALL, busyWith(OLD.slice(1))), at);
    expect([life.last?.ready.reason, namesIn(life)]).toEqual([expected, undefined]);
    expect(life.last?.ready.message).toMatch(
      /^1 index would be deleted, and more that are temporarily held back \(BeingSnapshotted 2\)/,
    );
  });

  it('goes only as far as the cap of its run allows, and the rest at the next slot (S4)', () => {
    const life = new Life({ schedule: '@daily', deletion: { maxDeletes: 3 } });
    for (const at of [START, SLOT]) life.pass(seenOf(OLD, busyWith(OLD.slice(1))), at);
    life.deleted(1);
    life.pass(seenOf(OLD.slice(1), busyWith(OLD.slice(1))), SLOT);
    life.pass(seenOf(OLD.slice(1), busyWith(OLD.slice(2))), SLOT + 5 * MINUTE);
    life.deleted(1);
    life.pass(seenOf(OLD.slice(2), busyWith(OLD.slice(2))), SLOT + 6 * MINUTE);
    expect(life.status.lastRun).toMatchObject({ deleted: 1, deletedBefore: 1 });
    // Old enough by now, or in a snapshot by now.
    const two = [...OLD.slice(2), ...daysOf('12', 1)];
    life.pass(seenOf(two), SLOT + 15 * MINUTE);
    expect([life.status.run, life.last?.ready.reason]).toEqual([undefined, 'Maintained']);
    life.pass(seenOf(two), SLOT + 86_400_000);
    expect(namesIn(life)).toHaveLength(2);
  });

  it('asks nobody while nothing at all can go', () => {
    expect(heldBack({ deletion: { maxDeletes: 2 } }).last?.ready.reason).toBe('Maintained');
  });

  it('does not stop a run that has begun without it', () => {
    const life = new Life({ schedule: '@daily', deletion: { maxDeletes: 55 } });
    const due = [...daysOf('01', 28), ...daysOf('02', 27)];
    const late = [...daysOf('03', 28), ...daysOf('04', 28)];
    for (const at of [START, SLOT]) life.pass(seenOf(due), at);
    life.deleted(50);
    life.pass(seenOf([...due.slice(50), ...late], busyWith(late)), SLOT + MINUTE);
    expect(namesIn(life)).toHaveLength(5);
  });

  it('is made up for by what goes on with the archival of its run and begins none (S4)', () => {
    const life = heldBack();
    const moved = [{ target: 'a', documents: 5 }];
    const held = [{ index: 'logs-x', reason: 'IdTaken', documents: 2 }];
    const { lastRun } = life.status;
    if (lastRun === undefined) throw new Error('a run has ended');
    const status = { archive: { documents: 5, moved, held }, lastRun: { ...lastRun, notArchived: 2 } };
    life.policy = { ...life.policy, status: { ...life.status, ...status } };
    life.pass(seenOf(ALL), SLOT + 5 * MINUTE);
    expect(life.status).toMatchObject({ archive: { moved, held }, run: { notArchived: 2 } });
    life.deleted(3);
    life.pass(seenOf(YOUNG), SLOT + 6 * MINUTE);
    expect(life.last?.ready.reason).toBe('ActionFailed');
  });

  it('is not deleted unasked above the cap', () => {
    const life = heldBack({ deletion: { maxDeletes: 2 } });
    life.pass(seenOf(ALL), SLOT + 5 * MINUTE);
    expect([life.last?.ready.reason, namesIn(life), life.status.run]).toEqual([
      'ApprovalRequired',
      undefined,
      undefined,
    ]);
  });
});

describe('aliases', () => {
  const withAlias = { ...target, aliases: [{ name: 'logs' }] };

  it('are changed by one action, also while the deletions wait for approval', () => {
    const life = new Life({ deletion: { maxDeletes: 0 } }, [withAlias]);
    life.pass(seenOf(ALL), START);
    const step = life.pass(seenOf(ALL), NEXT_SLOT);
    expect(step.actions).toMatchObject([{ type: 'UpdateAliases', changes: [{ alias: 'logs' }, {}] }]);
    expect(namesIn(life)).toBeUndefined();
  });

  it('change before anything is chosen for deletion, also when that must wait', () => {
    const life = new Life({}, [withAlias]);
    life.pass(seenOf(ALL), START);
    for (const _ of ['waits for its turn', 'has it']) {
      const step = life.pass(seenOf(ALL), NEXT_SLOT);
      expect([step.actions?.[0]?.type, namesIn(life)]).toEqual(['UpdateAliases', undefined]);
      expect(life.due(NEXT_SLOT).type).toBe('Continue');
    }
    life.aliased();
    life.pass(seenOf(ALL), NEXT_SLOT);
    expect(namesIn(life)).toHaveLength(3);
  });

  it('are counted once they are as planned, also when the answer that said so was lost', () => {
    const life = new Life({}, [
      { ...withAlias, aliases: [{ name: 'logs', window: '0d' }], retention: undefined },
    ]);
    const [old, young] = ['logs-2016.02.29', 'logs-2016.03.01'] as const;
    const before = [aliased(old, 'logs'), indexOf(young)];
    life.pass(seenOf(before), START);
    for (const _ of ['is sent', 'is not seen yet'])
      expect(life.pass(seenOf(before), NEXT_SLOT).actions).toMatchObject([{ type: 'UpdateAliases' }]);
    expect(life.status.run).toMatchObject({ aliasesAdded: 0, aliasesRemoved: 0 });
    life.pass(seenOf([indexOf(old), aliased(young, 'logs')]), NEXT_SLOT);
    expect(life.status.lastRun).toMatchObject({ aliasesAdded: 1, aliasesRemoved: 1 });
  });

  it('cost nothing when nothing differs', () => {
    const life = new Life({}, [{ ...withAlias, retention: undefined }]);
    const right = ['logs-2016.02.29', 'logs-2016.03.01'].map((name) => aliased(name, 'logs'));
    life.pass(seenOf(right), START);
    expect(life.pass(seenOf(right), NEXT_SLOT).actions ?? []).toEqual([]);
  });
});

describe('obstacles', () => {
  const rival = (spec: SpecPart): Seen['rivals'] => [
    { namespace: 'other', name: 'rival', targets: compileTargets(policyOf([spec]).spec) },
  ];

  it.each<[string, SpecPart, string | undefined]>([
    ['deletes the same index', { name: 'x', pattern: 'logs-*', retention: { maxAge: '1d' } }, 'SameIndex'],
    ['only looks at it', { name: 'x', pattern: 'logs-*' }, undefined],
    ['manages the same alias', { name: 'x', pattern: 'x-*', aliases: [{ name: 'logs' }] }, 'SameAlias'],
    [
      'manages the same alias by a date',
      { name: 'x', series: 'x-{date:yyyy}', aliases: [{ name: 'logs-{date:yyyy}' }] },
      undefined,
    ],
    ['deletes another index', { name: 'x', pattern: 'x-*', retention: { maxAge: '1d' } }, undefined],
  ])('another policy %s (H77, F26)', (_, spec, expected) => {
    const life = new Life({}, [{ ...target, aliases: [{ name: 'logs' }] }]);
    const step = life.pass(seenOf(ALL, { rivals: rival(spec) }), START);
    expect(step.conditions?.find(({ type }) => type === 'Conflict')?.reason).toBe(expected);
    expect(step.ready.reason).toBe(expected === undefined ? 'Scheduled' : 'Conflict');
    life.pass(seenOf(ALL, { rivals: rival(spec) }), NEXT_SLOT);
    if (expected === undefined) life.aliased();
    life.pass(seenOf(ALL, { rivals: rival(spec) }), NEXT_SLOT);
    expect(namesIn(life)?.length).toBe(expected === undefined ? 3 : undefined);
  });

  it('of another policy that comes between plan and deletion stop the deletion', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    const rivals = rival({ name: 'x', pattern: 'logs-*', retention: { maxAge: '1d' } });
    const step = life.pass({ type: 'batch', rivals }, NEXT_SLOT);
    expect([step.actions ?? [], step.ready.reason]).toEqual([[], 'Conflict']);
    expect(namesIn(life)).toBeUndefined();
  });

  it('are looked at again after a minute, though nothing sends news', () => {
    const life = new Life();
    life.pass(seenOf(ALL, { around: { skewSeconds: 61 } }), START);
    expect(life.last && reason(life.last)).toEqual(['reconciling', 'ClockSkew']);
    expect([life.due(START + 30_000).type, life.due(START + MINUTE).type]).toEqual(['Nothing', 'Plan']);
  });

  it.each([
    'ConnectionNotFound',
    'NotGranted',
    'ConnectionNotReady',
    'Retrying',
    'ConnectionSuspended',
    'WaitingForTurn',
    'NotSynced',
  ])('of the way to Elasticsearch are not told for longer than they last: %s', (why) => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    const conditions = conditionsOf({ type: 'reconciling', reason: why, message: '' }, [], {
      previous: life.policy.status?.conditions ?? [],
      generation: 1,
      now: START + MINUTE,
    });
    life.policy = { ...life.policy, status: { ...life.status, conditions } };
    expect(life.due(START + 2 * MINUTE).type).toBe('Plan');
    expect(life.pass({ type: 'nothing' }, START + 10_000).next).toBe(MINUTE);
    expect(life.pass(seenOf(ALL), START + 2 * MINUTE).ready.reason).toBe('Scheduled');
    expect(life.due(START + 10 * MINUTE).type).toBe('Nothing');
  });

  it('of clocks forbid every change (F19)', () => {
    const life = new Life({}, [{ ...target, aliases: [{ name: 'logs' }] }]);
    const skewed = seenOf(ALL, { around: { skewSeconds: 61 } });
    life.pass(skewed, START);
    expect(life.pass(skewed, NEXT_SLOT).actions ?? []).toEqual([]);
    expect(namesIn(life)).toBeUndefined();
  });

  it('of a red cluster are told by name', () => {
    const life = new Life();
    life.pass(seenOf(ALL, { around: { health: 'red' } }), START);
    expect(life.status.plan).toMatchObject({
      deletes: { count: 0 },
      kept: [
        { reason: 'ClusterUnhealthy', count: 3 },
        { reason: 'Young', count: 2 },
      ],
      held: [{ reason: 'ClusterUnhealthy' }, {}, {}],
    });
  });
});

describe('suspend', () => {
  it('stops before the next batch and goes on with it afterwards', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    life.change({ suspend: true });
    expect(life.due(NEXT_SLOT).type).toBe('Plan');
    const step = life.pass(seenOf(ALL), NEXT_SLOT);
    expect([step.ready.type, step.actions ?? []]).toEqual(['suspended', []]);
    life.change({ suspend: false });
    expect(life.due(NEXT_SLOT).type).toBe('Batch');
  });

  it('ends a run whose spec changes meanwhile: the new one waits for its time', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    life.change({ suspend: true });
    life.pass(seenOf(ALL), NEXT_SLOT);
    const { targets } = policyOf([{ ...target, retention: { maxAge: '1d' } }]).spec;
    life.change({ targets });
    expect(life.due(NEXT_SLOT + MINUTE).type).toBe('Plan');
    life.pass(seenOf(ALL), NEXT_SLOT + MINUTE);
    expect([life.status.run, namesIn(life), life.status.lastRun?.deleted]).toEqual([undefined, undefined, 0]);
    life.change({ suspend: false });
    life.pass(seenOf(ALL), NEXT_SLOT + 2 * MINUTE);
    expect([life.status.run, namesIn(life)]).toEqual([undefined, undefined]);
    expect(life.due(NEXT_SLOT + 2 * MINUTE).type).toBe('Nothing');
  });

  it('lets slots pass: none of them is caught up', () => {
    const life = new Life({ suspend: true });
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT + 5 * MINUTE);
    life.change({ suspend: false });
    expect(life.due(NEXT_SLOT + 10 * MINUTE).type).toBe('Plan');
    life.pass(seenOf(ALL), NEXT_SLOT + 10 * MINUTE);
    expect([life.status.run, namesIn(life)]).toEqual([undefined, undefined]);
  });

  it('keeps a run-now for later, and says so', () => {
    const life = new Life({ suspend: true });
    const before = life.pass(seenOf(ALL), START);
    expect(before.ready.message).not.toContain('run-now');
    life.annotate({ 'es-steward.dev/run-now': 'x' });
    expect(life.due(START + MINUTE).type).toBe('Nothing');
    const step = life.pass({ type: 'nothing' }, START + MINUTE);
    expect(step.ready).toMatchObject({ type: 'suspended', reason: 'Suspended' });
    expect(step.ready.message).toContain('es-steward.dev/run-now asks for waits');
    expect(life.status.lastHandledRunNow).toBeUndefined();
    life.change({ suspend: false });
    life.pass(seenOf(ALL), START + MINUTE);
    life.pass(seenOf(ALL), START + MINUTE);
    expect(life.status.lastHandledRunNow).toBe('x');
  });
});

describe('slots', () => {
  it('that never come are told, and run-now makes the runs', () => {
    const life = new Life({ schedule: '0 0 30 2 *' });
    const step = life.pass(seenOf(ALL), START);
    expect(step.ready).toMatchObject({ type: 'ready', reason: 'Scheduled' });
    expect(step.ready.message).toMatch(/^spec.schedule never comes due/);
    expect(life.status).not.toHaveProperty('nextRunTime');
    life.annotate({ 'es-steward.dev/run-now': 'please' });
    expect(life.due(START + MINUTE).type).toBe('Run');
    expect(life.pass(seenOf(YOUNG), START + MINUTE).ready).toMatchObject({
      reason: 'Maintained',
      message: expect.stringContaining('never comes due'),
    });
    life.change({ mode: 'DryRun' });
    expect(life.pass(seenOf(YOUNG), START + 2 * MINUTE).ready).toMatchObject({
      reason: 'Planned',
      message: expect.stringContaining('never comes due'),
    });
  });

  it.each([
    [59 * MINUTE, 'Run'],
    [61 * MINUTE, 'Run'],
  ])('missed by %d ms run once, late', (late, type) => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    expect(life.due(NEXT_SLOT + late).type).toBe(type);
  });

  it('missed by more than the deadline are left out', () => {
    const life = new Life({ schedule: '@daily', startingDeadline: '10m' });
    life.pass(seenOf(ALL), START);
    const midnight = Date.parse('2016-03-02T00:00:00Z');
    expect(life.due(midnight + 11 * MINUTE).type).toBe('Plan');
    life.pass(seenOf(ALL), midnight + 11 * MINUTE);
    expect(namesIn(life)).toBeUndefined();
    expect(life.due(midnight + 12 * MINUTE).type).toBe('Nothing');
  });
});

describe('failures', () => {
  it('are counted, told, and tried again at the next slot (H76)', () => {
    const life = new Life();
    life.pass(seenOf(ALL), START);
    life.pass(seenOf(ALL), NEXT_SLOT);
    life.pass({ type: 'batch', rivals: [] }, NEXT_SLOT);
    life.deleted(2, 1, { index: 'logs-2016.01.03', message: 'a block' });
    const step = life.pass(seenOf(ALL.slice(2)), NEXT_SLOT + 1_000);
    expect(reason(step)).toEqual(['reconciling', 'ActionFailed']);
    expect(step.ready.message).toMatch(/^the last run could not delete logs-2016\.01\.03: a block\. /);
    expect(life.status).toMatchObject({ consecutiveFailures: 1, lastRun: { deleted: 2, failed: 1 } });
    expect(life.status.lastSuccessfulTime).toBeUndefined();
    expect(life.due(NEXT_SLOT + MINUTE).type).toBe('Nothing');
    expect(life.due(NEXT_SLOT + 60 * MINUTE).type).toBe('Run');
  });
});

describe('what beforeDelete names although it does not exist', () => {
  const missing = ['repository nope is not registered'];
  const beforeDelete = { requireSnapshot: { repository: 'nope' } };

  it.each([
    ['DryRun', 'Planned'],
    ['Enforce', 'SnapshotMissing'],
  ])('is told in mode %s', (mode, expected) => {
    const life = new Life({ mode }, [{ ...target, beforeDelete }]);
    const { ready } = life.pass(seenOf(ALL, { missing }), START);
    expect(ready.reason).toBe(expected);
    expect(ready.message).toContain('; repository nope is not registered: create it, or correct');
    expect(life.pass(seenOf(ALL), NEXT_SLOT).ready.message).not.toContain('nope');
  });
});

describe('history', () => {
  it('keeps the last runs, newest first, up to its limit', () => {
    const life = new Life({ historyLimit: 2 });
    life.pass(seenOf(YOUNG), START);
    for (const hour of [0, 1, 2, 3]) life.pass(seenOf(YOUNG), NEXT_SLOT + hour * 60 * MINUTE);
    expect(life.status.lastRun?.time).toBe('2016-03-01T04:00:00Z');
    expect(life.status.history?.map(({ time }) => time)).toEqual([
      '2016-03-01T03:00:00Z',
      '2016-03-01T02:00:00Z',
    ]);
  });
});

describe('aliases that were refused', () => {
  it('are named while they are to change, and of the last run only', () => {
    const life = new Life({}, [{ ...target, retention: undefined, aliases: [{ name: 'logs' }] }]);
    life.pass(seenOf(YOUNG), START);
    life.pass(seenOf(YOUNG), NEXT_SLOT);
    const { run, ...status } = life.status;
    if (run === undefined) throw new Error('no run is under way');
    const refused = {
      ...run,
      failed: 1,
      aliasesFailed: 1,
      aliasesTried: true,
      aliasesRefused: ['logs'],
      aliasRefusal: 'it may not',
    };
    life.policy = { ...life.policy, status: { ...status, run: refused } };
    const step = life.pass(seenOf(YOUNG), NEXT_SLOT);
    expect(life.status.plan?.held).toEqual([{ index: 'logs', reason: 'AliasRefused' }]);
    expect(step.ready.message).toMatch(
      /^Elasticsearch has refused to change alias logs in the last run \(it may not\):/,
    );
    // Nothing is told of indexes where none was to be deleted.
    expect(step.events?.map(({ reason }) => reason)).toEqual(['ActionFailed']);
    const right = YOUNG.map(({ name }) => aliased(name, 'logs'));
    life.pass(seenOf(right), NEXT_SLOT + 60 * MINUTE);
    expect(life.status.plan?.held).toEqual([]);
    expect([life.status.lastRun?.aliasesRefused, life.status.history]).toMatchObject([
      undefined,
      [{ failed: 1 }],
    ]);
    expect(life.status.history?.[0]).not.toHaveProperty('aliasesRefused');
    expect(life.status.history?.[0]).not.toHaveProperty('aliasRefusal');
  });
});

describe('an alias that cannot be as the policy says', () => {
  const maintained = [{ ...target, retention: undefined, aliases: [{ name: 'logs', writeIndex: 'Newest' }] }];
  it.each([
    [
      'AliasNameTaken',
      [indexOf('logs'), ...YOUNG],
      /^alias logs cannot be made, .*give the alias another name/u,
    ],
    [
      'ForeignWriteIndex',
      [indexOf('other', { aliases: { logs: { is_write_index: true } } }), ...YOUNG],
      /^the write index of alias logs stays other, .*set writeIndex to None/u,
    ],
  ])('makes the policy not ready, with one Event, and no run a success: %s', (why, indices, message) => {
    const life = new Life({}, maintained);
    const planned = life.pass(seenOf(indices), START);
    expect(reason(planned)).toEqual(['reconciling', 'ActionFailed']);
    expect(planned.ready.message).toMatch(message);
    expect(planned.ready.message).toContain(why);
    expect(planned.events).toMatchObject([{ type: 'Warning', reason: 'ActionFailed' }]);
    life.pass(seenOf(indices), NEXT_SLOT);
    if (life.status.run !== undefined) life.aliased();
    const ended = life.pass(seenOf(indices), NEXT_SLOT);
    expect(reason(ended)).toEqual(['reconciling', 'ActionFailed']);
    expect(life.status).toMatchObject({ consecutiveFailures: 1, lastRun: { failed: 0 } });
    expect(life.status.lastSuccessfulTime).toBeUndefined();
  });

  it('is only planned with DryRun', () => {
    const life = new Life({ mode: 'DryRun' }, maintained);
    expect(reason(life.pass(seenOf([indexOf('logs'), ...YOUNG]), START))).toEqual(['ready', 'Planned']);
  });
});

describe('a resting pass', () => {
  it('says what the last look said', () => {
    const life = new Life({ deletion: { maxDeletes: 0 } });
    life.pass(seenOf(ALL), START);
    const before = life.policy.status;
    life.pass({ type: 'nothing' }, START + MINUTE);
    expect(life.policy.status).toEqual(before);
  });
});
