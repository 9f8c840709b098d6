import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingGrant } from './grants.ts';
import type { Grant, Wanted } from './grants.ts';

const wanted = (changes: Partial<Wanted> = {}): Wanted => ({
  namespace: 'team-a',
  namespaceLabels: { team: 'a' },
  operations: ['Reindex'],
  indices: ['team-a-orders'],
  repositories: [],
  pipelines: [],
  ...changes,
});
const grant: Grant = { namespaces: ['team-a'], indices: ['team-a-*'], operations: ['Reindex'] };

describe('a grant', () => {
  it('gives what it names', () => {
    expect(missingGrant([grant], wanted())).toBeUndefined();
  });

  it.each<[string, readonly Grant[], Partial<Wanted>, string]>([
    ['nothing', [], {}, 'operation Reindex'],
    ['another namespace', [{ ...grant, namespaces: ['team-b'] }], {}, 'operation Reindex'],
    ['everything to a use without an operation', [grant], { operations: [] }, 'no operation'],
    ['another operation', [grant], { operations: ['Delete'] }, 'operation Delete'],
    ['one of two operations', [grant], { operations: ['Reindex', 'Delete'] }, 'operation Delete'],
    ['no indexes', [{ namespaces: ['team-a'], operations: ['Reindex'] }], {}, '"team-a-orders"'],
    ['other indexes', [grant], { indices: ['team-a-orders', 'team-b-orders'] }, '"team-b-orders"'],
    ['fewer indexes than the pattern has', [grant], { indices: ['team-*'] }, '"team-*"'],
    ['no repository', [grant], { repositories: ['backups'] }, 'repository "backups"'],
    ['no pipeline', [grant], { pipelines: ['clean'] }, 'pipeline "clean"'],
  ])('of %s is told by what is missing', (_, grants, changes, missing) => {
    expect(missingGrant(grants, wanted(changes))).toContain(missing);
  });

  it('does not add up with another one: no operation of one on an index of the other', () => {
    const both: readonly Grant[] = [grant, { ...grant, indices: ['logs-*'], operations: ['Delete'] }];
    expect(missingGrant(both, wanted({ operations: ['Delete'] }))).toBeDefined();
    expect(missingGrant(both, wanted({ operations: ['Delete'], indices: ['logs-1'] }))).toBeUndefined();
  });

  it('takes repositories and pipelines by their exact names', () => {
    const exact = { ...grant, repositories: ['backups'], pipelines: ['clean'] };
    expect(
      missingGrant([exact], wanted({ repositories: ['backups'], pipelines: ['clean'] })),
    ).toBeUndefined();
    expect(
      missingGrant([{ ...exact, repositories: ['*'] }], wanted({ repositories: ['backups'] })),
    ).toBeDefined();
  });

  it.each([
    'team-a-x,secret',
    'team-a-x/../secret',
    '-team-a-x',
    'team-a-x secret',
    'other:team-a-x',
    '_all',
  ])('of everything does not give "%s", which Elasticsearch reads as something else', (name) => {
    expect(
      missingGrant([{ ...grant, indices: ['*', 'team-a-*'] }], wanted({ indices: [name] })),
    ).toBeDefined();
  });
});

describe('a namespaceSelector', () => {
  const by = (namespaceSelector: NonNullable<Grant['namespaceSelector']>): Grant => ({
    indices: ['*'],
    operations: ['Reindex'],
    namespaceSelector,
  });
  const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', key: string, values?: string[]) =>
    by({ matchExpressions: [{ key, operator, ...(values && { values }) }] });

  it.each<[string, Grant, boolean]>([
    ['empty', by({}), true],
    ['matchLabels', by({ matchLabels: { team: 'a' } }), true],
    ['another value', by({ matchLabels: { team: 'b' } }), false],
    ['one label more', by({ matchLabels: { team: 'a', tier: 'gold' } }), false],
    ['In', expression('In', 'team', ['a', 'b']), true],
    ['In, not there', expression('In', 'tier', ['a']), false],
    ['NotIn', expression('NotIn', 'team', ['a']), false],
    ['NotIn, not there', expression('NotIn', 'tier', ['a']), true],
    ['Exists', expression('Exists', 'team'), true],
    ['Exists, not there', expression('Exists', 'tier'), false],
    ['DoesNotExist', expression('DoesNotExist', 'team'), false],
    ['DoesNotExist, not there', expression('DoesNotExist', 'tier'), true],
    [
      'both must hold',
      by({ matchLabels: { team: 'a' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }),
      false,
    ],
  ])('%s selects as Kubernetes does', (_, selecting, expected) => {
    expect(missingGrant([selecting], wanted()) === undefined).toBe(expected);
  });
});

describe('no selected name', () => {
  const part = fc.constantFrom('a', 'b', '-', '*');
  const glob = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const name = fc.stringMatching(/^[ab][ab-]{0,5}$/);
  const inside = (pattern: string, index: string) =>
    new RegExp(`^${pattern.split('*').join('.*')}$`).test(index);

  it('lies outside what is granted, in 100,000 cases', () => {
    const property = fc.property(fc.array(glob, { maxLength: 4 }), glob, name, (indices, pattern, index) => {
      const refused = missingGrant([{ ...grant, indices }], wanted({ indices: [pattern] })) !== undefined;
      return refused || !inside(pattern, index) || indices.some((given) => inside(given, index));
    });
    expect(() => fc.assert(property, { numRuns: 100_000 })).not.toThrow();
  });
});
