import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../test/support/maintenance-facts.ts';
import type { SnapshotSchedule } from '../../crds/snapshot-schedule.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError } from '../../elasticsearch/errors.ts';
import type { SnapshotOwners } from '../snapshot-owners.ts';
import { readBackups } from './observe-backups.ts';

const REPOSITORIES: Readonly<Record<string, object>> = {
  own: { type: 'fs', settings: { location: '/a' } },
  'of-others': { type: 'fs', settings: { location: '/b', readonly: 'true' } },
  damaged: { type: 'fs' },
};
const snapshot = (name: string, changes: object = {}) => ({
  snapshot: name,
  uuid: `uuid-of-${name}`,
  state: 'SUCCESS',
  shards: { total: 1, failed: 0 },
  ...changes,
});
const SNAPSHOTS = [
  snapshot('s1', { start_time_in_millis: 1, end_time_in_millis: 10, indices: ['a', 'b'] }),
  snapshot('s3', { start_time_in_millis: 3, end_time_in_millis: 30, indices: ['b'] }),
  snapshot('s2', { start_time_in_millis: 2, end_time_in_millis: 20, indices: ['b', 'c'] }),
  snapshot('bad', { start_time_in_millis: 4, end_time_in_millis: 40, indices: ['a', 'b'], state: 'PARTIAL' }),
];

const taken = (start: number) => ({ repository: 'own', snapshot: `s${start}`, start });

/** What is told of a repository that is asked for by its name. */
function repositoryAt(path: string): object | undefined {
  const name = path.slice('/_snapshot/'.length);
  if (name.includes('/')) return undefined;
  const found = REPOSITORIES[name];
  if (found !== undefined) return { [name]: found };
  if (name === 'emptied') return {};
  throw new ElasticsearchError({ errorClass: 'notFound', outcomeUnknown: false, publicMessage: '' });
}

async function read(...required: readonly (object | undefined)[]) {
  const asked: string[] = [];
  const told: object[] = [];
  const es: Elasticsearch = {
    request: async ({ path }) => {
      asked.push(path);
      if (path.startsWith('/_snapshot/nope/'))
        throw new ElasticsearchError({ errorClass: 'notFound', outcomeUnknown: false, publicMessage: '' });
      if (path.startsWith('/_snapshot/damaged/'))
        throw new ElasticsearchError({ errorClass: 'serverError', outcomeUnknown: false, publicMessage: '' });
      return repositoryAt(path) ?? { snapshots: SNAPSHOTS, total: SNAPSHOTS.length };
    },
  };
  const connection = { namespace: 'search', name: 'main', uid: 'c' };
  // A cast: nothing else of it is used.
  const cluster = { es, connection } as unknown as Cluster;
  const targets = required.map((requireSnapshot, at) => ({
    name: `t${at}`,
    pattern: `t${at}-*`,
    ...(requireSnapshot && { beforeDelete: { requireSnapshot } }),
  }));
  const owners: SnapshotOwners = ({ namespace, name, connection: of }) => {
    const isNightly = `${namespace}/${name} on ${of}` === 'search/nightly on search/main';
    return ({ uuid }) => isNightly && uuid === 'uuid-of-s1';
  };
  const log = { info: () => undefined, warn: (fields: object) => void told.push(fields) };
  const pass = { signal: new AbortController().signal, log };
  const schedules = () => [{ metadata: { namespace: 'search', name: 'nightly' } } as SnapshotSchedule];
  const dependencies = { snapshotOwners: owners, schedules };
  const found = await readBackups(policyOf(targets), cluster, dependencies, pass);
  return { asked, told, ...found };
}

describe('snapshots that targets want to see', () => {
  it('are the good ones of the schedule that is named', async () => {
    const { asked, backups } = await read(
      { repository: 'own', scheduleRef: { name: 'nightly' } },
      { repository: 'own', scheduleRef: { name: 'weekly' } },
    );
    expect(asked).toEqual(['/_snapshot/own/*']);
    expect(Object.fromEntries(backups)).toEqual({
      '["own","nightly"]': new Map(Object.entries({ a: taken(1), b: taken(1) })),
      '["own","weekly"]': new Map(),
    });
  });

  it('are the newest of all where no schedule is named, but none of a repository that only others write to', async () => {
    const { asked, backups } = await read({ repository: 'own' }, { repository: 'of-others' });
    expect(asked.toSorted()).toEqual([
      '/_snapshot/of-others',
      '/_snapshot/of-others/*',
      '/_snapshot/own',
      '/_snapshot/own/*',
    ]);
    expect(Object.fromEntries(backups)).toEqual({
      '["own",null]': new Map(Object.entries({ a: taken(1), b: taken(3), c: taken(2) })),
      '["of-others",null]': new Map(),
    });
  });

  it('prove nothing while nobody knows who writes to their repository', async () => {
    await expect(read({ repository: 'emptied' })).rejects.toMatchObject({ errorClass: 'incomplete' });
  });

  it('are none of a repository that cannot be read, which keeps no other target waiting', async () => {
    const { told, backups } = await read({ repository: 'damaged' }, { repository: 'own' });
    expect([backups.get('["damaged",null]')?.size, backups.get('["own",null]')?.size]).toEqual([0, 3]);
    expect(told).toMatchObject([{ repository: 'damaged' }]);
  });

  it('name a repository and a schedule that do not exist, and no other', async () => {
    const nosuch = { repository: 'own', scheduleRef: { name: 'nosuch' } };
    const nightly = { repository: 'own', scheduleRef: { name: 'nightly' } };
    expect((await read({ repository: 'nope' }, nosuch, nightly, { repository: 'damaged' })).missing).toEqual([
      'repository nope is not registered',
      'SnapshotSchedule nosuch does not exist in this namespace',
    ]);
  });

  it('cost nothing where none are wanted', async () => {
    expect((await read(undefined)).asked).toEqual([]);
  });
});
