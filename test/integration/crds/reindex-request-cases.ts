import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  option,
  record,
  stringMatching,
} from 'fast-check';
import type { Spec } from './mutations.ts';

export const minimal: Spec = {
  connectionRef: { name: 'main' },
  source: { index: 'orders-v1' },
  destination: { index: 'orders-v2' },
  writeMode: 'BlockFirst',
};

export const whole: Spec = {
  connectionRef: { name: 'main', namespace: 'search' },
  source: { index: 'orders-v1', query: { bool: { filter: [{ term: { user: 'kim' } }], boost: 1.5 } } },
  destination: {
    index: 'orders-v2',
    createFrom: 'Empty',
    settings: { index: { number_of_shards: 5, refresh_interval: null } },
    mappings: { dynamic: 'strict', properties: { user: { type: 'keyword' } } },
    copyReplicas: true,
  },
  transform: {
    script: {
      source: 'ctx._source.total = params.total',
      params: { total: 7, nothing: null, list: [1, 'a'] },
    },
    renames: [
      { from: '@timestamp', to: 'time.at', removeOriginal: false },
      { from: 'if', to: '123field' },
    ],
    pipeline: 'clean-up',
  },
  aliases: { move: 'Listed', names: ['orders', 'sales'] },
  writeMode: 'BlockFirst',
  verification: { level: 'Counts' },
  throttle: { maxParallel: 64, requestsPerSecond: 1000, batchSize: 10_000 },
  dryRun: true,
  suspend: true,
  cancel: true,
};

const name = stringMatching(/^[a-z0-9][a-z0-9._-]{0,30}$/);
const maybe = <Value>(value: Arbitrary<Value>): Arbitrary<Value> =>
  option(value, { nil: undefined }) as Arbitrary<Value>;
const field = stringMatching(/^[a-zA-Z@_][a-zA-Z0-9_]{0,8}([.][a-z]{1,5}){0,4}$/);

export const good: Arbitrary<Spec> = record({
  connectionRef: constantFrom<Spec>({ name: 'main' }, { name: 'a.b-c', namespace: 'x' }),
  source: record({
    index: name.map((value) => `s${value}`),
    query: maybe(constantFrom({ match_all: {} }, { term: { a: 1 } })),
  }),
  destination: record({
    index: name.map((value) => `d${value}`),
    createFrom: maybe(constantFrom('Source', 'Template', 'Empty')),
    settings: maybe(constantFrom({}, { index: { codec: 'best_compression' } })),
    mappings: maybe(constant({ properties: {} })),
    copyReplicas: maybe(boolean()),
  }),
  transform: maybe(
    record({
      script: maybe(record({ source: constant('ctx.op = "noop"'), params: maybe(constant({ a: 1 })) })),
      renames: maybe(
        array(record({ from: field.map((value) => `a.${value}`), to: field }), { maxLength: 4 }),
      ),
      pipeline: maybe(name),
    }),
  ),
  aliases: maybe(
    constantFrom<Spec>(
      { move: 'All' },
      { move: 'None' },
      { move: 'Listed', names: ['a'] },
      { move: 'Listed', names: ['a', 'b'] },
    ),
  ),
  writeMode: constant('BlockFirst'),
  verification: maybe(constantFrom<Spec>({}, { level: 'Counts' })),
  throttle: maybe(
    record({
      maxParallel: maybe(integer({ min: 1, max: 64 })),
      batchSize: maybe(integer({ min: 1, max: 10_000 })),
    }),
  ),
  dryRun: maybe(boolean()),
  suspend: maybe(boolean()),
  cancel: maybe(boolean()),
}).map((spec) => JSON.parse(JSON.stringify(spec)) as Spec);

