import { describe, expect, it } from 'vitest';
import {
  archiveBatch,
  indexOf,
  policyOf,
  seenOf,
  type SpecPart,
} from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { batchNow, hasRoom, settingAside, withoutArchiveBatch } from './archive-hindered.ts';
import { decide } from './decide.ts';
import { dueOf } from './due.ts';
import { specHashOf } from './plan.ts';

const NOW = Date.parse('2026-03-01T00:30:00Z');
const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const targets = ['docs', 'logs'].map((name) => ({ name, pattern: `${name}-*`, archive }));
const INDICES = ['docs-1', 'logs-1'].map((name) => indexOf(name));
const seen = seenOf(INDICES, {
  archive: new Map(
    INDICES.map(({ name, uuid }) => [
      name.slice(0, 4),
      { documents: new Map([[uuid, 5]]), types: new Map([[name, 'date']]), unread: new Map() },
    ]),
  ),
});

const batch = { ...archiveBatch, target: 'docs', documents: 'abcdefghijklmnop' };

/** In a run whose first batch was set aside a moment ago. */
function hindered(metadata: SpecPart = {}): IndexMaintenancePolicy {
  const policy = policyOf(targets, {}, { metadata: { ...policyOf(targets).metadata, ...metadata } });
  const { plan } = decide(policy, seen, NOW).status;
  const counts = { deleted: 0, failed: 0, dropped: 0, aliasesAdded: 0, aliasesRemoved: 0 };
  const run = { time: '2026-03-01T00:20:00Z', ...counts };
  const lastSlotTime = '2026-03-01T00:10:00Z';
  const status = { plan, run, lastSlotTime, archive: { documents: 0, held: [], batch } };
  return { ...policy, status: settingAside(status, batch, 'WriteBlocked', NOW) };
}

describe('a batch that is hindered', () => {
  it('is told, and left aside', () => {
    const { status = {} } = hindered();
    expect(status.archive?.batch).toBeUndefined();
    expect(status.archive?.hindered).toMatchObject([{ id: '1', reason: 'WriteBlocked' }]);
    const again = settingAside(status, batch, 'Closed', NOW + 1_000);
    expect(again.archive?.hindered?.map(({ reason }) => reason)).toEqual(['Closed']);
  });

  it('keeps its own index, and nothing else of its policy', () => {
    const step = decide(hindered(), seen, NOW);
    expect(step.actions).toMatchObject([{ type: 'ChooseDocuments', index: 'logs-1' }]);
  });

  it('makes the policy not ready once the run is over, and holds it', () => {
    const quiet = { ...seen, archive: new Map() };
    const step = decide(hindered(), quiet, NOW);
    expect([step.ready.reason, step.holds, step.next]).toEqual(['ArchivalHindered', true, 60_000]);
    expect(step.ready.message).toContain('docs-1 to archive-2016');
    expect(step.status).toMatchObject({
      plan: { held: [{ index: 'docs-1', reason: 'WriteBlocked' }] },
      lastRun: { notArchived: 2 },
    });
  });

  it('is tried again after a minute, in a run or out of it, and at once when the policy goes', () => {
    const policy = hindered();
    expect(dueOf(policy, NOW + 59_000).type).toBe('Continue');
    expect(dueOf(policy, NOW + 60_000).type).toBe('ArchiveBatch');
    const step = decide(policy, { type: 'archiveBatch', rivals: [] }, NOW + 60_000);
    expect(step).toMatchObject({ actions: [{ type: 'MoveDocuments', batch: { id: '1' } }], holds: true });
    const leaving = hindered({ deletionTimestamp: '2026-03-01T00:30:00Z' });
    expect(dueOf(leaving, NOW).type).toBe('ArchiveBatch');
  });

  it('waits with a policy that is suspended', () => {
    const policy = hindered();
    const suspended = { ...policy, spec: { ...policy.spec, suspend: true } };
    expect(dueOf(suspended, NOW + 60_000).type).not.toBe('ArchiveBatch');
    const step = decide(suspended, seen, NOW + 60_000);
    expect([step.ready.reason, step.holds]).toEqual(['Suspended', true]);
    expect(step.ready.message).toContain('from docs-1 to archive-2016 is unfinished');
    const metadata = { ...policy.metadata, deletionTimestamp: '2026-03-01T00:30:00Z' };
    expect(dueOf({ ...suspended, metadata }, NOW).type).toBe('ArchiveBatch');
  });

  it('goes by its own id, and a fifth one finds no room', () => {
    const { status = {} } = hindered();
    const other = { ...batch, id: '2', index: 'logs-1' };
    const both = settingAside(
      { ...status, archive: { documents: 0, held: [], ...status.archive, batch: other } },
      other,
      'Closed',
      NOW,
    );
    expect(both.archive?.hindered?.map(({ id }) => id)).toEqual(['1', '2']);
    expect(withoutArchiveBatch(both, '1').archive?.hindered).toMatchObject([{ id: '2' }]);
    expect(withoutArchiveBatch(withoutArchiveBatch(both, '1'), '2').archive).toEqual({
      documents: 0,
      held: [],
    });
    const full = ['3', '4'].reduce(
      (before, id) => settingAside(before, { ...batch, id }, 'Closed', NOW),
      both,
    );
    const policyWith = (each: typeof both) => ({ ...hindered(), status: each });
    expect([hasRoom(policyWith(both)), hasRoom(policyWith(full))]).toEqual([true, false]);
  });

  it('is tried again although one more is under way that finds no room, each in its turn', () => {
    const { status = {} } = hindered();
    const setAside = (before: typeof status, id: string) =>
      settingAside(before, { ...batch, id }, 'Closed', NOW);
    const full = ['2', '3', '4'].reduce(setAside, status);
    const fifth = { ...batch, id: '5' };
    const given = (more: SpecPart = {}, before = full): IndexMaintenancePolicy => {
      const archive = { documents: 0, held: [], ...before.archive, batch: fifth };
      return { ...hindered(more), status: { ...before, archive } };
    };
    expect(batchNow(given(), NOW + 59_000)?.id).toBe('5');
    expect(batchNow(given(), NOW + 60_000)?.id).toBe('1');
    const tried = settingAside(full, { ...batch, id: '1' }, 'Closed', NOW + 60_000);
    expect(batchNow(given({}, tried), NOW + 60_000)?.id).toBe('2');
    // With room the one under way goes aside by itself, and nobody else would end it where the policy goes.
    expect(batchNow(given({}, setAside(status, '2')), NOW + 60_000)?.id).toBe('5');
    expect(batchNow(given({ deletionTimestamp: '2026-03-01T00:30:00Z' }), NOW + 60_000)?.id).toBe('5');
  });

  it('leaves the one that is under way where it is', () => {
    const status = { archive: { documents: 0, held: [], batch } };
    expect(settingAside(status, { ...batch, id: '2' }, 'Closed', NOW).archive?.batch).toEqual(batch);
    expect(specHashOf(policyOf(targets).spec)).toBe(hindered().status?.plan?.specHash);
  });
});
