import { expect, it } from 'vitest';
import { readyEvents } from './ready-events.ts';

const told = (before: string | undefined, reason: string, status: 'True' | 'False' = 'False') =>
  readyEvents(before === undefined ? undefined : { reason: before }, { reason, status, message: 'm' }).map(
    (event) => `${event.type} ${event.reason}`,
  );

it.each([
  'RepositoryMissing',
  'RepositoryReadOnly',
  'RepositoryUnverified',
  'RepositoryShared',
  'RepositoryUnreadable',
])('%s is told when Ready turns to it, and not while it lasts', (reason) => {
  expect(told('Succeeded', reason)).toEqual([`Warning ${reason}`]);
  expect(told(undefined, reason)).toEqual([`Warning ${reason}`]);
  expect(told(reason, reason)).toEqual([]);
});

it('what is wrong next is told as well', () => {
  expect(told('RepositoryMissing', 'RepositoryReadOnly')).toEqual(['Warning RepositoryReadOnly']);
});

it('a repository that is registered, and may be written, is told to be of use again', () => {
  expect(told('RepositoryMissing', 'Waiting', 'True')).toEqual(['Normal RepositoryUsable']);
  expect(told('RepositoryReadOnly', 'InProgress', 'True')).toEqual(['Normal RepositoryUsable']);
});

it('nobody knows whether it is over when the schedule is kept from a look, or only waits for its next slot', () => {
  expect(told('RepositoryMissing', 'ConnectionNotReady')).toEqual([]);
  expect(told('RepositoryUnverified', 'Succeeded', 'True')).toEqual([]);
});

it('nothing is told of a repository that was in use', () => {
  expect(told('Waiting', 'Succeeded', 'True')).toEqual([]);
  expect(told(undefined, 'Waiting', 'True')).toEqual([]);
});
