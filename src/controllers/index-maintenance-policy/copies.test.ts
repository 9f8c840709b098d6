import { describe, expect, it } from 'vitest';
import { aliased, calm, indexOf, policyOf } from '../../../test/support/maintenance-facts.ts';
import { covers } from '../../elasticsearch/patterns.ts';
import { copiesOf } from './copies.ts';
import { archiveGuardOf, guardOf } from './guards.ts';
import type { ListedIndex } from './observed.ts';

const { deletion } = policyOf([{ name: 'a', pattern: 'logs-*' }]).spec;
const write = { aliases: { 'logs-all': { is_write_index: true } } };

/** As a pass sees it, with copies of these descriptions. */
function guards(index: ListedIndex, descriptions: readonly string[], complete = true) {
  const { names, patterns } = copiesOf(descriptions, complete);
  const mayBeCopied = (name: string) => patterns.some((pattern) => covers(pattern, name));
  const around = { ...calm, reindexed: new Set(names), mayBeCopied };
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
    expect(guards(index, [description])).toEqual(['BeingReindexed', 'BeingReindexed']);
  });

  it.each([
    ['of another name', 'reindex from [logs-2024.01.010] to [logs-2024.01]'],
    ['of another pattern', 'reindex from [logs-2025*] to [x]'],
    ['on another cluster', 'reindex from [host=other port=9200 query={}][all indices] to [x]'],
  ])('is none %s', (_, description) => {
    expect(guards(index, [description])).toEqual([undefined, undefined]);
  });

  it('may be any while a node does not tell of its tasks', () => {
    expect(guards(indexOf('other'), [], false)).toEqual(['BeingReindexed', 'BeingReindexed']);
    expect(guards(indexOf('other'), [])).toEqual([undefined, undefined]);
  });

  it('keeps its documents although it takes writes', () => {
    expect(guards(indexOf('logs-1', write), [])).toEqual(['WriteIndex', undefined]);
  });
});
