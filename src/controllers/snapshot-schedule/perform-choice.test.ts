import { expect, it } from 'vitest';
import { choiceOf } from './choice.ts';
import { expressionsOf } from './perform-choice.ts';

const temporary = ['*-restore-check-*'];

it.each([
  [['app-*'], [], ['app-*', '-*-restore-check-*']],
  [['b', 'a*'], ['a-tmp'], ['a*', 'b', '-a-tmp', '-*-restore-check-*']],
  [['a', 'a-tmp'], ['*-tmp'], ['a']],
  [['a'], ['*'], []],
])('%j without %j is asked for as %j', (indices, exclude, expected) => {
  expect(expressionsOf({ indices, exclude }, temporary)).toEqual(expected);
});

it('is told from another one, and from nothing else', () => {
  const choice = choiceOf({ indices: ['a*'], exclude: ['a-tmp'] });
  expect(choiceOf({ indices: ['a*'], exclude: ['a-tmp'] })).toBe(choice);
  expect(choiceOf({ indices: ['a*'], exclude: [] })).not.toBe(choice);
  expect(choiceOf({ indices: ['b*'], exclude: ['a-tmp'] })).not.toBe(choice);
});
