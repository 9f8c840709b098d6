import { describe, expect, it } from 'vitest';
import { calm, indexOf, policyOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { ListedIndex } from './observed.ts';
import { judgeAges, nextExpiry } from './retention.ts';
import { compileTargets, matchTargets } from './targets.ts';

const DAILY = 'logs-v{version}-{date:yyyy.MM.dd}';
const MONTHLY = 'logs-v{version}-{date:yyyy.MM}';
const SEED_TIMES = [
  '2016-02-29T00:00:00Z',
  '2016-08-31T00:00:00Z',
  '2016-09-01T00:00:00Z',
  '2017-03-01T00:00:00Z',
  '2016-04-10T18:43:39Z',
  '2016-12-31T23:59:59Z',
  new Date().toISOString(),
];

function judged(
  target: SpecPart,
  indices: readonly (string | ListedIndex)[],
  at: string,
  more: SpecPart = {},
) {
  const targets = compileTargets(policyOf([{ name: 'a', ...target }]).spec);
  const listed = indices.map((index) => (typeof index === 'string' ? indexOf(index) : index));
  const [matched] = matchTargets(targets, listed, new Map());
  if (matched === undefined) throw new Error('one target, one answer');
  const { deletion } = policyOf([{ name: 'a', ...target }], more).spec;
  const aged = judgeAges(matched, { now: Date.parse(at), around: calm, deletion });
  return Object.fromEntries(aged.map(({ member, stays }) => [member.index.name, stays ?? 'Expired']));
}

const day = (at: string, daysBefore: number) =>
  new Date(Date.parse(at) - daysBefore * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '.');

describe('age', () => {
  it.each(SEED_TIMES)('counts from the end of the day at %s (M6, CI1, CI3, H78)', (at) => {
    const name = (daysBefore: number) => `logs-v1-${day(at, daysBefore)}`;
    const retention = { maxAge: '2d' };
    // Three days back the day ended at least two days ago; two days back it ended less than two days ago.
    expect(judged({ series: DAILY, retention }, [0, 1, 2, 3, 4].map(name), at)).toEqual({
      [name(0)]: 'Young',
      [name(1)]: 'Young',
      [name(2)]: 'Young',
      [name(3)]: 'Expired',
      [name(4)]: 'Expired',
    });
  });

  it.each([
    ['logs-v1-2016.01', '2016-02-01T00:00:00Z', '2016-01-31T23:59:59Z'],
    ['logs-v1-2016.02', '2016-03-01T00:00:00Z', '2016-02-29T23:59:59Z'],
    ['logs-v1-2017.02', '2017-03-01T00:00:00Z', '2017-02-28T23:59:59Z'],
    ['logs-v1-2016.12', '2017-01-01T00:00:00Z', '2016-12-31T23:59:59Z'],
  ])('of %s counts from the end of the month (M6, H78)', (name, end, before) => {
    const after = (at: string, days: number) => new Date(Date.parse(at) + days * 86_400_000).toISOString();
    const target = { series: MONTHLY, retention: { maxAge: '30d' } };
    expect(judged(target, [name], after(end, 30))).toEqual({ [name]: 'Expired' });
    expect(judged(target, [name], after(before, 30))).toEqual({ [name]: 'Young' });
  });

  it('is unknown where nothing says it, and then nothing is deleted', () => {
    const target = {
      pattern: 'logs-*',
      age: { from: 'MaxTimestamp', field: 'at' },
      retention: { maxAge: '1d' },
    };
    expect(judged(target, ['logs-a'], '2020-01-01T00:00:00Z')).toEqual({ 'logs-a': 'AgeUnknown' });
  });

  it('of a pattern counts from creation', () => {
    const old = indexOf('logs-a', { created: Date.parse('2019-12-30T00:00:00Z') });
    const young = indexOf('logs-b', { created: Date.parse('2019-12-31T12:00:00Z') });
    expect(
      judged({ pattern: 'logs-*', retention: { maxAge: '1d' } }, [old, young], '2020-01-01T00:00:00Z'),
    ).toEqual({ 'logs-a': 'Expired', 'logs-b': 'Young' });
  });

  it('in the future is reported and counts for nothing (H75)', () => {
    const names = ['logs-v1-9999.12.31', 'logs-v1-2020.01.02', 'logs-v1-2020.01.01', 'logs-v1-2019.12.31'];
    expect(judged({ series: DAILY, retention: { maxCount: 1 } }, names, '2020-01-01T12:00:00Z')).toEqual({
      'logs-v1-9999.12.31': 'FutureDate',
      'logs-v1-2020.01.02': 'FutureDate',
      'logs-v1-2020.01.01': 'WithinLimits',
      'logs-v1-2019.12.31': 'Expired',
    });
  });
});

describe('without a rule', () => {
  it.each([undefined, {}, { minCount: 3 }])('%j nothing is ever deleted (M6, CI1)', (retention) => {
    const target = retention === undefined ? { series: DAILY } : { series: DAILY, retention };
    expect(judged(target, ['logs-v1-2000.01.01'], '2020-01-01T00:00:00Z')).toEqual({
      'logs-v1-2000.01.01': 'NoRetention',
    });
  });
});

describe('limits', () => {
  const days = ['01', '02', '03', '04', '05'].map((date) => `logs-v1-2016.01.${date}`);
  const at = '2016-01-05T12:00:00Z';
  const expired = (retention: object, indices: readonly (string | ListedIndex)[] = days) =>
    Object.entries(judged({ series: DAILY, retention }, indices, at))
      .filter(([, stays]) => stays === 'Expired')
      .map(([name]) => name)
      .sort();

  it('keep the newest periods, all versions of each', () => {
    expect(expired({ maxCount: 2 }, [...days, 'logs-v2-2016.01.04', 'logs-v2-2016.01.03'])).toEqual([
      'logs-v1-2016.01.01',
      'logs-v1-2016.01.02',
      'logs-v1-2016.01.03',
      'logs-v2-2016.01.03',
    ]);
  });

  it('keep the newest bytes', () => {
    expect(expired({ maxTotalSize: '3000' })).toEqual(days.slice(0, 2));
  });

  it('never want the newest gone, however large it is', () => {
    expect(expired({ maxTotalSize: '1' })).toEqual(days.slice(0, 4));
  });

  it('leave minCount periods whatever the other rules say', () => {
    expect(expired({ maxAge: '1s', minCount: 3 })).toEqual(days.slice(0, 2));
    expect(expired({ maxCount: 1, minCount: 4 })).toEqual(days.slice(0, 1));
  });

  it('count hidden indexes where these may be deleted, but for those that this project makes', () => {
    const hidden = (name: string) => indexOf(name, { hidden: true });
    const left = (indices: readonly ListedIndex[]) =>
      Object.entries(
        judged({ pattern: 'logs-*', retention: { maxAge: '1s', minCount: 2 } }, indices, at, {
          deletion: { skip: [] },
        }),
      ).flatMap(([name, stays]) => (stays === 'MinCount' ? [name] : []));
    expect(left(['logs-1', 'logs-2', 'logs-3'].map(hidden))).toHaveLength(2);
    expect(left(['logs-1', 'logs-2', 'logs-9-error'].map(hidden))).toEqual(['logs-2', 'logs-1']);
  });

  it('do not count hidden copies among what stays', () => {
    const hidden = indexOf('logs-v2-2016.01.05', { hidden: true });
    const sizes = [...days.slice(1), hidden];
    expect(expired({ maxAge: '1s', minCount: 1 }, sizes)).not.toContain('logs-v1-2016.01.05');
  });
});

describe('an age that is not that of the name', () => {
  const created = (name: string, at: string) => indexOf(name, { created: Date.parse(at) });
  const target = (retention: object) => ({ series: DAILY, age: { from: 'CreationDate' }, retention });
  const at = '2016-01-05T12:00:00Z';

  it('leaves the periods to count those of the names', () => {
    const indices = [
      created('logs-v1-2016.01.01', '2016-01-05T04:00:00Z'),
      created('logs-v1-2016.01.04', '2016-01-05T01:00:00Z'),
      created('logs-v2-2016.01.04', '2016-01-05T02:00:00Z'),
      created('logs-v1-2016.01.03', '2016-01-05T03:00:00Z'),
    ];
    const limited = (retention: object) =>
      Object.values(judged(target(retention), indices, at)).filter((stays) => stays === 'Expired').length;
    expect(limited({ maxCount: 2 })).toBe(1);
    expect(judged(target({ maxCount: 2 }), indices, at)['logs-v1-2016.01.01']).toBe('Expired');
    expect(judged(target({ maxAge: '1s', minCount: 1 }), indices, at)).toEqual({
      'logs-v1-2016.01.01': 'Expired',
      'logs-v1-2016.01.03': 'Expired',
      'logs-v1-2016.01.04': 'MinCount',
      'logs-v2-2016.01.04': 'MinCount',
    });
  });

  it('is what maxAge counts from', () => {
    const index = created('logs-v1-2015.01.01', '2016-01-05T00:00:00Z');
    expect(judged(target({ maxAge: '2d' }), [index], at)).toEqual({ 'logs-v1-2015.01.01': 'Young' });
  });

  it('does not let go what was made for later', () => {
    const index = created('logs-v1-2016.01.06', '2015-01-01T00:00:00Z');
    expect(judged(target({ maxAge: '2d' }), [index], at)).toEqual({ 'logs-v1-2016.01.06': 'FutureDate' });
  });
});

describe('the next expiry', () => {
  it('is that of the oldest which is not expired', () => {
    const targets = compileTargets(
      policyOf([{ name: 'a', series: DAILY, retention: { maxAge: '2d' } }]).spec,
    );
    const names = ['logs-v1-2016.01.01', 'logs-v1-2016.01.04', 'logs-v1-2016.01.05', 'logs-v1-9999.01.01'];
    const [matched] = matchTargets(
      targets,
      names.map((name) => indexOf(name)),
      new Map(),
    );
    expect(matched && nextExpiry(matched, Date.parse('2016-01-05T12:00:00Z'))).toBe(
      Date.parse('2016-01-07T00:00:00Z'),
    );
  });
});
