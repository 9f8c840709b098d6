import { describe, expect, it } from 'vitest';
import {
  expectCancelled,
  expectCompleted,
  expectDeleted,
  expectDeletedAfterMove,
  expectFailed,
} from '../../support/crash-expectations.ts';
import { crashEverywhere, type Run, runScenario, type Scenario } from '../../support/crash-harness.ts';
import type { TracedCall } from '../../support/crash-points.ts';
import { deleteRequest, editRequest, useReindexBed } from '../../support/reindex-bed.ts';
import { unblockWrites } from '../../../src/elasticsearch/write-blocks.ts';
import { write } from '../../support/reindex-indices.ts';

const bed = await useReindexBed();

const beforeTheMove = [
  'Validating',
  'Preparing',
  'Fencing',
  'Copying',
  'Hardening',
  'Verifying',
  'CuttingOver',
];
/** So slow that tasks run whenever somebody looks. */
const slowly = { throttle: { batchSize: 5, requestsPerSecond: 6 } };

const cancel = ({ name }: Run) => editRequest(bed, name, { spec: { cancel: true } });
const remove = ({ name }: Run) => deleteRequest(bed, name);
const meddle = ({ to }: Run) => write(bed.es, to, [{ id: 'stranger', source: { n: 1 } }]);

const cancelledIn = (phase: string): Scenario => ({
  ...(phase === 'Copying' ? { spec: slowly, tasksRunOn: true } : {}),
  disturb: { phase, how: cancel },
  expect: expectCancelled,
});
const deletedIn = (phase: string): Scenario => ({
  ...(phase === 'Copying' ? { spec: slowly, tasksRunOn: true } : {}),
  disturb: { phase, how: remove },
  expect: expectDeleted,
});
/** The phases that only the default mode has. */
const beforeTheMoveOnline = ['CatchingUp', 'AwaitingApproval', 'Reconciling'];
const online = (phase: string, scenario: Scenario): Scenario => ({
  ...scenario,
  spec: { writeMode: 'Online', ...(phase === 'AwaitingApproval' ? { approval: 'BeforeCutover' } : {}) },
});
/** The destination is marked final already, and the aliases have not moved. */
const atTheLastMoment = (how: (run: Run) => Promise<void>) => ({
  phase: 'CuttingOver',
  intent: 'CutOver',
  how,
});
const cancelledLast: Scenario = { disturb: atTheLastMoment(cancel), expect: expectCancelled };
const deletedLast: Scenario = { disturb: atTheLastMoment(remove), expect: expectDeleted };
/** Somebody else lifts the block: the copy cannot be proven any more. */
const failing: Scenario = {
  disturb: {
    phase: 'Hardening',
    how: ({ from }) => unblockWrites(bed.es, from),
  },
  expect: expectFailed('SourceChanged'),
};
const meddled: Scenario = { disturb: { phase: 'Hardening', how: meddle }, expect: expectCompleted };
const failingScript: Scenario = {
  spec: { transform: { script: { source: 'if (ctx._source.n == 250) { throw new Exception("no") }' } } },
  expect: expectFailed('ScriptFailed'),
};

describe('a cancelled request (H36)', () => {
  it('does nothing when it is cancelled from the start', async () => {
    const { calls } = await runScenario(bed, { spec: { cancel: true }, expect: expectCancelled });
    expect(calls.filter(({ server, mutates }) => server === 'elasticsearch' && mutates)).toEqual([]);
  });
  it.for(beforeTheMove)('leaves nothing behind, cancelled in %s', async (phase) => {
    expect((await runScenario(bed, cancelledIn(phase))).disturbed).toBe(true);
  });
  it.for(beforeTheMoveOnline)('leaves nothing behind, cancelled in %s of an Online copy', async (phase) => {
    expect((await runScenario(bed, online(phase, cancelledIn(phase)))).disturbed).toBe(true);
  });
  it('leaves nothing behind, cancelled at the last moment before the move', async () => {
    expect((await runScenario(bed, cancelledLast)).disturbed).toBe(true);
  });
  it('completes when the aliases have moved already', async () => {
    const disturb = { phase: 'CleaningUp', how: cancel };
    expect((await runScenario(bed, { disturb, expect: expectCompleted })).disturbed).toBe(true);
  });
});

describe('a deleted request (H32)', () => {
  it.for(beforeTheMove)('lets go of everything, deleted in %s', async (phase) => {
    expect((await runScenario(bed, deletedIn(phase))).disturbed).toBe(true);
  });
  it.for(beforeTheMoveOnline)('lets go of everything, deleted in %s of an Online copy', async (phase) => {
    expect((await runScenario(bed, online(phase, deletedIn(phase)))).disturbed).toBe(true);
  });
  it('leaves a copy that is not final, deleted at the last moment before the move', async () => {
    expect((await runScenario(bed, deletedLast)).disturbed).toBe(true);
  });
  it('finishes what cannot be taken back, deleted in CleaningUp', async () => {
    const disturb = { phase: 'CleaningUp', how: remove };
    expect((await runScenario(bed, { disturb, expect: expectDeletedAfterMove })).disturbed).toBe(true);
  });
});

describe('a failed request', () => {
  it('gives the source back when a script fails on one document (H10)', async () => {
    const { calls } = await runScenario(bed, failingScript);
    expect(calls.map(({ shape }) => shape)).toContain('POST /_reindex');
  });
  it('moves no alias when somebody lifted the block', async () => {
    expect((await runScenario(bed, failing)).disturbed).toBe(true);
  });
  it('is none when what somebody wrote into the destination could be taken out again', async () => {
    expect((await runScenario(bed, meddled)).disturbed).toBe(true);
  });
});

describe('an undo whose process dies', () => {
  const undoing = (calls: readonly TracedCall[]) => calls.filter(({ moment }) => moment === 'disturbed');
  const cases: readonly (readonly [string, () => Scenario])[] = [
    ['of a cancelled copy', () => cancelledIn('Copying')],
    ['of a copy cancelled right before the move', () => cancelledLast],
    ['of a deleted copy', () => deletedIn('Copying')],
    ['of a failed copy', () => failing],
  ];
  it.for(cases)('ends all the same: %s', { timeout: 600_000 }, async ([, scenario], { annotate }) => {
    const points = await crashEverywhere(bed, scenario(), undoing);
    await annotate(`${points} crash points`);
    expect(points).toBeGreaterThan(15);
  });
});
