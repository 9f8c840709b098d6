import { describe, expect, it } from 'vitest';
import { aliased, indexOf, policyOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import type { ListedIndex } from './observed.ts';
import { figuresOf } from './target-statistics.ts';
import { compileTargets, matchTargets } from './targets.ts';

const NOW = Date.parse('2016-03-10T12:00:00Z');

function versionOf(indices: readonly ListedIndex[], retention?: SpecPart) {
  const aliases = [{ name: 'logs' }];
  const target = { name: 'a', series: 'logs-v{version}-{date:yyyy.MM.dd}', aliases, retention };
  const matched = matchTargets(compileTargets(policyOf([target]).spec), indices, new Map());
  return matched.map((each) => figuresOf(each, NOW).currentVersion);
}

describe('the current version, as status tells it', () => {
  const [expired, lasting, newer] = ['v0-2016.01.01', 'v1-2016.03.09', 'v2-2016.03.10'].map(
    (name) => `logs-${name}`,
  ) as [string, string, string];
  const month = { maxAge: '30d' };

  it('is the lowest that has not expired, where no alias leads to any (M5)', () => {
    const all = [expired, lasting, newer].map((name) => indexOf(name));
    expect(versionOf(all, month)).toEqual([1]);
    expect(versionOf(all)).toEqual([0]);
  });

  it('is the lowest of all where all have expired', () => {
    expect(
      versionOf(
        [expired, 'logs-v3-2016.01.02'].map((name) => indexOf(name)),
        month,
      ),
    ).toEqual([0]);
  });

  it('is the one that aliases lead to, expired or not', () => {
    expect(versionOf([indexOf(expired), indexOf(lasting), aliased(newer, 'logs')], month)).toEqual([2]);
    expect(versionOf([aliased(expired, 'logs'), indexOf(lasting)], month)).toEqual([0]);
  });
});
