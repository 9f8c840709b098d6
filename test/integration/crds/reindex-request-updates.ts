import type { Spec } from './mutations.ts';

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
  ['a shorter rollback window', (spec) => within(spec, 'sourceAfter', { rollbackWindow: '0s' }), undefined],
  ['another fate of the source', (spec) => within(spec, 'sourceAfter', { policy: 'Retain' }), undefined],
  ['no sourceAfter', (spec) => without(spec, 'sourceAfter'), undefined],
  ['a longer time to live', (spec) => ({ ...spec, ttlAfterFinished: '30d' }), undefined],
  ['no time to live', (spec) => without(spec, 'ttlAfterFinished'), undefined],
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
