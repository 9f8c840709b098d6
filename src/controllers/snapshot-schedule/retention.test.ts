import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  option,
  property,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedSnapshot, Snapshot } from '../../elasticsearch/snapshots.ts';
import { withMark } from './names.ts';
import {
  hasRules,
  planRetention,
  type RetentionFacts,
  type RetentionPlan,
  type RetentionPolicy,
} from './retention.ts';
import { isSuccess } from './verdict.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-15T12:00:00Z');
const UID = 'a1b2c3d4-0000-0000-0000-000000000000';

/** A success of ours that began `days` ago. */
function snapshot(days: number, more: Partial<Snapshot> & { readonly uid?: string } = {}): Snapshot {
  const { uid = UID, ...fields } = more;
  const startTime = NOW - days * DAY;
  const slot = new Date(startTime).toISOString();
  return {
    name: `s${days}`,
    uuid: `uuid-${days}`,
    state: 'SUCCESS',
    startTime,
    endTime: startTime + 60_000,
    shards: { total: 3, failed: 0 },
    indices: ['a'],
    failures: [],
    metadata: withMark({}, { uid, slot, schedule: 'a/b' }),
    ...fields,
  };
}

const OWNER = { uid: UID, namespace: 'a', adopted: undefined };

const policyOf = (policy: Partial<RetentionPolicy>): RetentionPolicy => ({
  minCount: 1,
  maxDeletesPerRun: 100,
  dryRun: false,
  ...policy,
});

function plan(
  policy: Partial<RetentionPolicy>,
  snapshots: readonly Snapshot[],
  facts: Partial<RetentionFacts> = {},
) {
  const { kept, deletions, halted } = planRetention(policyOf(policy), {
    snapshots,
    owner: OWNER,
    mounted: new Set(),
    incomplete: new Set(),
    unverified: new Set(),
    timeZone: 'Etc/UTC',
    staleAfterMs: 2 * DAY,
    skewSeconds: 0,
    now: NOW,
    ...facts,
  });
  return {
    kept,
    halted,
    deleted: deletions.map(({ name }) => name),
    reasons: deletions.map(({ reason }) => reason),
  };
}

const days = (...ages: readonly number[]) => ages.map((age) => snapshot(age));

