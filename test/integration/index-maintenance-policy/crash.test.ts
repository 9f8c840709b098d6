import { describe, expect, it } from 'vitest';
import {
  busyArchival,
  hinderedArchival,
  quietArchival,
  refusedArchival,
} from '../../support/archival-crash.ts';
import {
  crashMaintenanceEverywhere,
  deletionScenario,
  runTwoMaintenances,
} from '../../support/maintenance-crash.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';

const bed = await useReindexBed();

describe('a policy whose process dies', () => {
  it('deletes exactly its plan, once, wherever it dies', { timeout: 600_000 }, async ({ annotate }) => {
    const points = await crashMaintenanceEverywhere(bed, deletionScenario);
    await annotate(`${points} crash points`);
    expect(points).toBeGreaterThan(20);
  });

  it('archives every document exactly once, wherever it dies, also between copy and delete (H79)', {
    timeout: 900_000,
  }, async ({ annotate }) => {
    const points = await crashMaintenanceEverywhere(bed, quietArchival);
    await annotate(`${points} crash points`);
    expect(points).toBeGreaterThan(30);
  });

  it('has the newest version of each document in exactly one place when users have written meanwhile (H81)', {
    timeout: 900_000,
  }, async () => {
    expect(await crashMaintenanceEverywhere(bed, busyArchival)).toBeGreaterThan(30);
  });

  it.each([
    ['goes past documents that cannot be moved, and counts each once', refusedArchival],
    ['has each document in one place when its index took no writes for a while', hinderedArchival],
  ])('%s, wherever it dies', { timeout: 900_000 }, async (_, scenario) => {
    expect(await crashMaintenanceEverywhere(bed, scenario)).toBeGreaterThan(30);
  });
});

describe('two processes without an election (M1)', () => {
  it('delete exactly the plan and end with the same books', async () => {
    expect(await runTwoMaintenances(bed, deletionScenario)).toMatchObject({ deleted: 3, failed: 0 });
  });

  it('archive every document exactly once', async () => {
    expect(await runTwoMaintenances(bed, quietArchival)).toMatchObject({ archived: 4, failed: 0 });
  });

  it('go past documents that cannot be moved, and count each of them once', async () => {
    const told = await runTwoMaintenances(bed, refusedArchival);
    expect(told).toMatchObject({ archived: 4, notArchived: 3, failed: 0 });
  });
});
