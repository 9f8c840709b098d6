import { describe, expect, it } from 'vitest';
import { aliasTemplate, indexTemplate } from './alias-template.ts';
import { drawSchema } from './schema.ts';

const takes = (name: string) => aliasTemplate('d').safeParse(name).success;

describe('the name of an alias', () => {
  it.each([
    'a',
    'A_b+c-1',
    '.a',
    '..a',
    '...',
    '1',
    '{date:yyyy}',
    'a{date:yyyy}',
    'a1b{date:yyyy}c1',
    '.{date:yyyy}',
  ])('may be %s', (name) => {
    expect(takes(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '_a',
    '+a',
    '-a',
    '_{date:yyyy}',
    '+a-{date:yyyy}',
    '-{date:yyyy}',
    '1{date:yyyy}',
    'a1{date:yyyy}',
    '{date:yyyy}1',
    'a b',
    'a*',
  ])('may not be %j, which Elasticsearch refuses or nobody could read', (name) => {
    expect(takes(name)).toBe(false);
  });

  it('may have capital letters, which that of an index may not', () => {
    expect(['A', 'bA', 'a'].map((name) => indexTemplate('d').safeParse(name).success)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['a b', 'without'],
    ['_a', 'not beginning with'],
    ['..', 'must not be . or ..'],
    ['a1{date:yyyy}', 'beside {date:FORMAT}'],
    ['a{date:MM}', 'begins with yyyy or xxxx'],
    ['a{date:yyyydd}', 'FORMAT that is yyyy,'],
    ['a{date:xxxx}', "FORMAT that is xxxx-'W'ww"],
    ['a-{version}', 'only in one {date:FORMAT}'],
  ])('is refused as %j in words, not with a pattern', (name, cure) => {
    const [first] = aliasTemplate('d').safeParse(name).error?.issues ?? [];
    expect(first?.message).toContain(cure);
  });

  it('has no pattern, of which the API server would tell nothing else', () => {
    const { schema } = drawSchema(indexTemplate('d'));
    expect(schema.pattern).toBeUndefined();
    expect(schema['x-kubernetes-validations']?.length).toBeGreaterThan(3);
  });
});
