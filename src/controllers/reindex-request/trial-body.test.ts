import { expect, it } from 'vitest';
import { trialBody } from './trial-body.ts';

const settingsOf = (settings: object) => trialBody({ settings, mappings: { dynamic: false } })['settings'];

it('has one shard instead of many, and everything else', () => {
  // Elasticsearch adds the tier to every index that does not state one.
  const rest = { 'index.routing.allocation.include._tier_preference': 'data_content', 'index.codec': 'lz4' };
  expect(trialBody({ settings: { 'index.number_of_shards': '50', ...rest }, mappings: {} })).toEqual({
    settings: { 'index.number_of_shards': 1, ...rest },
    mappings: {},
  });
});

it.each([
  ['cannot be right', { 'index.number_of_shards': 5_000 }],
  ['is no number', { 'index.number_of_shards': 'many' }],
  ['is not stated', { 'index.codec': 'best_compression' }],
  ['is what a partition depends on', { 'index.number_of_shards': 4, 'index.routing_partition_size': 2 }],
  [
    'is what a limit per node depends on',
    { 'index.number_of_shards': 4, 'index.routing.allocation.total_shards_per_node': 1 },
  ],
])('keeps a number of shards that %s', (_, settings) => {
  expect(settingsOf(settings)).toEqual(settings);
});

it('leaves an index without settings as it is', () => {
  expect(trialBody({ mappings: {} })).toEqual({ mappings: {} });
});