describe('retention', () => {
  it('deletes what is older than expireAfter, the oldest first', () => {
    expect(plan({ expireAfter: '30d' }, days(1, 29, 31, 40)).deleted).toEqual(['s40', 's31']);
  });

  it('never deletes the newest success, however old it is', () => {
    const { deleted, kept } = plan({ expireAfter: '1d' }, days(40, 50), { staleAfterMs: 100 * DAY });
    expect([deleted, kept.get('s40')]).toEqual([['s50'], 'NewestSuccess']);
  });

  it('leaves minCount successes', () => {
    const { deleted, kept } = plan({ expireAfter: '10d', minCount: 3 }, days(1, 20, 30, 40));
    expect([deleted, kept.get('s30')]).toEqual([['s40'], 'MinCount']);
  });

  it('counts successes only, and takes the oldest away above maxCount', () => {
    const failed = snapshot(2, { state: 'FAILED' });
    const { deleted, reasons } = plan({ maxCount: 2 }, [...days(1, 3, 4, 5), failed]);
    expect([deleted, reasons]).toEqual([
      ['s5', 's4'],
      ['MaxCount', 'MaxCount'],
    ]);
  });

  it('expires and counts together, not one after the other', () => {
    expect(plan({ maxCount: 2, expireAfter: '4d' }, days(1, 2, 3, 10)).deleted).toEqual(['s10', 's3']);
  });

  it('lets keep rules hold what expiry and count would take', () => {
    const { deleted, kept } = plan({ expireAfter: '2d', maxCount: 1, keepDaily: 3 }, days(1, 3, 5, 7, 9));
    expect(deleted).toEqual(['s9', 's7']);
    expect(kept.get('s5')).toBe('KeepDaily');
  });

  it('deletes what is no success only by its own rule (H59)', () => {
    const bad = [
      snapshot(10, { state: 'PARTIAL', shards: { total: 2, failed: 1 } }),
      snapshot(11, { state: 'FAILED' }),
      snapshot(12, { shards: { total: 0, failed: 0 } }),
    ];
    expect(plan({ expireAfter: '2d' }, [...days(1), ...bad]).deleted).toEqual([]);
    const { deleted, reasons } = plan({ failedExpireAfter: '7d' }, [...days(1), ...bad]);
    expect(deleted).toEqual(['s12', 's11', 's10']);
    expect(new Set(reasons)).toEqual(new Set(['FailedExpired']));
  });

  it('deletes nothing while there are only failures (H59)', () => {
    const failures = [1, 10, 20].map((age) => snapshot(age, { state: 'PARTIAL' }));
    expect(plan({ failedExpireAfter: '7d', expireAfter: '1d' }, failures).halted).toBe('NoSuccess');
  });

  it('never touches what others have made (H56)', () => {
    const foreign = [snapshot(40, { metadata: {} }), snapshot(41, { uid: 'somebody-else' })];
    const { deleted, kept } = plan({ expireAfter: '1d' }, [...days(1, 30), ...foreign]);
    expect([deleted, kept.get('s40'), kept.get('s41')]).toEqual([['s30'], 'Foreign', 'Foreign']);
  });

  it('looks after the snapshots of an earlier schedule once they are adopted', () => {
    const earlier = snapshot(30, { uid: 'before' });
    const owner = { ...OWNER, adopted: 'before' };
    expect(plan({ expireAfter: '1d' }, [...days(1), earlier], { owner }).deleted).toEqual(['s30']);
  });

  it('keeps what runs, what is mounted, and states that it does not know', () => {
    const snapshots = [
      ...days(1, 30),
      snapshot(31, { state: 'IN_PROGRESS' }),
      snapshot(32, { state: 'ODD' }),
    ];
    const { deleted, kept } = plan({ expireAfter: '1d', failedExpireAfter: '1d' }, snapshots, {
      mounted: new Set(['uuid-30']),
    });
    expect(deleted).toEqual([]);
    expect([kept.get('s30'), kept.get('s31'), kept.get('s32')]).toEqual(['Mounted', 'Running', 'Unknown']);
  });

  it('keeps the newest that the repository calls a success beside the newest that lacks no index', () => {
    const { deleted, kept } = plan({ failedExpireAfter: '1h', expireAfter: '1h' }, days(1, 1.5), {
      incomplete: new Set(['s1']),
    });
    expect([deleted, kept.get('s1'), kept.get('s1.5')]).toEqual([[], 'NewestSuccess', 'NewestSuccess']);
  });

  const unverified = (...ages: readonly number[]) => ({ unverified: new Set(ages.map((age) => `s${age}`)) });

  it('deletes nothing while nobody knows of any success whether it lacks an index', () => {
    const policy = { maxCount: 1, expireAfter: '1h', failedExpireAfter: '1h' };
    const { deleted, halted, kept } = plan(policy, days(1, 1.5), unverified(1, 1.5));
    expect([deleted, halted, kept.get('s1.5')]).toEqual([[], 'Unverified', 'Unverified']);
  });

  it('deletes no success because of one of which nobody knows whether it lacks an index', () => {
    const newer = plan({ maxCount: 1, expireAfter: '1h' }, days(0.5, 1, 2), unverified(0.5));
    expect([newer.deleted, newer.kept.get('s1')]).toEqual([['s2'], 'NewestSuccess']);
    expect(plan({ maxCount: 2 }, days(0.5, 1, 2, 3), unverified(1)).deleted).toEqual(['s3']);
    const older = plan({ maxCount: 2, minCount: 2 }, days(0.5, 1, 2), unverified(1, 2));
    expect([older.deleted, older.kept.get('s2')]).toEqual([[], 'Unverified']);
    const daily = { expireAfter: '1h', keepDaily: 2 };
    expect(plan(daily, days(0.1, 1.1, 1.2, 2), unverified(1.1)).deleted).toEqual(['s2']);
    expect(plan(daily, days(0.1, 1.1, 1.2, 2), unverified(1.1, 1.2)).deleted).toEqual([]);
    expect(plan(daily, days(0.1, 1, 2, 3), unverified(1)).deleted).toEqual(['s3']);
  });

  it('deletes what nobody knows that of once so many newer successes are known to lack nothing', () => {
    expect(plan({ maxCount: 1 }, days(0.5, 1, 2), unverified(1, 2)).deleted).toEqual(['s2', 's1']);
    expect(plan({ expireAfter: '36h' }, days(0.5, 1, 2), unverified(1, 2)).deleted).toEqual(['s2']);
  });

  it('deletes no more than it may per run', () => {
    const { deleted, kept } = plan({ expireAfter: '1d', maxDeletesPerRun: 2 }, days(0.5, 2, 3, 4, 5));
    expect([deleted, kept.get('s3')]).toEqual([['s5', 's4'], 'DeletesPerRun']);
  });

  it.each([
    ['Stale', { staleAfterMs: DAY / 2 }, {}],
    ['ClockSkew', { skewSeconds: 61 }, {}],
    ['DryRun', {}, { dryRun: true }],
  ] as const)('halts: %s', (reason, facts, policy) => {
    const { halted, deleted } = plan({ expireAfter: '2d', ...policy }, days(1, 3), facts);
    expect([halted, deleted]).toEqual([reason, ['s3']]);
  });

  it('halts when a snapshot comes from the future: one of the clocks is wrong', () => {
    expect(plan({ expireAfter: '2d' }, [...days(1, 3), snapshot(-1, { metadata: {} })]).halted).toBe(
      'ClockSkew',
    );
  });

  it.each([
    [undefined, false],
    [{}, false],
    [{ keepDaily: 7 }, false],
    [{ expireAfter: '1d' }, true],
    [{ maxCount: 1 }, true],
    [{ failedExpireAfter: '1d' }, true],
  ])('has rules in %j: %s', (policy, expected) => {
    expect(hasRules(policy && policyOf(policy))).toBe(expected);
  });
});

