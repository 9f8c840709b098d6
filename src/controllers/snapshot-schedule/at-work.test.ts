import { expect, it } from 'vitest';
import { repositoriesAtWork } from './at-work.ts';
import type { Schedule } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const TIME = '2026-06-15T12:00:00Z';

const run = { snapshot: 'one', repository: 'other', slot: TIME, attempt: 1, accepted: false };

const peer = (active: object, spec: object = {}, conditions: readonly object[] = []) =>
  ({
    metadata: { uid: 'peer', name: 'peer', namespace: 'team' },
    spec: { connectionRef: { name: 'main' }, suspend: false, ...spec },
    status: { active: { ...run, ...active }, conditions },
  }) as unknown as Schedule;

const own = { ...peer({}), metadata: { ...peer({}).metadata, uid: 'own' } };
const reconciling = [{ type: 'Reconciling', status: 'True', reason: 'RepositoryMissing' }];

it.each([
  ['what is being written', peer({ accepted: true }), true],
  ['what a suspended schedule still writes', peer({ accepted: true }, { suspend: true }), true],
  ['what is about to begin', peer({}), true],
  ['no wish of a suspended schedule', peer({}, { suspend: true }), false],
  ['no wish that something hinders', peer({}, {}, reconciling), false],
  ['no wish that pauses before its next try', peer({ retryTime: '2026-06-15T12:05:00Z' }), false],
  ['nothing of another connection', peer({}, { connectionRef: { name: 'second' } }), false],
])('takes a place: %s', (_, other, expected) => {
  expect(repositoriesAtWork(own, [own, other], NOW).has('other')).toBe(expected);
});
