import { beforeAll, describe, expect, it } from 'vitest';
import { crashMaintenanceEverywhere, runTwoMaintenances } from '../../support/maintenance-crash.ts';
import { type ReindexBed, useReindexBed } from '../../support/reindex-bed.ts';

let bed: ReindexBed;
beforeAll(async () => {
  bed = await useReindexBed();
});

describe('a policy whose process dies', () => {
  it('deletes exactly its plan, once, wherever it dies', { timeout: 600_000 }, async ({ annotate }) => {
    const points = await crashMaintenanceEverywhere(bed);
    await annotate(`${points} crash points`);
    expect(points).toBeGreaterThan(20);
  });
});

describe('two processes without an election', () => {
  it('delete exactly the plan and end with the same books', async () => {
    expect(await runTwoMaintenances(bed)).toMatchObject({ deleted: 3, failed: 0 });
  });
});
