import { describe, expect, it } from 'vitest';
import { condition, NOW, policy, policyPlan as plan, request } from '../../test/support/plugin-objects.ts';
import { plain } from './paint.ts';
import { type Planned, planLines } from './plan-lines.ts';

const run = {
  time: '2026-11-25T11:00:00Z',
  deleted: 0,
  failed: 0,
  dropped: 0,
  aliasesAdded: 0,
  aliasesRemoved: 0,
};
const shown = (one: Planned): readonly string[] | undefined => planLines(one, NOW, plain);

describe('the plan of a policy', () => {
  it('says what goes, what stays and why, and the hash', () => {
    expect(shown(policy({ plan, matched: 120, nextRunTime: '2026-11-25T15:00:00Z' }))).toEqual([
      'Plan 3f9a0c1d2e4b5a69 of imp/logs, made 3m ago, compared with the cluster 30s ago.',
      'It is carried out at 2026-11-25T15:00:00Z (in 3h).',
      '',
      'Deletes 3 of 120 indexes, 1.2 GiB and 1,203,000 documents in primary shards:',
      '  logs-1',
      '  logs-2',
      '  and 1 more, all younger: status holds the first 2',
      '',
      'Changes aliases: 2 added or corrected, 1 removed, of',
      '  logs, logs-today',
      '',
      'Keeps 117 indexes:',
      '  116   Young        younger than maxAge',
      '  1     WriteIndex   the write index of an alias',
      '',
      'Needs a look (too old but held back, or not readable):',
      '  logs-0   WriteIndex   the write index of an alias',
    ]);
  });

  it.each([
    ['nothing comes of a dry run', policy({ plan }, { mode: 'DryRun' }), /DryRun: nothing is done/],
    ['it is suspended', policy({ plan }, { suspend: true }), /suspended: nothing is done/],
    [
      'it waits',
      policy({ plan, conditions: [condition('ApprovalRequired', 'True', 'WaitingForApproval')] }),
      /waits for approval/,
    ],
    [
      'more would be deleted than it may, and nobody is asked',
      policy({
        plan,
        conditions: [
          condition('Ready', 'False', 'LimitExceeded', '3 indexes would be deleted and 2 are allowed.'),
          condition('Stalled', 'True', 'LimitExceeded'),
        ],
      }),
      /^LimitExceeded: 3 indexes would be deleted and 2 are allowed\.$/,
    ],
    [
      'the operator is paused in the middle of it',
      policy({ plan, run, conditions: [condition('Ready', 'False', 'Paused', 'The operator is paused.')] }),
      /^Paused: The operator is paused\.$/,
    ],
  ])('says when %s', (_, one, words) => {
    expect(shown(one)?.[1]).toMatch(words);
  });

  const unready = (reason: string) => policy({ plan, conditions: [condition('Ready', 'False', reason)] });

  it.each(['Conflict', 'ClockSkew', 'NotGranted', 'ConnectionNotReady', 'WaitingForTurn'])(
    'promises no time while %s is in the way',
    (reason) => {
      expect(shown(unready(reason))?.[1]).toBe(`${reason}: ${reason} it is.`);
    },
  );

  it.each(['ActionFailed', 'SnapshotMissing', 'ArchivalHindered'])('goes on in spite of %s', (reason) => {
    expect(shown(unready(reason))?.[1]).toMatch(/^It is carried out only when you ask for a run /);
  });

  it('is absent before the first look', () => {
    expect(shown(policy())).toBeUndefined();
  });
});

describe('the plan of a copy', () => {
  const copyPlan = {
    hash: 'd9c51459b6bf9923',
    specHash: 's',
    sourceUuid: 'u',
    aliases: [{ name: 'orders', definition: { filter: { term: { open: true } } } }],
    blockedBefore: false,
    sequenceNumbers: true,
    createdTime: '2026-11-25T11:00:00Z',
    shards: 2,
    notes: ['A note.'],
  };

  it.each([
    ['Online', /now Copying, approval is asked for before the aliases move\.$/],
    ['CopyOnly', /now Copying\.$/],
  ])('says whether approval is still to be asked for: %s', (writeMode, words) => {
    const status = { phase: 'Copying' as const, plan: copyPlan };
    expect(shown(request(status, { approval: 'BeforeCutover', writeMode }))?.[0]).toMatch(words);
  });

  it('says what is copied, what writers see, what is proven, which aliases move and what comes after', () => {
    const status = {
      phase: 'Planned' as const,
      plan: copyPlan,
      source: { index: 'orders-v1', documents: 60_000, bytes: 2_831_155 },
    };
    expect(shown(request(status, { dryRun: true, sourceAfter: { policy: 'Delete' } }))).toEqual([
      'Plan d9c51459b6bf9923 of reindex/orders-v2, made 60m ago; a dry run, nothing was changed.',
      '',
      'Copies       orders-v1 to orders-v2 (60,000 documents, 2.7 MiB, 2 shards)',
      'Writers      go on; writes are blocked for about a second while the aliases move',
      'Proof        both indexes hold the same number of documents',
      'Afterwards   the aliases can move back for 24h, then the source is DELETED',
      '',
      'Moves 1 alias, in one call:',
      '  orders   {"filter":{"term":{"open":true}}}',
      '',
      'Notes',
      '  A note.',
    ]);
  });

  const after = (spec: object, aliases = copyPlan.aliases): string | undefined =>
    shown(request({ plan: { ...copyPlan, aliases } }, spec))
      ?.find((line) => line.startsWith('Afterwards'))
      ?.replace(/^Afterwards +/, '');
  const sourceAfter = { policy: 'Delete' };
  const series = { source: { series: 'a-{date:yyyy}' }, destination: { series: 'b-{date:yyyy}' } };
  const some = { move: 'Listed', names: ['orders'] };

  it.each<[string, string, object]>([
    ['a window', 'the aliases can move back for 24h, then the source stays, without aliases', {}],
    ...['0s', '0m', '0h', '0d', '0h0m'].map((rollbackWindow): [string, string, object] => [
      `a window of ${rollbackWindow}`,
      'the source is DELETED',
      { sourceAfter: { ...sourceAfter, rollbackWindow } },
    ]),
    ['a series', 'the source stays, without aliases; a series has no way back', series],
    [
      'a series that is deleted',
      'the source is DELETED; a series has no way back',
      { ...series, sourceAfter, approval: 'BeforeCutover' },
    ],
    [
      'aliases that are listed',
      'unless an alias stays on the source: the aliases can move back for 24h, then the source is DELETED',
      { aliases: some, sourceAfter },
    ],
  ])('promises only the way back that there is: %s', (_, words, spec) => {
    expect(after(spec)).toBe(words);
  });

  it('promises neither a way back nor a deletion where no alias moves', () => {
    expect(after({ aliases: { move: 'None' } }, [])).toBe('the source stays as it is');
    expect(after({ aliases: { move: 'None' }, sourceAfter }, [])).toBe(
      'the source stays as it is: it is not deleted, as no alias moves away from it',
    );
  });

  it('promises no proof and no way back where there is none', () => {
    const lines = shown(request({ plan: { ...copyPlan, aliases: [] } }, { writeMode: 'CopyOnly' }))?.join(
      '\n',
    );
    expect(lines).toContain('none: CopyOnly proves nothing');
    expect(lines).toContain('Moves no alias.');
    expect(lines).not.toContain('move back');
  });
});
