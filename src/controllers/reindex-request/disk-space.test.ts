import { describe, expect, it } from 'vitest';
import type { NodeDisk } from '../../elasticsearch/disk.ts';
import {
  actionsOf,
  copying,
  counts,
  destination,
  fenced,
  inCopy,
  NOW,
  observed,
  request,
  run,
  shards,
  source,
  spec,
  sums,
} from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { decide } from './decide.ts';
import { bytesText, diskShortage } from './disk-space.ts';

const GB = 1024 ** 3;
const node = (usable: number, ...roles: readonly string[]): NodeDisk => ({
  roles: roles.length === 0 ? ['data', 'master'] : roles,
  usableBytes: usable * GB,
});
const withReplicas = (replicas: number, more: object = {}) =>
  source({ settings: { number_of_shards: '1', number_of_replicas: String(replicas), ...more } });
const tiers = (names: string) => ({ routing: { allocation: { include: { _tier_preference: names } } } });

describe('the space for a copy of 10 GiB', () => {
  const bytes = 10 * GB;
  it.each([
    ['is there', 0, [node(12)], {}],
    ['is there on several nodes together', 0, [node(5), node(7)], {}],
    ['is there once, and a replica has no node to be on', 1, [node(12)], {}],
    ['is there for each replica on a node of its own', 1, [node(12), node(12)], {}],
    [
      'is there in the tier that comes first',
      0,
      [node(0, 'data_hot'), node(12, 'data_warm')],
      tiers('data_warm,data_hot'),
    ],
    [
      'is there in the next tier, since the first has no node',
      0,
      [node(12, 'data_hot')],
      tiers('data_warm, data_hot'),
    ],
  ])('%s', (_, replicas, disks, more) => {
    expect(diskShortage(spec(), withReplicas(replicas, more), { bytes, disks })).toBeUndefined();
  });

  it.each([
    ['a little less', 0, [node(11.9)], {}],
    ['a node that holds no data', 0, [node(100, 'master', 'ml'), node(100, 'data_frozen')], {}],
    ['room for two copies on one node only', 1, [node(30), node(1)], {}],
    [
      'room for a replica on each of three nodes that is not there',
      0,
      [node(30), node(12), node(1)],
      { auto_expand_replicas: '0-all' },
    ],
    [
      'room in a tier that does not come first',
      0,
      [node(1, 'data_warm'), node(12, 'data_hot')],
      tiers('data_warm,data_hot'),
    ],
  ])('is not there with %s', (_, replicas, disks, more) => {
    expect(diskShortage(spec(), withReplicas(replicas, more), { bytes, disks })).toContain('free disk space');
  });

  it.each([{ number_of_replicas: 'abc' }, { auto_expand_replicas: '0-x' }, { number_of_replicas: {} }])(
    'is not missing where no number of replicas is said: %s',
    (settings) => {
      const request = spec({ destination: { index: 'orders-v2', createFrom: 'Source', settings } });
      expect(diskShortage(request, withReplicas(0), { bytes, disks: [node(30), node(30)] })).toBeUndefined();
    },
  );

  it('is named together with what is free', () => {
    const message = diskShortage(spec(), withReplicas(1), { bytes, disks: [node(3.21), node(0.5)] });
    expect(message).toContain('orders-v2 needs 24 GiB');
    expect(message).toContain('room for 3.7 GiB');
  });

  it('is less for a part of the documents', () => {
    const facts = { bytes, disks: [node(3)] };
    expect(diskShortage(spec(), withReplicas(0), { ...facts, share: 0.25 })).toBeUndefined();
    expect(diskShortage(spec(), withReplicas(0), { ...facts, share: 0.5 })).toBeDefined();
  });
});

describe('bytesText', () => {
  it.each([
    [0, '0 B'],
    [1023, '1000 B'],
    [1536, '1.5 KiB'],
    [24 * GB, '24 GiB'],
    [3000 * GB, '2.9 TiB'],
  ])('of %d is %s', (bytes, written) => {
    expect(bytesText(bytes)).toBe(written);
  });
});

