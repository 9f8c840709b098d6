import { describe, expect, it } from 'vitest';
import { condition, NOW, request } from '../../test/support/plugin-objects.ts';
import { refusalOf, rollbackLines } from './rollback-lines.ts';

const open = {
  phase: 'RollbackWindow',
  rollbackUntil: '2026-11-26T12:00:00Z',
  aliasesMoved: ['orders'],
  source: { index: 'orders-v1' },
} as const;

describe('a rollback', () => {
  it.each([
    ['RollbackWindow', '2026-11-26T12:00:00Z', undefined],
    ['RollbackWindow', '2026-11-25T11:00:00Z', undefined],
    ['Completed', undefined, /window is over/],
    ['RolledBack', undefined, /already/],
    ['Failed', undefined, /moved no alias/],
    ['Copying', undefined, /spec\.cancel/],
  ] as const)('in phase %s until %s: %s', (phase, rollbackUntil, reason) => {
    const status = { phase, aliasesMoved: ['orders'], ...(rollbackUntil && { rollbackUntil }) };
    expect(refusalOf(request(status).resource) ?? '').toMatch(reason ?? /^$/);
  });

  it.each([
    ['SourceGone', /old index was deleted/],
    ['DestinationGone', /new index was deleted/],
    ['AliasesGone', /moved on/],
  ] as const)('whose window was ended by %s says so', (rollbackEnded, reason) => {
    const status = { phase: 'Completed', aliasesMoved: ['orders'], rollbackEnded } as const;
    expect(refusalOf(request(status).resource)).toMatch(reason);
  });

  it('is not judged by a status that is lost: its aliases may have moved', () => {
    const lost = refusalOf(request({ observedGeneration: -1 }).resource);
    expect(lost).toMatch(/operator has not looked at it yet/);
    expect(lost).not.toMatch(/Pending|cancel/);
    const conditions = [condition('Ready', 'False', 'ConnectionNotReady')];
    expect(refusalOf(request({ observedGeneration: 1, conditions }).resource)).toMatch(/ConnectionNotReady/);
  });

  it.each(['Pending', 'Copying', 'Failed', 'Cancelled', 'Completed'] as const)(
    'of a series in phase %s says that what is done stays',
    (phase) => {
      const series = { source: { series: 'a-{date:yyyy}' }, destination: { series: 'b-{date:yyyy}' } };
      const { resource } = request({ phase, series: { total: 3, completed: 1 } }, series);
      expect(refusalOf(resource)).toMatch(/series has no rollback window.*stay where they are/);
    },
  );

  it('that has begun is no less asked for because the request was suspended', () => {
    const rollback = { asked: 'x', number: 1, blockedBefore: false };
    const { resource } = request({ ...open, rollback }, { suspend: true });
    expect(refusalOf(resource)).toBeUndefined();
  });

  it('says until when its window is open only where that is still to come', () => {
    const linesAt = (now: number) => rollbackLines(request(open).resource, false, now).join();
    expect(linesAt(NOW)).toContain('open until');
    expect(linesAt(Date.parse(open.rollbackUntil))).not.toContain('open until');
  });

  it('tells before it is asked for whether anything may be lost', () => {
    const { resource } = request({ ...open, newWrites: 12 });
    expect(rollbackLines(resource, false, NOW).join('\n')).toContain(
      'nothing moves and you are told how many',
    );
    expect(rollbackLines(resource, true, NOW).join('\n')).toMatch(/LOST.*: 12 operations/);
  });
});