interface Item {
  readonly age: number;
  readonly state: string;
  readonly total: number;
  readonly owner: string | undefined;
  readonly mounted: boolean;
  readonly incomplete: boolean;
  readonly unverified: boolean;
}

const histories: Arbitrary<readonly Item[]> = array(
  record({
    age: integer({ min: 0, max: 800 }),
    state: constantFrom('SUCCESS', 'SUCCESS', 'SUCCESS', 'PARTIAL', 'FAILED', 'IN_PROGRESS', 'ODD'),
    total: constantFrom(0, 3, 3, 3),
    owner: constantFrom(UID, UID, UID, 'other', undefined),
    mounted: constantFrom(true, false, false, false),
    incomplete: constantFrom(true, false, false, false),
    unverified: constantFrom(true, false, false, false),
  }),
  { maxLength: 30 },
);

const maybe = (max: number) => option(integer({ min: 1, max }), { nil: undefined });
const policies: Arbitrary<RetentionPolicy> = record({
  expireAfter: option(constantFrom('1d', '30d', '365d'), { nil: undefined }),
  failedExpireAfter: option(constantFrom('1d', '30d'), { nil: undefined }),
  minCount: integer({ min: 1, max: 5 }),
  beyondMinCount: maybe(10),
  keepDaily: maybe(10),
  keepWeekly: maybe(10),
  keepMonthly: maybe(10),
  keepYearly: maybe(3),
  maxDeletesPerRun: integer({ min: 1, max: 20 }),
  dryRun: boolean(),
}).map(({ beyondMinCount, ...policy }) => {
  const maxCount = beyondMinCount === undefined ? undefined : policy.minCount + beyondMinCount;
  // Absent and undefined are one in the rules; the schema leaves absent members out.
  return JSON.parse(JSON.stringify({ ...policy, maxCount })) as RetentionPolicy;
});

