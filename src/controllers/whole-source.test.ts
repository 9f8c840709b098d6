import { expect, it } from 'vitest';
import { keepsWholeSource, rebuildsSource } from './whole-source.ts';

it.each([
  ['says nothing', {}, undefined, true],
  ['rebuilds it', { mapping: { source: { mode: 'synthetic' } } }, {}, true],
  ['says that it is stored', {}, { mode: 'stored', enabled: true, includes: [], excludes: [] }, true],
  ['has switched it off', {}, { enabled: false }, false],
  ['has switched it off by its mode', {}, { mode: 'disabled' }, false],
  ['has switched it off by a setting', { mapping: { source: { mode: 'DISABLED' } } }, {}, false],
  ['keeps some fields', {}, { includes: ['a'] }, false],
  ['leaves out some fields', {}, { excludes: ['b.*'] }, false],
] as const)('an index that %s keeps the whole _source: %#', (_, settings, rules, whole) => {
  expect(keepsWholeSource({ settings, mappings: { _source: rules } })).toBe(whole);
});

it.each([
  ['says nothing', {}, undefined, false],
  ['says so', {}, { mode: 'synthetic' }, true],
  ['says so by a setting', { mapping: { source: { mode: 'SYNTHETIC' } } }, {}, true],
  ['is for logs', { mode: 'logsdb' }, {}, true],
  [
    'is for logs and keeps what was written',
    { index: { mode: 'logsdb', 'mapping.source.mode': 'stored' } },
    {},
    false,
  ],
] as const)('an index that %s makes its _source up: %#', (_, settings, rules, rebuilt) => {
  expect(rebuildsSource({ settings, mappings: { _source: rules } })).toBe(rebuilt);
});
