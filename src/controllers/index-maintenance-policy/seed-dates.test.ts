import { describe, expect, it } from 'vitest';
import {
  aliased,
  indexOf,
  policyOf,
  seenOf,
  type SpecPart,
} from '../../../test/support/maintenance-facts.ts';
import { withChanges } from './alias-changes.ts';
import type { ListedIndex } from './observed.ts';
import { planOf } from './plan.ts';
import { compileTargets } from './targets.ts';

/** The moments of the seed's tests, with the months that one day before then still touches. */
const MOMENTS: readonly (readonly [string, readonly string[]])[] = [
  ['2016-02-29T00:00:00Z', ['2016.02']],
  ['2016-08-31T00:00:00Z', ['2016.08']],
  ['2016-09-01T00:00:00Z', ['2016.09', '2016.08']],
  ['2017-03-01T00:00:00Z', ['2017.03', '2017.02']],
  ['2016-04-10T18:43:39Z', ['2016.04']],
  ['2016-12-31T23:59:59.999Z', ['2016.12']],
  [new Date().toISOString(), []],
];
const TIMES = MOMENTS.map(([at]) => at);

const DAY_MS = 86_400_000;
const textOf = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '.');
const dayBefore = (at: string, days: number) => textOf(Date.parse(at) - days * DAY_MS);

const DAILY = {
  name: 'days',
  series: 'logs-v{version}-{date:yyyy.MM.dd}',
  aliases: [{ name: 'logs' }, { name: 'logs-today', window: '1d' }, { name: 'logs-{date:yyyy.MM.dd}' }],
  retention: { maxAge: '2d' },
};

function planAt(at: string, targets: readonly SpecPart[], indices: readonly ListedIndex[]) {
  const policy = policyOf(targets);
  const plan = planOf(policy, compileTargets(policy.spec), seenOf(indices), Date.parse(at));
  const after = withChanges(indices, plan.aliasChanges);
  return {
    plan,
    after,
    deletes: plan.deletes.map(({ index }) => index.name),
    members: (alias: string) => after.filter(({ aliases }) => alias in aliases).map(({ name }) => name),
  };
}

/** Two versions of today, one of the four days before; of the oldest the aliases of a run of back then. */
function daysOf(at: string): readonly ListedIndex[] {
  const names = [0, 1, 2, 3].map((days) => `logs-v1-${dayBefore(at, days)}`);
  const oldest = aliased(`logs-v1-${dayBefore(at, 4)}`, 'logs', 'logs-today', `logs-${dayBefore(at, 4)}`);
  return [...names.map((name) => indexOf(name)), indexOf(`logs-v2-${dayBefore(at, 0)}`), oldest];
}

const v1 = (at: string, ...days: readonly number[]) => days.map((each) => `logs-v1-${dayBefore(at, each)}`);

describe.each(TIMES)('days at %s', (at) => {
  it('are led to by their own alias, by that of all, and by that of today and yesterday (M3, M7, M8, H78)', () => {
    const { members } = planAt(at, [DAILY], daysOf(at));
    expect(members('logs-today')).toEqual(v1(at, 0, 1));
    // What is about to go gets no new alias, and keeps that of all until then.
    expect(members('logs')).toEqual(v1(at, 0, 1, 2, 4));
    for (const days of [0, 1, 2]) expect(members(`logs-${dayBefore(at, days)}`)).toEqual(v1(at, days));
  });

  it('have the lowest version for the current one, and keep it once they have it (M4, M5)', () => {
    const { plan, after } = planAt(at, [DAILY], daysOf(at));
    expect(plan.aliasChanges.filter(({ index }) => index.startsWith('logs-v2'))).toEqual([]);
    expect(planAt(at, [DAILY], after).plan.aliasChanges).toEqual([]);
    const today = `logs-v2-${dayBefore(at, 0)}`;
    const switched = daysOf(at).map((index) => (index.name === today ? aliased(today, 'logs') : index));
    expect(planAt(at, [DAILY], switched).members('logs-today')).toEqual([...v1(at, 1), today]);
  });

  it('go when their end is two days ago, not up to a day earlier (M6, M9, CI1, CI3, CI4, H78)', () => {
    expect(planAt(at, [DAILY], daysOf(at)).deletes).toEqual(v1(at, 4, 3));
  });

  it('stay without a rule, and without an index nothing happens (M6, M10)', () => {
    const { retention: _retention, ...upkeep } = DAILY;
    const { deletes, plan } = planAt(at, [upkeep], daysOf(at));
    expect([deletes, plan.aliasChanges.length > 0]).toEqual([[], true]);
    const none = planAt(at, [DAILY], []).plan;
    expect([none.deletes, none.aliasChanges, none.held]).toEqual([[], [], []]);
  });

  it('of several targets are planned together, each index once (M2, M15)', () => {
    const others = { ...DAILY, name: 'again', aliases: undefined };
    const { deletes, plan } = planAt(at, [DAILY, others], daysOf(at));
    expect([deletes, plan.matched.map(({ members }) => members.length)]).toEqual([v1(at, 4, 3), [6, 0]]);
  });
});

describe('months', () => {
  const MONTHLY = {
    name: 'months',
    series: 'logs-v{version}-{date:yyyy.MM}',
    aliases: [{ name: 'logs-today', window: '1d' }, { name: 'logs-{date:yyyy.MM}' }],
    retention: { maxAge: '1d' },
  };
  const monthBefore = (at: string, months: number) => {
    const date = new Date(at);
    return textOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1)).slice(0, 7);
  };

  it.each(MOMENTS.filter(([, inside]) => inside.length > 0))(
    'at %s belong to today: %j, and go a day after their end (M3, M6, M7, H78)',
    (at, inside) => {
      const names = [0, 1, 2].map((months) => `logs-v1-${monthBefore(at, months)}`);
      const { members, deletes } = planAt(
        at,
        [MONTHLY],
        names.map((name) => indexOf(name)),
      );
      const isInside = (name: string) => inside.some((month) => name.endsWith(month));
      expect(members('logs-today')).toEqual(names.filter(isInside));
      expect(deletes).toEqual(names.filter((name) => !isInside(name)).reverse());
    },
  );
});

describe('names', () => {
  it.each<[string, readonly SpecPart[]]>([
    ['of two targets', [DAILY, { name: 'days', pattern: 'other-*' }]],
    ['of two aliases', [{ ...DAILY, aliases: [{ name: 'logs' }, { name: 'logs', window: '1d' }] }]],
    ['with capital letters, of a target', [{ ...DAILY, name: 'Days' }]],
    ['with capital letters, of a series', [{ ...DAILY, series: 'Logs-{date:yyyy}' }]],
  ])('%s are refused where they are the same but for their case (M15)', (_, targets) => {
    expect(() => policyOf(targets)).toThrow(/targets|series|name/);
  });
});
