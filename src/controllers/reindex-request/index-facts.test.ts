import { expect, it } from 'vitest';
import type { IndexInfo } from '../../elasticsearch/indices.ts';
import { factsOf } from './index-facts.ts';
import { entranceAlias, epochAlias, guardAlias } from './names.ts';

const uid = 'abcdef01-2345-6789-abcd-ef0123456789';
const [entrance, guard, epoch] = [entranceAlias(uid, 1), guardAlias(uid, '0123abcd'), epochAlias(uid, 1)];

it('knows by which aliases somebody reads an index, apart from those of its own tools', () => {
  const aliases = { orders: {}, [epoch]: {}, [entrance]: {}, [guard]: {} };
  // A cast: only what is used.
  const facts = factsOf({
    name: 'a',
    uuid: 'u',
    settings: {},
    mappings: {},
    aliases,
  } as unknown as IndexInfo);
  expect(facts).toMatchObject({
    aliases: { orders: {}, [epoch]: {} },
    entrances: [entrance],
    guards: [guard],
  });
  expect(Object.keys(facts.aliases)).toHaveLength(2);
});
