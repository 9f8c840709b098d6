import { expect, it } from 'vitest';
import { choiceBehind } from './perform-exclusion.ts';

const index = (name: string, ...aliases: readonly string[]) => ({
  name,
  created: 1,
  isSystem: false,
  aliases,
});
const found = [index('a-1', 'all'), index('a-2', 'all', 'one'), index('b-1', 'others')];

it.each([
  ['an alias of what is excluded becomes the rest', ['all', 'others'], ['a-2'], ['a-1', 'others']],
  ['beside a pattern as well', ['a-1', 'a-*', 'all'], ['a-2'], ['a-1', 'a-*']],
  ['an alias of nothing else is left out', ['one', 'others'], ['a-2'], ['others']],
  ['an alias of what is wanted stays', ['all', 'others'], ['c*'], ['all', 'others']],
])('%s', (_, indices, exclude, expected) => {
  expect(choiceBehind({ indices, exclude }, found)).toEqual({ indices: expected, exclude });
});

const backing = index('.ds-logs-app-2026.06.15-000001');

it.each([
  ['of a stream', ['logs-app'], ['.ds-logs-app-2026*']],
  ['of a stream behind an alias', ['logs'], ['logs-app']],
])('refuses what it cannot leave out: an index %s', (_, indices, exclude) => {
  expect(choiceBehind({ indices, exclude }, [backing]).refused).toContain(backing.name);
  expect(choiceBehind({ indices, exclude: ['x'] }, [backing]).refused).toBeUndefined();
});
