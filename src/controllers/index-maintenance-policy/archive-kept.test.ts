import { describe, expect, it } from 'vitest';
import { indexOf, seenOf, type SpecPart } from '../../../test/support/maintenance-facts.ts';
import { PolicyLife } from '../../../test/support/maintenance-life.ts';
import type { ArchiveFacts, Surroundings } from './observed.ts';

const START = Date.parse('2026-03-01T00:30:00Z');
const SLOT = Date.parse('2026-03-02T00:00:00Z');
const MINUTE = 60_000;

const archive = { olderThan: '1825d', field: 'date', destination: 'archive-{date:yyyy}' };
const target = { name: 'a', pattern: 'docs-*', archive };
const RED = { health: 'red' } as const;

interface World {
  readonly around?: Partial<Surroundings>;
  readonly closed?: boolean;
  readonly types?: ReadonlyMap<string, string>;
  readonly unread?: ArchiveFacts['unread'];
  readonly documents?: number;
  /** Further indexes, without documents that are old enough. */
  readonly more?: readonly string[];
}

function seen({ around = {}, closed = false, types, unread, documents = 5, more = [] }: World = {}) {
  const facts: ArchiveFacts = {
    documents: new Map([['uuid-of-docs-1', documents]]),
    types: types ?? new Map([['docs-1', 'date']]),
    unread: unread ?? new Map(),
  };
  const indices = [indexOf('docs-1', { closed }), ...more.map((name) => indexOf(name))];
  return seenOf(indices, { around, archive: new Map([['a', facts]]) });
}

/** A policy whose run of the night has come to an end in this world. */
function after(world: World, more: SpecPart = {}, part: SpecPart = {}): PolicyLife {
  const life = new PolicyLife([{ ...target, ...part }], { schedule: '@daily', ...more });
  life.pass(seen(world), START);
  life.pass(seen(world), SLOT);
  return life;
}

