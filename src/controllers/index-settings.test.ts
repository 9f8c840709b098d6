import { expect, it } from 'vitest';
import { changesIds } from './index-settings.ts';

const series = (path: unknown = ['host']) => ({ index: { mode: 'time_series', routing_path: path } });

it.each([
  ['an ordinary index', {}, { 'index.mode': 'standard' }, false],
  ['one that has become a time series', {}, series(), true],
  [
    'a time series that is routed alike',
    series(),
    { 'index.mode': 'time_series', 'index.routing_path': ['host'] },
    false,
  ],
  ['a time series that is routed otherwise', series(), series(['host', 'pod']), true],
  ['an ordinary index made of a time series', series(), {}, false],
  ['logs that are routed by their fields', {}, { index: { mode: 'logsdb', routing_path: 'host' } }, true],
  ['logs that are not', {}, { index: { mode: 'logsdb', routing_path: null } }, false],
] as const)('tells whether documents have other ids in a copy: %s', (_, from, to, changes) => {
  expect(changesIds(from, to)).toBe(changes);
});
