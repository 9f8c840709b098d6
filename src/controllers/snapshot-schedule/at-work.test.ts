import { expect, it } from 'vitest';
import { placesOfOthers } from './at-work.ts';
import type { Schedule } from './observed.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const TIME = '2026-06-15T12:00:00Z';

const run = { snapshot: 'one', repository: 'other', slot: TIME, attempt: 1, accepted: false };

const peer = (active: object, spec: object = {}, conditions: readonly object[] = []) =>
  ({
    metadata: { uid: 'peer', name: 'peer', namespace: 'team' },
    spec: { connectionRef: { name: 'main' }, repository: 'other', suspend: false, deadline: '6h', ...spec },
    status: { active: { ...run, ...active }, conditions },
  }) as unknown as Schedule;

const own = { ...peer({}), metadata: { ...peer({}).metadata, uid: 'own' } };
const because = (reason: string) => [
  { type: 'Ready', status: 'False', reason },
  { type: 'Reconciling', status: 'True', reason },
];
const reconciling = because('RepositoryMissing');
const old = { accepted: true, startTime: '2026-06-15T05:59:00Z' };

it.each([
  ['what is being written', peer({ accepted: true }), true],
  ['what a suspended schedule still writes', peer({ accepted: true }, { suspend: true }), true],
  ['what is about to begin', peer({}), true],
  ['no wish of a suspended schedule', peer({}, { suspend: true }), false],
  ['no wish that something hinders', peer({}, {}, reconciling), false],
  ['a wish beside a snapshot that has failed', peer({}, {}, because('SnapshotFailed')), true],
  ['a wish that waits for its turn', peer({}, {}, because('WaitingForTurn')), true],
  ['what runs longer than its deadline', peer(old, {}, because('DeadlineExceeded')), true],
  ['what nobody looks after, until its deadline', peer({ accepted: true }, {}, because('NotGranted')), true],
  ['not what nobody looks after any more', peer(old, {}, because('NotGranted')), false],
  ['not what nobody may look after any more', peer(old, {}, because('MissingPrivileges')), false],
  ['no wish that pauses before its next try', peer({ retryTime: '2026-06-15T12:05:00Z' }), false],
  ['nothing of another connection', peer({}, { connectionRef: { name: 'second' } }), false],
])('takes a place: %s', (_, other, expected) => {
  const places = placesOfOthers(own, [own, other], NOW);
  expect(places.map(({ repository }) => repository)).toEqual(expected ? ['other'] : []);
});