/** No two begin in the same moment. */
function factsOf(items: readonly Item[], timeZone: string): RetentionFacts {
  const mark = { slot: '2026-01-01T00:00:00Z', schedule: 'a/b' };
  return {
    snapshots: items.map(({ age, state, total, owner }, at) => ({
      ...snapshot(age + at / 1000, { state, shards: { total, failed: state === 'PARTIAL' ? 1 : 0 } }),
      name: `s${at}`,
      uuid: `u${at}`,
      metadata: owner === undefined ? {} : withMark({}, { ...mark, uid: owner }),
    })),
    owner: OWNER,
    mounted: new Set(items.flatMap((item, at) => (item.mounted ? [`u${at}`] : []))),
    incomplete: new Set(items.flatMap((item, at) => (item.incomplete ? [`s${at}`] : []))),
    unverified: new Set(items.flatMap((item, at) => (item.unverified ? [`s${at}`] : []))),
    timeZone,
    staleAfterMs: 1000 * DAY,
    skewSeconds: 0,
    now: NOW,
  };
}

/** The oldest first, by the rule as people read it. */
function goodOf(
  items: readonly Item[],
  { snapshots, incomplete }: RetentionFacts,
): readonly ListedSnapshot[] {
  return snapshots
    .filter((one, at) => items[at]?.owner === UID && isSuccess(one) && !incomplete.has(one.name))
    .toSorted((a, b) => a.startTime - b.startTime);
}

const verifiedOf = (items: readonly Item[], facts: RetentionFacts): readonly ListedSnapshot[] =>
  goodOf(items, facts).filter(({ name }) => !facts.unverified.has(name));

const msOf = (written: string | undefined): number => Number.parseInt(written ?? '999999', 10) * DAY;

const ZONES = ['Etc/UTC', 'Europe/Berlin', 'Asia/Kathmandu'];
/** 2026-06-15, by the calendar of Intl and independent of the rules' own arithmetic. */
const calendars = new Map(
  ZONES.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-CA', { timeZone })]),
);

/** @param letters of the date that tell one period from another: 10 a day, 7 a month, 4 a year. */
function newestOfPeriods(
  snapshots: readonly ListedSnapshot[],
  count: number,
  letters: number,
  timeZone: string,
): readonly string[] {
  const newest = new Map<string, string>();
  for (const { name, startTime } of snapshots.toReversed()) {
    const period = calendars.get(timeZone)?.format(startTime).slice(0, letters) ?? '';
    if (!newest.has(period)) newest.set(period, name);
  }
  return [...newest.values()].slice(0, count);
}

