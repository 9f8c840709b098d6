import { describe, expect, it } from 'vitest';
import { expectCompleted, expectCopied } from '../../support/crash-expectations.ts';
import { crashEverywhere, type Run, runScenario, runWithTwoProcesses } from '../../support/crash-harness.ts';
import { eraseStatus, useReindexBed } from '../../support/reindex-bed.ts';
import { write } from '../../support/reindex-indices.ts';

const bed = await useReindexBed();

/** As many documents as before, but others. */
const meanwhile = async ({ from }: Run) => {
  await bed.es.request({ method: 'DELETE', path: `/${from}/_doc/7` });
  await write(bed.es, from, [{ id: '1000', source: { n: 1000, text: 'written meanwhile' } }]);
};
const online = {
  spec: { writeMode: 'Online' },
  disturb: { phase: 'CatchingUp', how: meanwhile },
};

describe('a copy whose process dies', () => {
  it.for([
    ['completes exactly once', 'Online', { ...online, expect: expectCompleted }, 100],
    ['completes exactly once', 'BlockFirst', { expect: expectCompleted }, 60],
    ['has moved nothing', 'CopyOnly', { spec: { writeMode: 'CopyOnly' }, expect: expectCopied }, 40],
  ] as const)(
    '%s wherever it dies: %s (H21)',
    { timeout: 900_000 },
    async ([, , scenario, fewest], { annotate }) => {
      const points = await crashEverywhere(bed, scenario);
      await annotate(`${points} crash points`);
      expect(points).toBeGreaterThan(fewest);
    },
  );
});

describe('a copy whose status is lost', () => {
  const phases = {
    Online: [
      'Validating',
      'Preparing',
      'Copying',
      'CatchingUp',
      'Fencing',
      'Reconciling',
      'CuttingOver',
      'CleaningUp',
    ],
    BlockFirst: ['Fencing', 'Copying', 'Hardening', 'Verifying'],
  };
  const cases = Object.entries(phases).flatMap(([mode, lost]) => lost.map((phase) => [mode, phase] as const));
  it.for(cases)('is rebuilt from Elasticsearch and completes: %s, lost in %s', async ([writeMode, phase]) => {
    const how = ({ name }: Run) => eraseStatus(bed, name);
    const scenario = { spec: { writeMode }, disturb: { phase, how }, expect: expectCompleted };
    const { disturbed } = await runScenario(bed, scenario);
    expect(disturbed).toBe(true);
  });
});

describe('two processes without an election (H30)', () => {
  it('make one copy and move the aliases once', async () => {
    const ends = await runWithTwoProcesses(bed, { spec: online.spec, expect: expectCompleted });
    expect(ends).toEqual(['Completed', 'Completed']);
  });
});
