import { describe, expect, it } from 'vitest';
import { indexOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { AliasChange } from './alias-changes.ts';
import { aliasedWith, aliasesEvent } from './aliases-event.ts';
import { counting, newRun } from './run.ts';

const START = Date.parse('2016-03-01T00:30:00Z');
const SLOT = Date.parse('2016-03-02T00:00:00Z');

const add = (alias: string): AliasChange => ({ type: 'Add', index: 'i', uuid: 'u', alias, definition: {} });
const remove = (alias: string): AliasChange => ({ type: 'Remove', index: 'i', uuid: 'u', alias });

const seen = seenOf([indexOf('logs-1')]);

/** A policy in whose run these were made. */
function changed(...changes: readonly AliasChange[]): PolicyLife {
  const life = new PolicyLife([{ name: 'a', pattern: 'logs-*', aliases: [{ name: 'logs' }] }], {
    schedule: '@daily',
  });
  life.pass(seen, START);
  life.pass(seen, SLOT);
  life.aliased();
  const status = counting((run) => aliasedWith(run, changes))(life.status);
  life.policy = { ...life.policy, status };
  return life;
}

describe('the Event of aliases', () => {
  it('tells once, at the end of the run, how many memberships of which aliases were changed', () => {
    const life = changed(add('logs'), remove('logs'), remove('logs-2d'));
    expect(life.pass(seen, SLOT + 1_000).events).toEqual([
      {
        type: 'Normal',
        reason: 'AliasesChanged',
        action: 'ChangeAliases',
        note: 'memberships of aliases added or corrected: 1, removed: 2 (logs, logs-2d)',
      },
    ]);
    expect(life.pass(seen, SLOT + 2_000).events).toEqual([]);
  });

  it('is not told where nothing was changed', () => {
    expect(changed().pass(seen, SLOT + 1_000).events).toEqual([]);
  });

  it('names few aliases, and fits into a note', () => {
    const names = Array.from({ length: 12 }, (_, at) => `${at}${'x'.repeat(253)}`);
    const run = { ...newRun(0), ...aliasedWith(newRun(0), names.map(add)), aliasesRemoved: 1_000_000 };
    const note = aliasesEvent(run)[0]?.note ?? '';
    expect(note).toMatch(/: 12, removed: 1000000 \(0x+, 1x+, 2x+ and others\)$/);
    expect(note.length).toBeLessThanOrEqual(1_024);
    expect(run.aliasesChanged).toEqual(names.slice(0, 10));
  });

  it('is told without names by a run of an older operator', () => {
    const note = 'memberships of aliases added or corrected: 2, removed: 0';
    expect(aliasesEvent({ ...newRun(0), aliasesAdded: 2 })).toMatchObject([{ note }]);
  });

  it('has its names from the last run, and those of earlier ones are not kept', () => {
    const life = changed(add('logs'));
    life.pass(seen, SLOT + 1_000);
    expect(life.status.lastRun?.aliasesChanged).toEqual(['logs']);
    life.annotate({ 'es-steward.dev/run-now': 'again' });
    life.pass(seen, SLOT + 2_000);
    life.aliased();
    life.pass(seen, SLOT + 3_000);
    expect(life.status.history).toMatchObject([{ aliasesAdded: 1 }]);
    expect(life.status.history?.[0]).not.toHaveProperty('aliasesChanged');
  });
});
