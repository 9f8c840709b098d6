import { describe, expect, it } from 'vitest';
import { archiveBatch, indexOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import { settingAside } from './archive-hindered.ts';
import { withBatchEnded } from './archive-left.ts';
import { passing, withArchiveBatch } from './archive-steps.ts';
import type { Status } from './observed.ts';

const START = Date.parse('2026-03-01T00:30:00Z');
const SLOT = Date.parse('2026-03-02T00:00:00Z');
const MINUTE = 60_000;

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const batch = { ...archiveBatch, documents: 'abcdefghijklmnop' };

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

const written = (life: PolicyLife, status: Status) => {
  life.policy = { ...life.policy, status };
};

/** In the run of the night, whose only batch was set aside. */
function aside(due: number): PolicyLife {
  const life = new PolicyLife([{ name: 'a', pattern: 'docs-*', archive }], { schedule: '@daily' });
  life.pass(seen(0), START);
  life.pass(seen(7), SLOT);
  const begun = withArchiveBatch(life.status, { ...batch, due });
  written(life, settingAside(begun, { ...batch, due }, 'WriteBlocked', SLOT));
  return life;
}

/** The same once the run is over. */
function left(due: number, old = due): PolicyLife {
  const life = aside(due);
  life.pass(seen(old), SLOT + 1_000);
  return life;
}

const failing = { reason: 'IdTaken', failed: 1, left: 1 };

function ended(life: PolicyLife, moved: number, now = SLOT + 5 * MINUTE): void {
  const passOver = (status: Status) => (moved === 2 ? status : passing(status, batch, failing));
  written(life, withBatchEnded(life.status, batch, { moved, now }, passOver));
}

describe('documents whose batch is hindered', () => {
  it.each([
    [7, 7, 7],
    [7, 9, 9],
    // A closed index tells nothing.
    [7, 0, 7],
    [0, 0, 2],
  ])('have stayed with all others of their index when the run ends: %i, or %i, are %i', (due, old, all) => {
    const { status } = left(due, old);
    expect(status).toMatchObject({
      lastRun: { notArchived: all },
      consecutiveFailures: 1,
      archive: { held: [{ index: 'docs-1', reason: 'WriteBlocked', documents: all }] },
    });
  });

  it('are named once in the plan', () => {
    const life = left(7);
    life.pass(seen(7), SLOT + 2 * MINUTE);
    expect(life.status.plan?.held).toEqual([{ index: 'docs-1', reason: 'WriteBlocked' }]);
  });

  it('count for the run as soon as they have moved, which may have done everything by that', () => {
    const life = left(2);
    ended(life, 2);
    expect(life.status).toMatchObject({
      lastRun: { archived: 2, notArchived: 0 },
      consecutiveFailures: 0,
      lastSuccessfulTime: '2026-03-02T00:05:00Z',
      archive: { documents: 2, held: [] },
    });
    const { ready } = life.pass(seen(0), SLOT + 5 * MINUTE);
    expect([ready.type, ready.reason]).toEqual(['ready', 'Maintained']);
  });

  it('leave those behind that were to follow them, which are told by name', () => {
    const life = left(7);
    ended(life, 2);
    expect(life.status).toMatchObject({ lastRun: { archived: 2, notArchived: 5 }, consecutiveFailures: 1 });
    const { ready } = life.pass(seen(5), SLOT + 5 * MINUTE);
    expect(ready.reason).toBe('ActionFailed');
    expect(ready.message).toContain('could not archive 5 documents, such as those of docs-1 (WriteBlocked)');
  });

  it('are not counted twice where they stay after all', () => {
    const life = left(7);
    ended(life, 1);
    expect(life.status).toMatchObject({
      lastRun: { archived: 1, notArchived: 6 },
      archive: { held: [{ documents: 6 }] },
    });
  });

  it('leave nothing behind in a run that goes on with their index', () => {
    const life = aside(7);
    ended(life, 2);
    expect([life.status.run?.archived, life.status.run?.notArchived]).toEqual([2, undefined]);
    const { actions } = life.pass(seen(5), SLOT + 5 * MINUTE);
    expect(actions).toMatchObject([{ type: 'ChooseDocuments', index: 'docs-1' }]);
  });

  it('fail the runs that follow, too, until they have moved', () => {
    const life = left(7);
    const next = SLOT + 24 * 60 * MINUTE;
    written(life, settingAside(life.status, { ...batch, due: 7 }, 'WriteBlocked', next));
    life.pass(seen(7), next);
    expect(life.status).toMatchObject({ lastRun: { notArchived: 7 }, consecutiveFailures: 2 });
    ended(life, 2);
    expect(life.status).toMatchObject({ lastRun: { archived: 2, notArchived: 5 }, consecutiveFailures: 2 });
  });
});
