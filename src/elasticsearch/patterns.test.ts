import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredByAny, covers, isPlainName } from './patterns.ts';

describe('covers', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['orders*', 'orders', true],
    ['*', '', true],
    ['*', 'anything', true],
    ['team-a-*', 'team-a-x', true],
    ['team-a-*', 'team-b-x', false],
    ['*-a-*-b', 'x-a-y-a-z-b', true],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'aba', false],
    ['team-a-*', 'team-a-*', true],
    ['team-a-*', 'team-*', false],
    ['team-*', 'team-a-*', true],
    ['a*', '*', false],
    ['*', '*', true],
    ['a*b', 'a*', false],
    ['a?b', 'axb', false],
    ['a.b', 'axb', false],
    ['', '', true],
    ['', 'a', false],
  ])('%s over %s is %s', (pattern, wanted, expected) => {
    expect(covers(pattern, wanted)).toBe(expected);
  });

  it('answers at once for a pattern made to be slow', () => {
    expect(covers(`${'*a'.repeat(120)}b`, 'a'.repeat(255))).toBe(false);
  });
});

// A second opinion that shares no code with the matcher.
const matches = (pattern: string, name: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').split('*').join('.*')}$`, 's').test(name);
const letters = fc.stringMatching(/^[ab.-]{0,6}$/);
const glob = fc
  .array(fc.constantFrom('a', 'b', '-', '.', '*'), { maxLength: 7 })
  .map((parts) => parts.join(''));

describe('containment', () => {
  it('agrees with regular expressions on plain names', () => {
    const agrees = fc.property(
      glob,
      letters,
      (pattern, name) => covers(pattern, name) === matches(pattern, name),
    );
    expect(() => fc.assert(agrees, { numRuns: 100_000 })).not.toThrow();
  });

  it('never lets a name of a covered pattern fall outside what covers it, in 100,000 cases', () => {
    const fill = (wanted: string, fillings: readonly string[]) =>
      wanted.replaceAll('*', () => fillings[0] ?? '');
    const inside = fc.property(
      fc.array(glob, { minLength: 1, maxLength: 3 }),
      glob,
      fc.array(letters, { minLength: 1, maxLength: 1 }),
      (grants, wanted, fillings) =>
        !coveredByAny(grants, wanted) || grants.some((grant) => matches(grant, fill(wanted, fillings))),
    );
    expect(() => fc.assert(inside, { numRuns: 100_000 })).not.toThrow();
  });

  it('refuses only patterns that have a name outside', () => {
    const witnessed = fc.property(
      fc.array(glob, { minLength: 1, maxLength: 3 }),
      glob,
      (grants, wanted) =>
        coveredByAny(grants, wanted) || !grants.some((grant) => matches(grant, wanted.replaceAll('*', 'Z'))),
    );
    expect(() => fc.assert(witnessed, { numRuns: 100_000 })).not.toThrow();
  });
});

describe('isPlainName', () => {
  it.each(['orders', 'logs-2026.11.24', 'team-a-*', '.internal', 'größe'])('takes %s', (name) => {
    expect(isPlainName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '-orders',
    '_all',
    '+x',
    'a,b',
    'other:orders',
    '<logs-{now/d}>',
    'a b',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
  ])('refuses "%s", which Elasticsearch would not read as one name', (name) => {
    expect(isPlainName(name)).toBe(false);
  });
});
