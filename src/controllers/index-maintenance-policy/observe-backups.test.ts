import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import type { SnapshotOwners } from '../snapshot-owners.ts';
import { readBackups } from './observe-backups.ts';

const REPOSITORIES = {
  own: { type: 'fs', settings: { location: '/a' } },
  'of-others': { type: 'fs', settings: { location: '/b', readonly: 'true' } },
};
const snapshot = (name: string, changes: object = {}) => ({
  snapshot: name,
  uuid: `uuid-of-${name}`,
  state: 'SUCCESS',
  start_time_in_millis: 1,
  shards: { total: 1, failed: 0 },
  ...changes,
});
const SNAPSHOTS = [snapshot('s1'), snapshot('s2'), snapshot('bad', { state: 'PARTIAL' })];

async function read(...required: readonly (object | undefined)[]) {
  const asked: string[] = [];
  const es: Elasticsearch = {
    request: async ({ path }) => {
      asked.push(path);
      return path === '/_snapshot' ? REPOSITORIES : { snapshots: SNAPSHOTS, total: SNAPSHOTS.length };
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
  const { signal } = new AbortController();
  const backups = await readBackups(policyOf(targets), cluster, { snapshotOwners: owners }, signal);
  return { asked, backups };
}

describe('snapshots that targets want to see', () => {
  it('are the good ones, told apart by the schedule whose they are', async () => {
    const { asked, backups } = await read(
      { repository: 'own', scheduleRef: { name: 'nightly' } },
      { repository: 'own', scheduleRef: { name: 'weekly' } },
    );
    expect(asked).toEqual(['/_snapshot/own/*']);
    expect(backups.snapshots.get('own')?.map(({ name }) => name)).toEqual(['s1', 's2']);
    expect([backups.made.get('nightly'), backups.made.get('weekly')]).toEqual([
      new Set(['uuid-of-s1']),
      new Set(),
    ]);
  });

  it('are asked for with who writes to the repository, unless a schedule is named', async () => {
    const { asked, backups } = await read({ repository: 'own' }, { repository: 'of-others' });
    expect(asked.toSorted()).toEqual(['/_snapshot', '/_snapshot/of-others/*', '/_snapshot/own/*']);
    expect(backups.readOnly).toEqual(new Set(['of-others']));
  });

  it('cost nothing where none are wanted', async () => {
    expect((await read(undefined)).asked).toEqual([]);
  });
});
