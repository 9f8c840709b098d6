import { describe, expect, it } from 'vitest';
import { aliased, indexOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { ListedIndex } from './observed.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const MINUTE = 60_000;
const target = { name: 'a', series: 'logs-v{version}', age: { from: 'CreationDate' } };
const LEADING = { ...target, aliases: [{ name: 'logs' }] };
const [v1, v2, v3] = [indexOf('logs-v1'), indexOf('logs-v2'), aliased('logs-v3', 'logs')];

/** What the second of two passes tells. */
function toldOf(
  [first, second]: readonly [readonly ListedIndex[], readonly ListedIndex[]],
  targets: readonly SpecPart[] = [LEADING],
  change?: SpecPart,
) {
  const life = new PolicyLife(targets);
  life.pass(seenOf(first), START);
  if (change !== undefined) life.change(change);
  const { events = [] } = life.pass(seenOf(second), START + MINUTE);
  return events.map(({ reason, note }) => [reason, note]);
}

describe('an older version that has become current', () => {
  it('is told of once, when the later one was deleted (M5)', () => {
    const note = expect.stringContaining('of target a is 1 now and was 3 before');
    expect(
      toldOf([
        [v1, v2, v3],
        [v1, v2],
      ]),
    ).toEqual([['CurrentVersionLowered', note]]);
    expect(
      toldOf([
        [v1, v2],
        [v1, v2],
      ]),
    ).toEqual([]);
  });

  it('is not one where a later version has become current, or none is left', () => {
    expect(
      toldOf([
        [v1, v2],
        [v1, v2, v3],
      ]),
    ).toEqual([]);
    expect(toldOf([[v3], []])).toEqual([]);
  });

  it('is told of by nothing where no alias tells versions apart', () => {
    const all = { ...target, aliases: [{ name: 'logs', latestVersionOnly: false }] };
    expect(toldOf([[v2], [v1, v2]], [all])).toEqual([]);
    expect(toldOf([[v2], [v1, v2]], [target])).toEqual([]);
  });

  it('is not that of another spec', () => {
    expect(toldOf([[v1, v3], [v1]], [LEADING], { historyLimit: 3 })).toEqual([]);
  });
});
