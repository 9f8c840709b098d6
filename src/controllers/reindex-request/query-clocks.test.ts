import { describe, expect, it } from 'vitest';
import { index, observed, request, run } from '../../../test/support/reindex-situations.ts';
import { clockFault } from './query-clocks.ts';

const runtime = {
  age: {
    type: 'long',
    script: { source: "emit(System.currentTimeMillis() - doc['at'].value.toEpochMilli())" },
  },
  year: { type: 'long', script: { source: "emit(doc['at'].value.getYear())" } },
};
const mappings = { properties: { at: { type: 'date' } }, runtime };
const script = (source: string) => ({ script: { script: { source } } });
const scored = (functions: object) => ({ function_score: { ...functions, min_score: 0.5 } });

describe('a query that chooses by clock or chance', () => {
  it.each([
    [script("doc['at'].value.toEpochMilli() < System.currentTimeMillis() - 1000"), 'asks for the time'],
    [script('System . nanoTime ( ) > 5'), 'asks for the time'],
    [script('new Date().getTime() > 5'), 'asks for the time'],
    [script('new java.util.Date ( ).getTime() > 5'), 'asks for the time'],
    [script('Calendar.getInstance().getTimeInMillis() > 5'), 'asks for the time'],
    [script('ZonedDateTime.now().getYear() > 5'), 'asks for the time'],
    [script('Math.random() > 0.5'), 'for chance'],
    [script('new Random().nextBoolean()'), 'for chance'],
    [{ bool: { filter: [{ script: { script: 'Math.random() > 0.5' } }] } }, 'for chance'],
    [{ terms_set: { a: { minimum_should_match_script: { source: 'Math.random()' } } } }, 'for chance'],
    [{ script: { script: { id: 'kept' } } }, 'stored script'],
    [{ bool: { must: [{ wrapper: { query: 'eyJ0ZXJtIjp7fX0=' } }] } }, 'a wrapper'],
    [scored({ functions: [{ random_score: {} }] }), 'a random one'],
    [scored({ gauss: { at: { scale: '10d' } } }), 'measured from'],
    [scored({ functions: [{ exp: { at: { origin: 'now-1d', scale: '10d' } } }] }), 'measured from'],
    [scored({ query: { distance_feature: { field: 'at', origin: 'now', pivot: '7d' } } }), 'measured from'],
    [{ range: { age: { lt: 1000 } } }, 'the runtime field age'],
    [{ query_string: { query: 'age:<1000' } }, 'the runtime field age'],
  ])('as %j is refused', (query, why) => {
    expect(clockFault(query, mappings)?.what).toContain(why);
    const resource = request({ phase: 'Validating' }, { source: { index: 'orders-v1', query } });
    const sources = [index('orders-v1', { mappings })];
    expect(run(resource, observed({ sources })).status.failure?.reason).toBe('PreflightFailed');
  });

  it.each([
    [{ range: { at: { gte: 'now' } } }, 'date', 'write the date in a new request'],
    [{ wrapper: { query: 'e30=' } }, 'wrapper', 'write the query that is in it'],
    [{ script: { script: { id: 'kept' } } }, 'stored script', 'write its source'],
    [script('Math.random() > 0.5'), 'for chance', 'take chance out of it'],
    [scored({ functions: [{ random_score: {} }] }), 'a random one', 'leave out min_score'],
    [scored({ gauss: { at: { scale: '10d' } } }), 'measured from', 'write a date as its origin'],
    [{ range: { age: { lt: 1000 } } }, 'runtime field', 'ask for a field'],
  ])('as %j is refused with its own cure: %s', (query, _, cure) => {
    const resource = request({ phase: 'Validating' }, { source: { index: 'orders-v1', query } });
    const sources = [index('orders-v1', { mappings: { ...mappings, properties: { at: { type: 'long' } } } })];
    expect(run(resource, observed({ sources })).status.failure?.message).toContain(cure);
  });

  it.each([
    [script("doc['at'].value.getYear() > 2020")],
    [script('new Date(5).getTime() > params.least')],
    [{ term: { script: 'Math.random' } }],
    [{ function_score: { random_score: {}, query: { match_all: {} } } }],
    [scored({ gauss: { at: { origin: '2026-03-01', scale: '10d' } } })],
    [{ distance_feature: { field: 'at', origin: 'now', pivot: '7d' } }],
    [{ range: { year: { gte: 2020 } } }],
    [{ match_all: {} }],
    [undefined],
  ])('is none that is as %j', (query) => {
    expect(clockFault(query, mappings)).toBeUndefined();
  });
});
