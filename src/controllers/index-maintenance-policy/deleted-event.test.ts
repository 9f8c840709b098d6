import { describe, expect, it } from 'vitest';
import { deletedEvent } from './deleted-event.ts';
import { newRun } from './run.ts';

const run = newRun(0);
const noteOf = (more: Partial<typeof run>) => deletedEvent({ ...run, ...more })[0]?.note;

describe('the Event of a run', () => {
  it('names what was deleted', () => {
    expect(noteOf({ deleted: 2, deletedNames: ['logs-1', 'logs-2'] })).toBe(
      'indexes deleted: 2 (logs-1, logs-2), failed: 0, not deleted because they changed: 0',
    );
  });

  it('says how many more there were than it can name', () => {
    expect(noteOf({ deleted: 12, deletedNames: ['a', 'b'], failed: 1 })).toBe(
      'indexes deleted: 12 (a, b and 10 more), failed: 1, not deleted because they changed: 0',
    );
  });

  it('says how much of the plan was not deleted because it had changed: nothing has failed', () => {
    const [event] = deletedEvent({ ...run, deleted: 8, dropped: 2 });
    expect(event).toMatchObject({
      type: 'Normal',
      note: 'indexes deleted: 8, failed: 0, not deleted because they changed: 2',
    });
    expect(deletedEvent({ ...run, dropped: 2 })).toHaveLength(1);
    expect(deletedEvent({ ...run, failed: 1 })).toMatchObject([{ type: 'Warning' }]);
  });

  it('fits into a note, however long the names are', () => {
    const deletedNames = Array.from({ length: 10 }, (_, at) => `${at}${'ö'.repeat(127)}`);
    const note = noteOf({ deleted: 100_000, failed: 100_000, dropped: 100_000, deletedNames }) ?? '';
    expect(new TextEncoder().encode(note).length).toBeLessThanOrEqual(1_024);
    expect(note).toMatch(/ö and 99997 more\), failed: 100000, not deleted because they changed: 100000$/u);
  });

  it('is told without names by a run of an older operator, and not where nothing was to be deleted', () => {
    expect(noteOf({ deleted: 3 })).toMatch(/^indexes deleted: 3, failed: 0,/u);
    expect(deletedEvent({ ...run, failed: 1, aliasesFailed: 1 })).toEqual([]);
  });
});
