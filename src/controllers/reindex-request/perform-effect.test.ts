import { describe, expect, it } from 'vitest';
import { destination, UID } from '../../../test/support/reindex-situations.ts';
import { entranceAlias } from './names.ts';
import type { IndexFacts } from './observed.ts';
import { failing, throughEntrance } from './perform-effect.ts';

it('says no more of a failure than a status can hold', () => {
  const { failure } = failing('MappingConflict', 'why '.repeat(2_000))({ phase: 'Copying' });
  expect(failure?.reason).toBe('MappingConflict');
  expect(failure?.message.length).toBeLessThanOrEqual(4_096);
});

describe('a copy that is being filled', () => {
  const entrance = entranceAlias(UID, 1);
  const settings = { index: { uuid: 'orders-v2-uuid', number_of_shards: '1', number_of_replicas: '0' } };
  const member = (name: string, uuid: string) => ({
    [name]: { aliases: {}, mappings: {}, settings: { index: { ...settings.index, uuid } } },
  });
  const through = (facts: IndexFacts, members: object) =>
    throughEntrance({ request: async () => members }, facts, new AbortController().signal);
  const own = member('orders-v2', 'orders-v2-uuid');

  it.each([
    ['its entrance', destination(), own, entrance],
    ['its name, where it has none', destination({}, { entrances: [] }), own, 'orders-v2'],
    [
      'its name, where a restored one has it too',
      destination(),
      { ...own, ...member('study', 's') },
      'orders-v2',
    ],
    ['its name, where another index alone has it', destination(), member('study', 's'), 'orders-v2'],
  ])('is changed by %s', async (_, facts, members, name) => {
    expect(await through(facts, members)).toBe(name);
  });
});
