import { describe, expect, it } from 'vitest';
import { aliasTemplate, indexTemplate } from './alias-template.ts';

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
});