describe('retention over random histories', () => {
  /** 10,000 histories and policies, the same in every run. Returns how many deletions it has seen. */
  function forAll(
    holds: (
      items: readonly Item[],
      policy: RetentionPolicy,
      facts: RetentionFacts,
      plan: RetentionPlan,
    ) => void,
  ): number {
    let seen = 0;
    const zones = constantFrom(...ZONES);
    const promise = property(histories, policies, zones, (items, policy, timeZone) => {
      const facts = factsOf(items, timeZone);
      const made = planRetention(policy, facts);
      seen += made.deletions.length;
      holds(items, policy, facts, made);
    });
    assert(promise, { numRuns: 10_000, seed: 20_261_124 });
    return seen;
  }

  const fail = (why: string): never => {
    throw new Error(why);
  };

  it('never deletes the newest success, what is foreign, mounted or unfinished, or more than it may', () => {
    const seen = forAll((items, policy, facts, { deletions, kept, halted }) => {
      const names = new Set(deletions.map(({ name }) => name));
      if (names.size > policy.maxDeletesPerRun) fail('more than it may');
      for (const [at, one] of facts.snapshots.entries()) {
        const isOurs = items[at]?.owner === UID && ['SUCCESS', 'PARTIAL', 'FAILED'].includes(one.state);
        if (names.has(one.name) && (!isOurs || facts.mounted.has(one.uuid)))
          fail(`${one.name} is not to be touched`);
        if (names.has(one.name) === kept.has(one.name)) fail(`${one.name} is neither kept nor deleted`);
      }
      const good = goodOf(items, facts);
      const newest = verifiedOf(items, facts).at(-1);
      const reason = good.length === 0 ? 'NoSuccess' : 'Unverified';
      if (newest === undefined && halted !== reason) fail('not halted without a success');
      const since = newest === undefined ? good : good.slice(good.indexOf(newest));
      if (since.some(({ name }) => names.has(name))) fail('what may be the newest success');
    });
    expect(seen).toBeGreaterThan(5_000);
  }, 60_000);

  it('leaves what every rule wants to keep', () => {
    const seen = forAll((items, policy, facts, { deletions }) => {
      const names = new Set(deletions.map(({ name }) => name));
      const good = verifiedOf(items, facts);
      const left = good.filter(({ name }) => !names.has(name));
      if (left.length < Math.min(policy.minCount, good.length)) fail('fewer than minCount');
      const claimed = [
        ...newestOfPeriods(good, policy.keepDaily ?? 0, 10, facts.timeZone),
        ...newestOfPeriods(good, policy.keepMonthly ?? 0, 7, facts.timeZone),
        ...newestOfPeriods(good, policy.keepYearly ?? 0, 4, facts.timeZone),
      ];
      for (const name of claimed) if (names.has(name)) fail(`${name} is claimed by a keep rule`);
    });
    expect(seen).toBeGreaterThan(5_000);
  }, 60_000);

  it('deletes no success because of those of which nobody knows whether they lack an index', () => {
    const seen = forAll((items, policy, facts) => {
      const all = { ...policy, maxDeletesPerRun: 100 };
      const isUnverified = ({ name }: { readonly name: string }) => facts.unverified.has(name);
      const good = new Set(verifiedOf(items, facts).map(({ name }) => name));
      const without = { ...facts, incomplete: new Set([...facts.incomplete, ...facts.unverified]) };
      const whole = new Set(planRetention(all, without).deletions.map(({ name }) => name));
      for (const one of planRetention(all, facts).deletions)
        if (!isUnverified(one) && good.has(one.name) && !whole.has(one.name))
          fail(`${one.name} goes because of an unverified one`);
    });
    expect(seen).toBeGreaterThan(5_000);
  }, 60_000);

  it('deletes nothing more because one of the snapshots cannot be read', () => {
    const seen = forAll((items, policy, facts) => {
      const all = { ...policy, maxDeletesPerRun: 100 };
      const whole = new Set(planRetention(all, facts).deletions.map(({ name }) => name));
      const lost = items.length === 0 ? 0 : items.reduce((sum, { age }) => sum + age, 0) % items.length;
      const rest = { ...facts, snapshots: facts.snapshots.filter((_, at) => at !== lost) };
      for (const { name } of planRetention(all, rest).deletions)
        if (!whole.has(name)) fail(`${name} goes because s${lost} is not seen`);
    });
    expect(seen).toBeGreaterThan(5_000);
  }, 60_000);

  it('deletes only what a rule asks for, and all of it in the end', () => {
    const seen = forAll((items, policy, facts, { deletions, kept }) => {
      const good = goodOf(items, facts);
      for (const { name, reason } of deletions) {
        const age = NOW - (facts.snapshots.find((one) => one.name === name)?.startTime ?? NOW);
        const isGood = good.some((one) => one.name === name);
        if (isGood === (reason === 'FailedExpired')) fail(`${name} by the wrong rule`);
        if (reason === 'Expired' && age <= msOf(policy.expireAfter)) fail(`${name} is too young`);
        if (reason === 'FailedExpired' && age <= msOf(policy.failedExpireAfter)) fail(`${name} is too young`);
        if (reason === 'MaxCount' && good.length <= (policy.maxCount ?? Infinity))
          fail('there are not too many');
      }
      for (const one of good) {
        const isOld = NOW - one.startTime > msOf(policy.expireAfter);
        if (isOld && kept.get(one.name) === 'NotExpired') fail(`${one.name} stays too long`);
      }
    });
    expect(seen).toBeGreaterThan(5_000);
  }, 60_000);
});
