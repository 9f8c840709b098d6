import { expect } from 'vitest';
import {
  documentsOf,
  inIndex,
  OLD,
  placesOf,
  STAYING,
  type TestDocument,
  writeDocuments,
} from './archival-documents.ts';
import { expectRest, type MaintenanceScenario } from './maintenance-crash.ts';
import { makeIndices } from './maintenance-indices.ts';
import { createPolicy, runNow, startMaintenance } from './maintenance-process.ts';
import type { ReindexBed } from './reindex-bed.ts';

interface ArchivalRun {
  readonly bed: ReindexBed;
  readonly name: string;
  readonly prefix: string;
  /** What users have written while no process lived, if any has died. */
  readonly written: TestDocument[];
}

/** All of one year, so that they go in one batch: what matters is every call of it. */
const MOVING = OLD.slice(0, 4);
const [, updated, redated] = MOVING;
const NOW = new Date().toISOString();
/** One is old as before, one is not any more. */
const UPDATES: readonly TestDocument[] = [
  { id: updated?.id ?? '', source: { ...updated?.source, n: 200 } },
  { id: redated?.id ?? '', source: { date: NOW, n: 300 } },
];

/** The archive takes numbers only: these come first, fill a batch, and stay. */
const REFUSED: readonly TestDocument[] = ['a', 'b', 'c'].map((id) => ({
  id: `refused-${id}`,
  source: { date: '2016-01-01', n: 'no number' },
}));

async function prepare(bed: ReindexBed): Promise<ArchivalRun> {
  const name = bed.name();
  const prefix = `${name}-`;
  await makeIndices(bed.es, [`${prefix}src`], {
    mappings: { properties: { date: { type: 'date' }, n: { type: 'long' } } },
  });
  await writeDocuments(bed.es, `${prefix}src`, [...MOVING, ...STAYING]);
  await createArchival(bed, name);
  return { bed, name, prefix, written: [] };
}

const createArchival = (bed: ReindexBed, name: string, more: object = {}) =>
  createPolicy(bed, name, {
    annotations: { 'es-steward.dev/run-now': 'once' },
    targets: [
      {
        name: 'docs',
        pattern: `${name}-src`,
        archive: { olderThan: '1825d', field: 'date', destination: `${name}-archive-{date:yyyy}`, ...more },
      },
    ],
  });

/** Besides what moves there is what the archive refuses. */
async function prepareRefused(bed: ReindexBed): Promise<ArchivalRun> {
  const name = bed.name();
  const prefix = `${name}-`;
  const fields = (n: string) => ({ properties: { date: { type: 'date' }, n: { type: n } } });
  const _meta = { 'es-steward': { archive: 'by-hand' } };
  await makeIndices(bed.es, [`${prefix}src`], { mappings: fields('keyword') });
  await makeIndices(bed.es, [`${prefix}archive-2016`], { mappings: { _meta, ...fields('long') } });
  await writeDocuments(bed.es, `${prefix}src`, [...REFUSED, ...MOVING, ...STAYING]);
  await createArchival(bed, name, { batchSize: 2 });
  return { bed, name, prefix, written: [] };
}

/** Users go on: what has not moved yet is written anew, also what is in the middle of its way. */
async function meanwhile({ bed, prefix, written }: ArchivalRun): Promise<void> {
  const places = await placesOf(bed.es, prefix);
  const own = UPDATES.filter(({ id }) => places[id]?.split(', ').includes('src'));
  if (own.length > 0) await writeDocuments(bed.es, `${prefix}src`, own);
  written.push(...own);
}

/** Every document is in exactly one place, in its newest version, and nothing moves any more. */
const expectDone: MaintenanceScenario<ArchivalRun>['expectDone'] = async (run, policy, process) => {
  const { bed, prefix, name, written } = run;
  const stays = written.some(({ id }) => id === redated?.id) ? MOVING.slice(2, 3) : [];
  const moved = MOVING.filter((document) => !stays.includes(document));
  expect(await placesOf(bed.es, prefix)).toEqual({
    ...inIndex('src', [...STAYING, ...stays]),
    ...inIndex('archive-2016', moved),
  });
  const newest = new Map([...MOVING, ...STAYING, ...written].map(({ id, source }) => [id, source]));
  const found = await documentsOf(bed.es, prefix);
  for (const [id, [document]] of found) expect([id, document?.source]).toEqual([id, newest.get(id)]);
  expect(policy?.status?.archive).toMatchObject({ documents: moved.length, held: [] });
  expect(policy?.status).toMatchObject({ plan: { archive: { documents: 0 } }, consecutiveFailures: 0 });
  expect(policy?.status?.archive?.batch).toBeUndefined();
  await expectRest({ name }, policy, process);
};

/** Nobody writes; every run must end with the same books. */
export const quietArchival: MaintenanceScenario<ArchivalRun> = {
  prepare,
  expectDone: async (run, policy, process) => {
    await expectDone(run, policy, process);
    expect(policy?.status?.lastRun).toMatchObject({ archived: MOVING.length, failed: 0 });
  },
};

/** Users write to documents that were on their way when the process died. */
export const busyArchival: MaintenanceScenario<ArchivalRun> = { prepare, meanwhile, expectDone };

/** Nobody writes, and what cannot be moved keeps nothing else. */
export const refusedArchival: MaintenanceScenario<ArchivalRun> = {
  prepare: prepareRefused,
  expectDone: async ({ bed, prefix }, policy) => {
    expect(await placesOf(bed.es, prefix)).toEqual({
      ...inIndex('src', [...STAYING, ...REFUSED]),
      ...inIndex('archive-2016', MOVING),
    });
    const held = [{ index: `${prefix}src`, reason: 'DocumentsRefused', documents: REFUSED.length }];
    expect(policy?.status?.archive).toMatchObject({ documents: MOVING.length, held });
    expect(policy?.status?.archive?.batch).toBeUndefined();
  },
};

const blockWrites = ({ bed, prefix }: ArchivalRun, write: true | null): Promise<unknown> =>
  bed.es.request({ method: 'PUT', path: `/${prefix}src/_settings`, body: { 'index.blocks.write': write } });

/** Nothing can be deleted of the index any more when a process has died; then it can again, a minute later. */
export const hinderedArchival: MaintenanceScenario<ArchivalRun> = {
  prepare,
  oneDeathPerRun: true,
  meanwhile: (run) => blockWrites(run, true).then(() => undefined),
  expectDone: async (run) => {
    const { bed, prefix, name } = run;
    await blockWrites(run, null);
    await runNow(bed, name);
    const later = startMaintenance(bed, { later: 61_000 });
    const policy = await later.settle(name);
    await later.close();
    expect(await placesOf(bed.es, prefix)).toEqual({
      ...inIndex('src', STAYING),
      ...inIndex('archive-2016', MOVING),
    });
    expect(policy?.status?.archive).toMatchObject({ documents: MOVING.length, held: [] });
    expect([policy?.status?.archive?.batch, policy?.status?.archive?.hindered]).toEqual([
      undefined,
      undefined,
    ]);
  },
};
