import { describe, expect, it } from 'vitest';
import { aliased, calm, indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import type { Cluster } from '../../elasticsearch/connections.ts';
import type { ReindexTask } from '../../elasticsearch/tasks.ts';
import { archiveOpaqueId, type Copy, isCopyOf } from './copies.ts';
import { archiveGuardOf, guardOf } from './guards.ts';
import { type MaintenanceDependencies, surroundings } from './observe.ts';
import type { ListedIndex } from './observed.ts';

const policy = policyOf([{ name: 'a', pattern: 'logs-*' }]);
const { deletion } = policy.spec;
const { uid } = policy.metadata;
const write = { aliases: { 'logs-all': { is_write_index: true } } };

const copyOf = (description: string, opaqueId?: string): Copy => ({ description, opaqueId });

/** As a pass sees it, with these copies under way. */
function guards(index: ListedIndex, tasks: readonly Copy[], complete = true) {
  // Casts: nothing else of them is used.
  const cluster = { protects: () => false } as unknown as Cluster;
  const dependencies = { requests: () => [] } as unknown as MaintenanceDependencies;
  const listing = { ...calm, copies: { tasks: tasks as ReindexTask[], complete } };
  const around = surroundings({ policy, cluster, dependencies }, listing, []);
  return [guardOf(index, around, deletion), archiveGuardOf(index, around, deletion)];
}

const index = aliased('logs-2024.01.01', 'logs-all');

describe('an index of a copy that runs', () => {
  it.each([
    ['its name', 'reindex from [logs-2024.01.01] to [x]'],
    ['its name among others', 'reindex from [a, logs-2024.01.01, -b] to [x]'],
    ['a pattern', 'reindex from [logs-2024*] to [x]'],
    ['a pattern of its alias', 'reindex from [x, *-all] to [y]'],
    ['an alias', 'reindex from [logs-all] to [x]'],
    ['everything', 'reindex from [all indices] to [x]'],
    ['everything, by its own name', 'reindex from [_all] to [x]'],
    ['a date that is worked out', 'reindex from [<logs-{now/d{yyyy.MM.dd|+01:00}}>] to [x]'],
    ['its name as destination', 'reindex from [x] to [logs-2024.01.01]'],
    ['an alias as destination', 'reindex from [x] to [logs-all]'],
    ['words that nobody knows', 'copy of something'],
  ])('is known by %s', (_, description) => {
    expect(guards(index, [copyOf(description)])).toEqual(['BeingReindexed', 'BeingReindexed']);
  });

  it.each([
    ['of another name', 'reindex from [logs-2024.01.010] to [logs-2024.01]'],
    ['of another pattern', 'reindex from [logs-2025*] to [x]'],
    ['on another cluster', 'reindex from [host=other port=9200 query={}][all indices] to [x]'],
  ])('is none %s', (_, description) => {
    expect(guards(index, [copyOf(description)])).toEqual([undefined, undefined]);
  });

  it('may be any while a node does not tell of its tasks', () => {
    expect(guards(indexOf('other'), [], false)).toEqual(['BeingReindexed', 'BeingReindexed']);
    expect(guards(indexOf('other'), [])).toEqual([undefined, undefined]);
  });

  it('keeps its documents although it takes writes', () => {
    expect(guards(indexOf('logs-1', write), [])).toEqual(['WriteIndex', undefined]);
  });

  describe('of the archival of the policy itself', () => {
    const own = copyOf('reindex from [logs-2024.01.01] to [x]', archiveOpaqueId(uid, '7bd94fae1eaff965'));

    it('is not deleted, but its documents may move on: another process of ours may be at the same batch', () => {
      expect(guards(index, [own])).toEqual(['BeingReindexed', undefined]);
    });

    it('stays where it is when somebody else copies it as well', () => {
      const anothers = copyOf(own.description, archiveOpaqueId('another', '7bd94fae1eaff965'));
      for (const other of [copyOf(own.description), anothers])
        expect(guards(index, [own, other])).toEqual(['BeingReindexed', 'BeingReindexed']);
    });

    it('is known by its batch, also where an older release has asked for it', () => {
      const older = { ...own, opaqueId: 'es-steward-archive-7bd94fae1eaff965' };
      expect([own, older].map((copy) => isCopyOf('7bd94fae1eaff965', copy))).toEqual([true, true]);
      expect([own, older].map((copy) => isCopyOf('94fae1eaff965', copy))).toEqual([false, false]);
    });
  });
});