describe('documents that something holds back which passes', () => {
  it('are told, and made up for as soon as it has passed', () => {
    const life = after({ around: RED });
    expect(life.last?.ready).toMatchObject({ type: 'ready', reason: 'Maintained' });
    expect(life.last?.ready.message).toContain(
      'documents of indexes that are temporarily held back (ClusterUnhealthy 1): they are archived within',
    );
    expect(life.status.plan?.retryUntilTime).toBe('2026-03-02T01:00:00Z');
    expect(life.due(SLOT + 5 * MINUTE).type).toBe('Retry');
    const looked = life.pass(seen({ around: RED }), SLOT + 5 * MINUTE);
    expect([looked.actions ?? [], life.status.run]).toEqual([[], undefined]);
    const step = life.pass(seen(), SLOT + 10 * MINUTE);
    expect(step.actions).toMatchObject([{ type: 'ChooseDocuments', index: 'docs-1' }]);
  });

  it('wait for the next slot after the starting deadline', () => {
    const life = after({ around: RED });
    life.pass(seen({ around: RED }), SLOT + 58 * MINUTE);
    expect(life.due(SLOT + 63 * MINUTE).type).toBe('Nothing');
  });

  const copied = { reindexedByOthers: new Set(['docs-1']), reindexed: new Set(['docs-1']) };
  const types = new Map(['docs-1', 'docs-2', 'docs-3', 'docs-4'].map((name) => [name, 'date']));
  const DELETING = { retention: { maxAge: '1d' } };

  describe('keep a run going, which deletes what it began with and no more (S4)', () => {
    const begun = () => {
      const life = new PolicyLife([{ ...target, ...DELETING }], { deletion: { maxDeletes: 2 } });
      const world = { types, more: ['docs-2'] };
      for (const at of [START, SLOT]) life.pass(seen(world), at);
      expect(life.status.plan?.batch).toMatchObject([{ name: 'docs-2' }]);
      return life;
    };
    const MOVES = [{ type: 'ChooseDocuments', index: 'docs-1' }];
    const goesOn = (life: PolicyLife, more: readonly string[]) => {
      for (let second = 0; second < 3; second += 1) {
        const step = life.pass(seen({ types, more }), SLOT + second * 1_000);
        expect([step.actions, life.status.plan?.batch]).toMatchObject([MOVES, undefined]);
      }
      life.pass(seen({ types, more, documents: 0 }), SLOT + MINUTE);
    };

    it('also when another one expires meanwhile', () => {
      const life = begun();
      life.deleted(1);
      goesOn(life, ['docs-3']);
      expect(life.status).toMatchObject({
        lastRun: { deleted: 1, dropped: 0 },
        plan: { deletes: { count: 2 } },
      });
    });

    it('and comes to what it could not delete only once', () => {
      const life = begun();
      life.deleted(0, 1);
      goesOn(life, ['docs-2']);
      expect(life.status).toMatchObject({
        lastRun: { deleted: 0, failed: 1 },
        plan: { deletes: { count: 2 } },
      });
      // The next one comes to it again.
      life.annotate({ 'es-steward.dev/run-now': 'again' });
      life.pass(seen({ types, more: ['docs-2'], documents: 0 }), SLOT + 2 * MINUTE);
      expect(life.status.plan?.batch).toMatchObject([{ name: 'docs-1' }, { name: 'docs-2' }]);
    });
  });

  it('do not wait for the approval of a plan, and nothing is deleted with them (S4)', () => {
    const world = { types, more: ['docs-2', 'docs-3'] };
    const life = after({ ...world, around: copied }, { deletion: { maxDeletes: 1 } }, DELETING);
    expect(life.last?.ready.reason).toBe('ApprovalRequired');
    const step = life.pass(seen(world), SLOT + 5 * MINUTE);
    expect([step.actions, life.status.plan?.batch]).toMatchObject([
      [{ type: 'ChooseDocuments', index: 'docs-1' }],
      undefined,
    ]);
  });

  it('wait where a run would delete more than the cap of the last one leaves (S4)', () => {
    const life = after(
      { types, around: copied, more: ['docs-2'] },
      { deletion: { maxDeletes: 2 } },
      DELETING,
    );
    life.deleted(1);
    life.pass(seen({ types, around: copied }), SLOT + MINUTE);
    expect(life.status.lastRun?.deleted).toBe(1);
    life.pass(seen({ types, more: ['docs-3', 'docs-4'] }), SLOT + 6 * MINUTE);
    expect([life.status.run, life.status.plan?.batch]).toEqual([undefined, undefined]);
  });

  it('are not come to again when the last run has given them up', () => {
    const life = after({ around: RED });
    const held = [{ index: 'docs-1', reason: 'IdTaken', documents: 5 }];
    life.policy = { ...life.policy, status: { ...life.status, archive: { documents: 0, held } } };
    life.pass(seen(), SLOT + 5 * MINUTE);
    expect(life.status.run).toBeUndefined();
  });
});

describe('an index of which nobody can tell what to archive', () => {
  it.each<[string, World]>([
    ['FieldMissing', { types: new Map() }],
    ['FieldNotDate', { types: new Map([['docs-1', 'keyword']]) }],
    ['Closed', { closed: true }],
    ['IndexUnhealthy', { unread: new Map([['docs-1', 'IndexUnhealthy']]) }],
    ['ArchivalRefused', { unread: new Map([['docs-1', 'ArchivalRefused']]) }],
  ])('keeps the policy from being ready, by name: %s', (reason, world) => {
    const life = after({ ...world, documents: 0 });
    expect(life.last?.ready).toMatchObject({ type: 'reconciling', reason: 'ActionFailed' });
    expect(life.last?.ready.message).toContain(`documents of docs-1 are to be archived (${reason})`);
    expect(life.status).toMatchObject({
      consecutiveFailures: 1,
      archive: { held: [{ index: 'docs-1', reason }] },
      plan: { held: [{ index: 'docs-1', reason }], archive: { kept: [{ reason, count: 1 }] } },
    });
    life.pass(seen({ documents: 0 }), SLOT + 24 * 60 * MINUTE);
    expect([life.last?.ready.reason, life.status.archive?.held]).toEqual(['Maintained', []]);
  });
});

describe('documents of an index that is guarded', () => {
  it('stay, and that is no failure', () => {
    const protects = (name: string) => name === 'docs-1';
    const life = after({ around: { protects } });
    expect(life.last?.ready).toMatchObject({ type: 'ready', reason: 'Maintained' });
    expect(life.status.plan?.held).toEqual([{ index: 'docs-1', reason: 'Protected' }]);
  });
});
