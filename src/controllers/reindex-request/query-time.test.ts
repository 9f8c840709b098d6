import { describe, expect, it } from 'vitest';
import { index, observed, request, run, source } from '../../../test/support/reindex-situations.ts';
import { currentCopy } from './copy-request.ts';
import { nowFault, resolveNow } from './query-time.ts';
import { situationOf } from './situation.ts';

const AT = '2026-03-01T12:00:00.000Z';
const mappings = {
  properties: {
    at: { type: 'date' },
    nanos: { type: 'date_nanos' },
    day: { type: 'date', format: 'dd.MM.yyyy' },
    month: { type: 'date', format: 'MMM yyyy', locale: 'de' },
    word: { type: 'keyword', fields: { at: { type: 'date' } } },
    order: { properties: { at: { type: 'date' } } },
    'dotted.at': { type: 'date' },
    other: { type: 'alias', path: 'order.at' },
    hidden: { type: 'date' },
  },
  runtime: { hidden: { type: 'keyword' } },
};

describe('`now` in a query', () => {
  it.each([
    [{ range: { at: { gte: 'now' } } }, { range: { at: { gte: `${AT}||` } } }],
    [
      { range: { at: { gt: 'now-7d/d', lte: 'now/M', time_zone: '+01:00' } } },
      { range: { at: { gt: `${AT}||-7d/d`, lte: `${AT}||/M`, time_zone: '+01:00' } } },
    ],
    [
      { range: { day: { gte: '01.01.2026', lt: 'now', format: 'dd.MM.yyyy' } } },
      { range: { day: { gte: '01.01.2026', lt: `${AT}||`, format: 'dd.MM.yyyy||strict_date_time' } } },
    ],
    [
      { bool: { filter: [{ range: { at: { lt: 'now+1h' } } }, { term: { word: 'now' } }] } },
      { bool: { filter: [{ range: { at: { lt: `${AT}||+1h` } } }, { term: { word: 'now' } }] } },
    ],
    [
      { range: { at: { gte: '2026-01-01', format: 'yyyy' } } },
      { range: { at: { gte: '2026-01-01', format: 'yyyy' } } },
    ],
    [{ range: { word: { gte: 'nowhere' } } }, { range: { word: { gte: 'nowhere' } } }],
  ])('of %j is the time of the plan', (query, resolved) => {
    expect(resolveNow(query, AT)).toEqual(resolved);
    expect(nowFault(query, mappings)).toBeUndefined();
    expect(nowFault(resolved, mappings)).toBeUndefined();
  });

  it.each([['at'], ['nanos'], ['word.at'], ['order.at'], ['dotted.at'], ['other']])(
    'can be resolved for the field %s',
    (field) => {
      expect(nowFault({ range: { [field]: { gte: 'now' } } }, mappings)).toBeUndefined();
    },
  );

  it.each([
    [{ range: { word: { gte: 'now' } } }, 'does not map as a date'],
    [{ range: { hidden: { gte: 'now' } } }, 'does not map as a date'],
    [{ range: { unknown: { gte: 'now' } } }, 'does not map as a date'],
    [{ range: { day: { gte: 'now' } } }, 'name a format in the range'],
    [{ range: { month: { gte: 'now', format: 'MMM yyyy' } } }, 'has a locale'],
    [{ bool: { must_not: [{ term: { at: 'now/d' } }] } }, 'outside of a range'],
    [{ query_string: { query: 'at:[now-1d TO now]' } }, 'in a query_string'],
    [{ query_string: { query: 'at:>=now-1d' } }, 'in a query_string'],
    [{ query_string: { query: 'word:a AND at:"now/d"' } }, 'in a query_string'],
    [{ query_string: { query: 'at:now\\/d' } }, 'in a query_string'],
    [{ query_string: { query: 'at:now-1d' } }, 'in a query_string'],
  ])('of %j cannot, and is refused', (query, why) => {
    expect(nowFault(query, mappings)).toContain(why);
    const resource = request({ phase: 'Validating' }, { source: { index: 'orders-v1', query } });
    const sources = [index('orders-v1', { mappings })];
    expect(run(resource, observed({ sources })).status.failure?.reason).toBe('PreflightFailed');
  });

  it('is the same for every part of a copy, and the request stays the same work', () => {
    const query = { range: { at: { gte: 'now-1d' } } };
    const resource = request({ phase: 'Validating' }, { source: { index: 'orders-v1', query } });
    const world = observed({ sources: [source({ mappings })] });
    const planned = { ...resource, status: run(resource, world).status };
    const hashOf = (of: typeof resource) => {
      const copy = currentCopy(of);
      return copy && situationOf(copy, world, Date.parse(AT)).specHash;
    };
    expect(hashOf(planned)).toBe(hashOf(resource));
    const [trial] = run(planned, world).actions ?? [];
    expect(trial).toMatchObject({
      type: 'TryOut',
      reindex: { source: { query: { range: { at: { gte: `${AT}||-1d` } } } } },
    });
  });
});
