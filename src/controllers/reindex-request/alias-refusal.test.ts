import { expect, it } from 'vitest';
import { aliasRefusal, refusedFilter } from './alias-refusal.ts';

it.each([
  ['failed to parse filter for alias [eu]', 'eu'],
  ['failed to parse filter for alias [<b>]', undefined],
  ['something else about [eu]', undefined],
  [undefined, undefined],
])('%s is about %s', (detail, alias) => {
  expect(refusedFilter(detail)).toBe(alias);
});

it('names the alias, the index and the cure, or else what Elasticsearch calls it', () => {
  const known = aliasRefusal('eu', 'orders-v2', 'illegal_argument_exception');
  expect(known.reason).toBe('AliasConflict');
  for (const part of ['alias eu', 'orders-v2', 'correct the alias']) expect(known.message).toContain(part);
  expect(aliasRefusal(undefined, 'orders-v2', 'x_exception').message).toContain('(x_exception)');
});
