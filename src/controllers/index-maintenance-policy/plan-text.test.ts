import { describe, expect, it } from 'vitest';
import { indexOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';

const START = Date.parse('2026-03-01T00:30:00Z');
const SLOT = Date.parse('2026-03-02T00:00:00Z');

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const target = { name: 'docs', pattern: 'docs-*', archive };
const logs = { name: 'logs', pattern: 'logs-*', retention: { maxAge: '7d' } };

function seen(documents: number, expired: readonly string[] = []) {
  const facts = {
    documents: new Map([['uuid-of-docs-1', documents]]),
    types: new Map([['docs-1', 'date']]),
    unread: new Map(),
  };
  return seenOf(
    ['docs-1', ...expired].map((name) => indexOf(name)),
    { archive: new Map([['docs', facts]]) },
  );
}

describe('a plan', () => {
  const planned = (documents: number) =>
    new PolicyLife([target], { mode: 'DryRun' }).pass(seen(documents), START).ready.message;

  it('says how many documents would be archived', () => {
    expect(planned(300)).toBe(
      '0 indexes would be deleted, 300 documents would be archived and 0 memberships of aliases would change; mode DryRun changes nothing',
    );
    expect(planned(1)).toContain(' 1 document would be archived ');
  });

  it('does not speak of an archival that has nothing to do', () => {
    expect(planned(0)).toBe(
      '0 indexes would be deleted and 0 memberships of aliases would change; mode DryRun changes nothing',
    );
  });
});

describe('after a run', () => {
  const ran = (documents: number, expired: readonly string[]) => {
    const life = new PolicyLife([target, logs], { schedule: '@daily' });
    life.pass(seen(0), START);
    life.pass(seen(0), SLOT);
    // A new look, as after another spec: what has come up since waits for the next run.
    life.change({ historyLimit: 5 });
    return life.pass(seen(documents, expired), SLOT + 1_000).ready;
  };

  it.each<[number, readonly string[], string]>([
    [0, [], 'the last run did everything that was due'],
    [0, ['logs-1'], '1 index would be deleted at the next time of the schedule'],
    [
      300,
      [],
      '300 documents would be archived at the next time of the schedule; the last run did everything else that was due',
    ],
    [
      1,
      ['logs-1', 'logs-2'],
      '2 indexes would be deleted and 1 document would be archived at the next time of the schedule',
    ],
  ])('%i documents and the indexes %j that are due are told', (documents, expired, message) => {
    expect(ran(documents, expired)).toMatchObject({ type: 'ready', reason: 'Maintained', message });
  });
});
