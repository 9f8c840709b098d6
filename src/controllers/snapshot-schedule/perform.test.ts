import { wishedRun as run } from '../../../test/support/snapshot-schedule.ts';
import { expect, it } from 'vitest';
import { snapshotSchedule } from '../../crds/snapshot-schedule.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Use } from '../../elasticsearch/connection-use.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { missingGrant } from '../../elasticsearch/grants.ts';
import { FencedError, WaitingError } from '../../runtime/errors.ts';
import type { Schedule } from './observed.ts';
import { createPerform } from './perform.ts';

const action = { type: 'CreateSnapshot', ...run, metadata: {} } as const;
const pass = { signal: new AbortController().signal, now: 0, log: { info: () => {}, warn: () => {} } };

const birth = (system = false, aliases: readonly string[] = []) => ({
  settings: { index: { creation_date: '1' } },
  system,
  aliases,
});
/** What the pattern stands for: the alias data-secret leads to an index of another name. */
const WITHOUT = { 'data-a': birth(), '.ds-data-logs-2026.06.15-000001': birth(), '.feature': birth(true) };
const WITH = { ...WITHOUT, 'secret-x': birth(false, ['secret', 'data-secret']) };

/** A connection of namespace `search`, which grants snapshots of data-* to the namespace `team`. */
async function taken(namespace: string, indices: object, clusterUuid?: string) {
  const sent: string[] = [];
  const request = async ({ method, path }: ElasticsearchRequest) => {
    sent.push(`${method} ${path}`);
    if (path.startsWith('/_cluster/state/')) return { cluster_uuid: 'c', metadata: { indices } };
    return path.endsWith('/_verify') ? { nodes: {} } : { accepted: true };
  };
  const grant = {
    namespaces: ['team'],
    operations: ['Snapshot'],
    indices: ['data-*'],
    repositories: ['backups'],
  };
  const use = async ({ namespace: asking, operations, indices: names, repositories = [] }: Use) => {
    const wanted = {
      namespace: asking,
      namespaceLabels: {},
      operations,
      indices: names,
      repositories,
      pipelines: [],
    };
    const missing = asking === 'search' ? undefined : missingGrant([grant as never], wanted);
    if (missing !== undefined) throw new WaitingError('NotGranted', missing, 1);
    return { es: { request }, connection: { namespace: 'search', name: 'main', uid: 'c' }, clusterUuid };
  };
  const spec = {
    connectionRef: { name: 'main', namespace: 'search' },
    repository: 'backups',
    schedule: '@hourly',
    indices: ['data-*'],
  };
  const resource = {
    metadata: { namespace, name: 's', uid: 'u' },
    spec: snapshotSchedule.spec.parse(spec),
    status: { active: run },
  };
  // Casts: nothing else of them is used.
  const perform = createPerform({ connections: { use } as unknown as Connections, schedules: () => [] });
  await perform(action, resource as unknown as Schedule, pass);
  return sent;
}

it('takes what is granted, data streams by their own names and system indexes by none', async () => {
  expect(await taken('team', WITHOUT)).toContain('PUT /_snapshot/backups/one');
});

it('takes nothing that an alias leads to, and that is not granted itself', async () => {
  await expect(taken('team', WITH)).rejects.toMatchObject({
    reason: 'NotGranted',
    message: expect.stringContaining('"secret-x"'),
  });
});

it('names the alias that an index is taken because of, and the cure', async () => {
  await expect(taken('team', WITH)).rejects.toMatchObject({
    message: expect.stringMatching(/alias data-secret\b.* add secret-x to spec\.exclude/),
  });
});

it('blames no alias for what is taken without one', async () => {
  const stream = { ...WITHOUT, '.ds-logs-2026.06.15-000001': birth() };
  await expect(taken('team', stream)).rejects.toMatchObject({
    message: expect.not.stringContaining('its alias'),
  });
});

it('looks behind no alias for whoever owns the connection', async () => {
  const sent = await taken('search', WITH);
  expect(sent).toContain('PUT /_snapshot/backups/one');
  expect(sent.filter((call) => call.includes('data-'))).toEqual([]);
});

it('takes nothing of another cluster than the one for which it was decided', async () => {
  await expect(taken('search', WITH, 'another')).rejects.toThrow(FencedError);
});