export const handPickedGood: readonly Spec[] = [
  minimal,
  whole,
  { ...minimal, source: { index: '.hidden-1' } },
  { ...minimal, source: { index: 'a' }, destination: { index: 'b'.repeat(255) } },
  { ...minimal, source: { index: 'grün-日本' } },
  { ...minimal, source: { index: 'ö'.repeat(127) } },
  { ...minimal, source: { index: 'a-_+.b' } },
  { ...minimal, transform: {} },
  { ...minimal, throttle: {} },
  { ...minimal, transform: { renames: [{ from: 'a', to: 'a.b' }] } },
  { ...minimal, transform: { renames: [{ from: 'a b', to: 'ä/ö' }] } },
  { ...minimal, transform: { script: { source: 'x'.repeat(65_536) } } },
  { ...minimal, aliases: { move: 'None' } },
];

const bad = (part: Spec): Spec => ({ ...minimal, ...part });
const index = (value: string): Spec => bad({ source: { index: value } });
const destination = (value: string): Spec => bad({ destination: { index: value } });
const rename = (from: string, to: string): Spec => bad({ transform: { renames: [{ from, to }] } });

export const handPickedBad: readonly Spec[] = [
  {},
  ...['connectionRef', 'source', 'destination', 'writeMode'].map((gone) =>
    Object.fromEntries(Object.entries(minimal).filter(([key]) => key !== gone)),
  ),
  ...[
    '',
    '.',
    '..',
    '-a',
    '_a',
    '+a',
    'A',
    'aB',
    'a*',
    'a?',
    'a/b',
    'a\\b',
    'a"b',
    'a<b',
    'a>b',
    'a|b',
    'a b',
    'a,b',
    'a#b',
    'a:b',
  ].map(index),
  ...[
    'a\n',
    'a\tb',
    '\u0000',
    'a\u2028',
    '<a-{now/d}>',
    'remote:a',
    'ö'.repeat(128),
    'a'.repeat(256),
    'ÄA',
  ].map(index),
  ...['', '..', '*', 'B', 'b*', 'b b', 'b,c', '-b', 'b'.repeat(256)].map(destination),
  bad({ destination: { index: 'orders-v1' } }),
  bad({ connectionRef: {} }),
  bad({ connectionRef: { name: 'Main' } }),
  bad({ connectionRef: { name: 'a..b' } }),
  bad({ connectionRef: { name: '-a' } }),
  bad({ connectionRef: { name: 'a', namespace: '' } }),
  bad({ connectionRef: { name: 'a'.repeat(254) } }),
  bad({ source: { index: 'a', query: {} } }),
  bad({ source: { index: 'a', query: { term: {}, match: {} } } }),
  bad({ source: { index: 'a', query: [] } }),
  bad({ source: { index: 'a', query: 'a' } }),
  bad({ source: { index: ['a'] } }),
  bad({ destination: { index: 'b', createFrom: 'source' } }),
  bad({ destination: { index: 'b', createFrom: 'Nothing' } }),
  bad({ destination: { index: 'b', settings: [] } }),
  bad({ destination: { index: 'b', mappings: 'a' } }),
  bad({ destination: { index: 'b', copyReplicas: 'yes' } }),
  rename('a', 'a'),
  rename('', 'a'),
  rename('a', ''),
  rename('a..b', 'c'),
  rename('.a', 'c'),
  rename('a.', 'c'),
  rename('a"b', 'c'),
  rename("a'b", 'c'),
  rename('a\\b', 'c'),
  rename('a\nb', 'c'),
  rename('a\u0085b', 'c'),
  rename('a', 'b\u2028c'),
  rename('a', 'b\u2029'),
  bad({ transform: { renames: [{ from: 'a' }] } }),
  bad({ transform: { renames: [{ to: 'a' }] } }),
  bad({ transform: { renames: Array.from({ length: 101 }, (_, at) => ({ from: `a${at}`, to: `b${at}` })) } }),
  bad({ transform: { script: {} } }),
  bad({ transform: { script: { source: '' } } }),
  bad({ transform: { script: { source: 'x'.repeat(65_537) } } }),
  bad({ transform: { script: 'ctx.op' } }),
  bad({ transform: { script: { source: 'a', params: [] } } }),
  bad({ transform: { pipeline: '' } }),
  bad({ transform: { pipeline: 'a b' } }),
  bad({ transform: { pipeline: 'a,b' } }),
  bad({ aliases: {} }),
  bad({ aliases: { move: 'all' } }),
  bad({ aliases: { names: ['a'] } }),
  bad({ aliases: { move: 'Listed' } }),
  bad({ aliases: { move: 'Listed', names: [] } }),
  bad({ aliases: { move: 'All', names: ['a'] } }),
  bad({ aliases: { move: 'None', names: ['a'] } }),
  bad({ aliases: { move: 'Listed', names: ['a', 'a'] } }),
  bad({ aliases: { move: 'Listed', names: ['A'] } }),
  bad({ aliases: { move: 'Listed', names: ['a*'] } }),
  bad({ aliases: { move: 'Listed', names: Array.from({ length: 101 }, (_, at) => `a${at}`) } }),
  bad({ writeMode: 'Online' }),
  bad({ writeMode: 'CopyOnly' }),
  bad({ writeMode: '' }),
  bad({ verification: { level: 'Full' } }),
  bad({ verification: 'Counts' }),
  bad({ throttle: { maxParallel: 0 } }),
  bad({ throttle: { maxParallel: 65 } }),
  bad({ throttle: { maxParallel: 1.5 } }),
  bad({ throttle: { maxParallel: '4' } }),
  bad({ throttle: { requestsPerSecond: 0 } }),
  bad({ throttle: { requestsPerSecond: -1 } }),
  bad({ throttle: { batchSize: 0 } }),
  bad({ throttle: { batchSize: 10_001 } }),
  bad({ dryRun: 'true' }),
  bad({ suspend: 1 }),
  bad({ cancel: 'no' }),
];

