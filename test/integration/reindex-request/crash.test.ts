import { describe, expect, it } from 'vitest';
import { expectCompleted } from '../../support/crash-expectations.ts';
import { crashEverywhere } from '../../support/crash-family.ts';
import { runScenario, runWithTwoProcesses } from '../../support/crash-harness.ts';
import { eraseStatus, useReindexBed } from '../../support/reindex-bed.ts';

const bed = await useReindexBed();

describe('a copy whose process dies', () => {
  it('completes exactly once wherever it dies (H21)', { timeout: 900_000 }, async ({ annotate }) => {
    const points = await crashEverywhere(bed, { expect: expectCompleted });
    await annotate(`${points} crash points`);
    expect(points).toBeGreaterThan(100);
  });
});

describe('a copy whose status is lost', () => {
  const phases = [
    'Validating',
    'Preparing',
    'Fencing',
    'Copying',
    'Hardening',
    'Verifying',
    'CuttingOver',
    'CleaningUp',
  ];
  it.for(phases)('is rebuilt from Elasticsearch and completes, lost in %s', async (phase) => {
    const how = ({ name }: { name: string }) => eraseStatus(bed, name);
    const { disturbed } = await runScenario(bed, { disturb: { phase, how }, expect: expectCompleted });
    expect(disturbed).toBe(true);
  });
});

describe('two processes without an election (H30)', () => {
  it('make one copy and move the aliases once', async () => {
    const ends = await runWithTwoProcesses(bed, { expect: expectCompleted });
    expect(ends).toEqual(['Completed', 'Completed']);
  });
});