describe('a full disk', () => {
  const preflight = {
    missingPrivileges: [],
    pipelines: {},
    sequenceNumbersSearchable: true,
    documents: 1,
    bytes: 10 * GB,
    disks: [node(1)],
  };

  it('is waited for before anything is made', () => {
    const decision = run(request({ phase: 'Validating' }), observed({ preflight }));
    expect(decision.ready).toMatchObject({ type: 'reconciling', reason: 'DiskFull' });
    expect(actionsOf(decision)).toEqual([]);
    expect(decision.status.plan).toBeUndefined();
    expect(decision.holds).toBe(false);
  });

  const flood = { blocks: { read_only_allow_delete: 'true' } };
  const flooded = {
    ...inCopy,
    destination: destination({}, { settings: { ...(destination().settings as object), ...flood } }),
  };
  const running = [{ shard: 0, from: 0, to: 49, try: 11, task: 'n:1' }];
  const status = { ...copying, copy: { ...copying.copy, shards, done: [], sums, running } };
  const outcomes = { 'n:1': { type: 'repeat', why: 'the task ended early' } } as const;

  it('in the middle of a copy is no failure of it, however often a part of it ends early (H41)', () => {
    const dry = run(request(status), observed({ ...inCopy, outcomes }));
    expect(dry.status.failure?.reason).toBe('NoProgress');
    const decision = run(request(status), observed({ ...flooded, outcomes }));
    expect(decision.status.failure).toBeUndefined();
    expect(decision.status.copy?.running[0]).toMatchObject({ try: 11 });
    expect(decision.ready).toMatchObject({ type: 'reconciling', reason: 'DiskFull' });
  });

  it('lets no part begin (H41)', () => {
    const intents = [{ shard: 0, from: 0, to: 49, try: 0 }];
    const waiting = { ...status, copy: { ...status.copy, running: intents } };
    expect(actionsOf(run(request(waiting), observed(inCopy)))).toContain('StartRange');
    expect(actionsOf(run(request(waiting), observed(flooded)))).not.toContain('StartRange');
  });

  it.each<[string, Partial<ReindexRequestStatus>]>([
    [
      'parts are to be copied',
      { copy: { ...status.copy, running: [{ shard: 0, from: 0, to: 49, try: 0 }] } },
    ],
    ['a task is tried again by Elasticsearch', { copy: { ...status.copy, parallel: 1, mostParallel: 1 } }],
    ['what was deleted is to be deleted', { copy: { ...status.copy, departed: false, running: [] } }],
    ['writers are to be blocked', { copy: undefined, fence: undefined, blockedSince: undefined }],
  ])('is said once while %s: no status is written in each pass (H41)', (_, over) => {
    const free = over.copy === undefined ? { sources: [fenced({ settings: {} })] } : {};
    const outcome = { type: 'running', counts: { ...counts(), created: 10, retries: 2 } } as const;
    const seen = observed({ ...flooded, ...free, outcomes: { 'n:1': outcome } });
    const said = run(request({ ...status, ...over }), seen);
    const later = decide(request(said.status), seen, NOW + 60_000);
    expect(later.status).toEqual(said.status);
    expect(later.ready).toEqual(said.ready);
    expect(later.actions).toEqual([]);
    expect(later.next).toBe(5_000);
  });

  it('lets nobody block the writers (H41)', () => {
    const { blockedSince: _since, fence: _fence, ...prepared } = { ...copying, copy: undefined };
    const ready = { sources: [fenced({ settings: { number_of_shards: '1' } })] };
    const begin = run(request(prepared), observed({ ...inCopy, ...ready }));
    expect(begin.status.fence).toBeDefined();
    const decision = run(request(prepared), observed({ ...flooded, ...ready }));
    expect(decision.status.fence).toBeUndefined();
    expect(decision.ready).toMatchObject({ reason: 'DiskFull' });
  });
});