/** A change that is tried on an object made from `whole`, and the field that refuses it; undefined = it is allowed. */
export const updates: readonly (readonly [
  what: string,
  change: (spec: Spec) => Spec,
  refusedBy: string | undefined,
])[] = [
  ['nothing', (spec) => spec, undefined],
  ['suspend', (spec) => ({ ...spec, suspend: false }), undefined],
  ['cancel', (spec) => ({ ...spec, cancel: false }), undefined],
  ['a throttle', (spec) => ({ ...spec, throttle: { maxParallel: 1 } }), undefined],
  ['no throttle', (spec) => without(spec, 'throttle'), undefined],
  [
    'another connection',
    (spec) => ({ ...spec, connectionRef: { name: 'other', namespace: 'search' } }),
    'spec.connectionRef',
  ],
  [
    'the connection of its own namespace',
    (spec) => ({ ...spec, connectionRef: { name: 'main' } }),
    'spec.connectionRef',
  ],
  ['another source', (spec) => within(spec, 'source', { index: 'orders-v0' }), 'spec.source'],
  [
    'a query with another value of the same size',
    (spec) =>
      within(spec, 'source', { query: { bool: { filter: [{ term: { user: 'bob' } }], boost: 1.5 } } }),
    'spec.source',
  ],
  [
    'a query of another kind',
    (spec) => within(spec, 'source', { query: { term: { user: 'kim' } } }),
    'spec.source',
  ],
  [
    'a query with another number',
    (spec) =>
      within(spec, 'source', { query: { bool: { filter: [{ term: { user: 'kim' } }], boost: 2.5 } } }),
    'spec.source',
  ],
  ['no query', (spec) => ({ ...spec, source: { index: 'orders-v1' } }), 'spec.source'],
  ['another destination', (spec) => within(spec, 'destination', { index: 'orders-v3' }), 'spec.destination'],
  [
    'another origin of the settings',
    (spec) => within(spec, 'destination', { createFrom: 'Source' }),
    'spec.destination',
  ],
  [
    'settings with another value',
    (spec) =>
      within(spec, 'destination', { settings: { index: { number_of_shards: 6, refresh_interval: null } } }),
    'spec.destination',
  ],
  [
    'settings with a value for a null',
    (spec) =>
      within(spec, 'destination', { settings: { index: { number_of_shards: 5, refresh_interval: '1s' } } }),
    'spec.destination',
  ],
  [
    'mappings with another name of the same size',
    (spec) =>
      within(spec, 'destination', {
        mappings: { dynamic: 'strict', properties: { name: { type: 'keyword' } } },
      }),
    'spec.destination',
  ],
  [
    'mappings with another first member',
    (spec) =>
      within(spec, 'destination', {
        mappings: { dynamix: 'strict', properties: { user: { type: 'keyword' } } },
      }),
    'spec.destination',
  ],
  [
    'no mappings',
    (spec) => ({ ...spec, destination: without(spec['destination'] as Spec, 'mappings') }),
    'spec.destination',
  ],
  [
    'another script',
    (spec) => within(spec, 'transform', { script: { source: 'ctx.op = "noop"' } }),
    'spec.transform',
  ],
  [
    'another value of a parameter',
    (spec) =>
      within(spec, 'transform', {
        script: {
          source: 'ctx._source.total = params.total',
          params: { total: 8, nothing: null, list: [1, 'a'] },
        },
      }),
    'spec.transform',
  ],
  [
    'another name of a parameter',
    (spec) =>
      within(spec, 'transform', {
        script: {
          source: 'ctx._source.total = params.total',
          params: { totql: 7, nothing: null, list: [1, 'a'] },
        },
      }),
    'spec.transform',
  ],
  [
    'a value for a parameter that was null',
    (spec) =>
      within(spec, 'transform', {
        script: {
          source: 'ctx._source.total = params.total',
          params: { total: 7, nothing: 0, list: [1, 'a'] },
        },
      }),
    'spec.transform',
  ],
  [
    'the same values in another order',
    (spec) =>
      within(spec, 'transform', {
        script: {
          source: 'ctx._source.total = params.total',
          params: { total: 7, nothing: null, list: ['a', 1] },
        },
      }),
    'spec.transform',
  ],
  [
    'another order of renames',
    (spec) =>
      within(spec, 'transform', {
        renames: [...((spec['transform'] as Spec)['renames'] as readonly Spec[])].reverse(),
      }),
    'spec.transform',
  ],
  ['another pipeline', (spec) => within(spec, 'transform', { pipeline: 'other' }), 'spec.transform'],
  ['no transform', (spec) => without(spec, 'transform'), 'spec.transform'],
  [
    'other aliases',
    (spec) => ({ ...spec, aliases: { move: 'Listed', names: ['orders', 'other'] } }),
    'spec.aliases',
  ],
  ['no aliases', (spec) => without(spec, 'aliases'), 'spec.aliases'],
  ['no dry run', (spec) => ({ ...spec, dryRun: false }), 'spec.dryRun'],
  ['no write mode', (spec) => without(spec, 'writeMode'), 'spec.writeMode'],
];

/** The same for what `minimal` does not have: nothing may be added later. */
export const additions: typeof updates = [
  ['a transform', (spec) => ({ ...spec, transform: { pipeline: 'p' } }), 'spec.transform'],
  ['aliases', (spec) => ({ ...spec, aliases: { move: 'All' } }), 'spec.aliases'],
  ['a query', (spec) => within(spec, 'source', { query: { match_all: {} } }), 'spec.source'],
  ['settings', (spec) => within(spec, 'destination', { settings: {} }), 'spec.destination'],
  [
    'a namespace of the connection',
    (spec) => within(spec, 'connectionRef', { namespace: 'default' }),
    'spec.connectionRef',
  ],
  ['a dry run', (spec) => ({ ...spec, dryRun: true }), 'spec.dryRun'],
  ['a throttle', (spec) => ({ ...spec, throttle: { batchSize: 5 } }), undefined],
  ['suspend', (spec) => ({ ...spec, suspend: true }), undefined],
];

const without = (spec: Spec, gone: string): Spec =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => key !== gone));
const within = (spec: Spec, key: string, part: Spec): Spec => ({
  ...spec,
  [key]: { ...(spec[key] as Spec), ...part },
});
