import { describe, expect, it } from 'vitest';
import { archiveBatch, indexOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import { withMoved } from './archive-steps.ts';
import { archivedEvent, archivedWith } from './archived-event.ts';
import { newRun } from './run.ts';

const START = Date.parse('2026-03-01T00:30:00Z');
const SLOT = Date.parse('2026-03-02T00:00:00Z');

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const seen = (documents: number) =>
  seenOf([indexOf('docs-1')], {
    archive: new Map([
      [
        'a',
        {
          documents: new Map([['uuid-of-docs-1', documents]]),
          types: new Map([['docs-1', 'date']]),
          unread: new Map(),
        },
      ],
    ]),
  });

const batchOf = (index: string, year: number) => ({
  ...archiveBatch,
  index,
  uuid: `uuid-of-${index}`,
  destination: `archive-${year}`,
});

/** A policy in whose run these have moved, two documents each. */
function moved(...batches: readonly ReturnType<typeof batchOf>[]): PolicyLife {
  const life = new PolicyLife([{ name: 'a', pattern: 'docs-*', archive }], { schedule: '@daily' });
  life.pass(seen(0), START);
  life.pass(seen(5), SLOT);
  const status = batches.reduce((before, batch) => withMoved(before, batch, 2), life.status);
  life.policy = { ...life.policy, status };
  return life;
}

describe('the Event of an archival', () => {
  it('tells once, at the end of the run, how much went from how many indexes to which archives', () => {
    const life = moved(batchOf('docs-1', 2015), batchOf('docs-1', 2016), batchOf('docs-2', 2016));
    expect(life.pass(seen(5), SLOT + 1_000).events ?? []).toEqual([]);
    expect(life.pass(seen(0), SLOT + 2_000).events).toEqual([
      {
        type: 'Normal',
        reason: 'DocumentsArchived',
        action: 'Archive',
        note: 'documents archived: 6 from 2 indexes to archive-2015, archive-2016',
      },
    ]);
    expect(life.pass(seen(0), SLOT + 3_000).events).toEqual([]);
  });

  it('names few archives, and fits into a note', () => {
    const run = Array.from({ length: 12 }, (_, at) => ({
      ...batchOf('docs-1', at),
      destination: `${at}${'x'.repeat(253)}`,
    })).reduce((before, batch) => ({ ...before, ...archivedWith(before, batch, 1_000_000_000) }), newRun(0));
    const note = archivedEvent(run)[0]?.note ?? '';
    expect(note).toMatch(/^documents archived: 12000000000 from 1 index to 0x+, 1x+, 2x+ and others$/);
    expect(note.length).toBeLessThanOrEqual(1_024);
    expect([run.archivedFrom?.length, run.archivedTo?.length]).toEqual([8, 10]);
  });

  it('is not told where nothing has moved, and without names by a run of an older operator', () => {
    expect(moved().pass(seen(0), SLOT + 1_000).events).toEqual([]);
    expect(archivedEvent({ ...newRun(0), archived: 3 })).toMatchObject([{ note: 'documents archived: 3' }]);
  });
});

describe('what a run notes for it', () => {
  it('stays in status only as far as people read it: the archives, of the last run', () => {
    const life = moved(batchOf('docs-1', 2016));
    life.pass(seen(0), SLOT + 1_000);
    expect(life.status.lastRun).toMatchObject({ archived: 2, archivedTo: ['archive-2016'] });
    expect(life.status.lastRun).not.toHaveProperty('archivedFrom');
    life.annotate({ 'es-steward.dev/run-now': 'again' });
    life.pass(seen(0), SLOT + 2_000);
    expect(life.status.history).toMatchObject([{ archived: 2 }]);
    expect(life.status.history?.[0]).not.toHaveProperty('archivedTo');
  });
});
