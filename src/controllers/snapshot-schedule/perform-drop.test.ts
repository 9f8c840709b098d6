import { describe, expect, it } from 'vitest';
import { classifyAnswer } from '../../elasticsearch/classify.ts';
import type { Elasticsearch, ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import type { Schedule, Status } from './observed.ts';
import { FencedError } from '../../runtime/errors.ts';
import { deleteExpired } from './perform-deletions.ts';
import { dropRestored } from './perform-drop.ts';
import type { EffectContext } from './perform-effect.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const SLOT = '2026-06-15T12:00:00Z';
const FORBIDDEN = classifyAnswer(
  { method: 'DELETE', path: '/copy' },
  { status: 403, body: { error: { type: 'security_exception', reason: 'no' }, status: 403 } },
);

interface Cluster {
  readonly es: Elasticsearch;
  readonly deleted: readonly string[];
}

function clusterOf(answer: (request: ElasticsearchRequest) => unknown): Cluster {
  const deleted: string[] = [];
  const es: Elasticsearch = {
    request: async (request) => {
      const found = answer(request);
      if (found instanceof Error) throw found;
      if (request.method === 'DELETE') deleted.push(request.path);
      return found;
    },
  };
  return { es, deleted };
}

const contextOf = ({ es }: Cluster, status: Status, metadata: object = {}): EffectContext => ({
  es,
  resource: { metadata: { uid: 'u', namespace: 'team', ...metadata }, status } as unknown as Schedule,
  owner: { uid: 'u', namespace: 'team', adopted: undefined },
  pass: { signal: new AbortController().signal, now: NOW, log: { info: () => {}, warn: () => {} } },
});

describe('the index of a restore check', () => {
  const indices = [{ source: 'a', restored: 'copy' }];
  const status: Status = {
    restoring: { snapshot: 'one', repository: 'backups', slot: SLOT, startTime: SLOT, indices },
  };
  const index = (settings: object) => ({
    copy: { aliases: {}, mappings: {}, settings: { index: { uuid: 'u1', ...settings } } },
  });
  const action = { type: 'DropRestored', indices: [{ name: 'copy', uuid: 'u1' }] } as const;
  const plain = { number_of_shards: '1', number_of_replicas: '0' };
  const having = (settings: object, removed: unknown = { acknowledged: true }) =>
    clusterOf(({ method }) => (method === 'DELETE' ? removed : index({ ...plain, ...settings })));

  it.each([
    ['hidden', { hidden: 'true' }, ['/copy']],
    ['no more hidden', {}, ['/copy']],
    ['another one of its name', { uuid: 'u2' }, []],
    ['restored from another one', { provided_name: 'a' }, ['/copy']],
    ['created by somebody', { provided_name: 'copy' }, []],
  ])('that is %s', async (_, settings, deleted) => {
    const cluster = having(settings);
    await dropRestored(action, contextOf(cluster, status));
    expect(cluster.deleted).toEqual(deleted);
  });

  it.each([
    ['an earlier one', 'a-restore-check-a1b2c366000000', 'a', 1],
    ['an earlier one, whose name somebody has taken', 'a-restore-check-a1b2c366000000', undefined, 0],
    ['another schedule', 'a-restore-check-ffffff66000000', 'a', 0],
  ])('that is of %s', async (_, name, origin, count) => {
    const settings = { index: { ...plain, uuid: 'u1', provided_name: origin ?? name } };
    const found = { [name]: { aliases: {}, mappings: {}, settings } };
    const cluster = clusterOf(({ method }) => (method === 'DELETE' ? { acknowledged: true } : found));
    const context = contextOf(cluster, status, { uid: 'a1b2c3d4-0000-0000-0000-000000000000' });
    await dropRestored({ type: 'DropRestored', indices: [{ name, uuid: 'u1' }] }, context);
    expect(cluster.deleted).toHaveLength(count);
  });

  it('that may not be deleted is left for a while', async () => {
    const change = await dropRestored(action, contextOf(having({}, FORBIDDEN), status));
    expect(change?.(status).restoring?.held).toEqual({
      message: expect.stringContaining('lacks a privilege'),
      retryTime: '2026-06-15T12:01:00Z',
    });
  });

  it('that may not be deleted is a fault while the schedule is being deleted, so that it is given up', async () => {
    const going = contextOf(having({}, FORBIDDEN), status, { deletionTimestamp: SLOT });
    await expect(dropRestored(action, going)).rejects.toBe(FORBIDDEN);
  });
});

describe('expired snapshots', () => {
  const mark = { uid: 'u', slot: SLOT, schedule: 'team/nightly' };
  const listed = (snapshot: string, at: number) => ({
    snapshot,
    uuid: snapshot,
    state: 'SUCCESS',
    start_time_in_millis: at,
    end_time_in_millis: at,
    shards: { total: 1, failed: 0 },
    metadata: { 'es-steward': mark },
  });
  const having = (removed: unknown) =>
    clusterOf(({ method, path }) => {
      if (method === 'DELETE') return removed;
      if (path.startsWith('/_cluster/state')) return { cluster_uuid: 'c' };
      return { snapshots: [listed('old', NOW - 2), listed('new', NOW - 1)], total: 2 };
    });
  const targets = [{ name: 'old', uuid: 'old' }];
  const batch = [{ name: 'old', uuid: 'old', reason: 'Expired' }];
  const status: Status = { retention: { lastRunTime: SLOT, repository: 'backups', batch } };
  const action = { type: 'DeleteSnapshots', repository: 'backups', targets } as const;

  it('stay when the schedule was edited while it was judged whether they may go', async () => {
    const cluster = having({ acknowledged: true });
    const edited = new FencedError('edited');
    const context = contextOf(cluster, status);
    const assertUnchanged = (): never => {
      throw edited;
    };
    const deleting = deleteExpired(action, { ...context, pass: { ...context.pass, assertUnchanged } });
    await expect(deleting).rejects.toBe(edited);
    expect(cluster.deleted).toEqual([]);
    await deleteExpired(action, context);
    expect(cluster.deleted).toHaveLength(1);
  });

  it('that may not be deleted are forgotten until retention runs again, which status says', async () => {
    const cluster = having(FORBIDDEN);
    const change = await deleteExpired(action, contextOf(cluster, status));
    expect(change?.(status).retention).toEqual({ lastRunTime: SLOT, halted: 'MissingPrivileges' });
  });
});
