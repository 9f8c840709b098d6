import { expect, it, onTestFinished } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { closePointInTime } from '../../../src/elasticsearch/point-in-time.ts';
import { eventually } from '../../support/eventually.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';
import { reindex } from '../../support/reindex-run.ts';
import { checkWorkload, verdictLine } from '../../support/workload-checker.ts';
import { copyInTwoPasses } from '../../support/workload-two-pass-copy.ts';
import { prepareWorkload } from '../../support/workload.ts';

const bed = await useReindexBed();

const EXACT = { lost: 0, ghosts: 0, stale: 0, duplicated: 0 };

/** As of indexes that are written to a lot: what is written can be searched only much later. */
const settings = { refresh_interval: '10m' };
const OPERATIONS_PER_SECOND = 1_500;
/** Where other tests leave little of the machine. */
const LIMIT_MS = 90_000;

/** Writers that write already. */
async function startWriters(documents: number, operationsPerSecond = OPERATIONS_PER_SECOND) {
  const name = bed.name();
  const [index, alias, to] = [`${name}-old`, `${name}-alias`, `${name}-new`];
  const options = { es: bed.es, index, alias, documents, settings };
  const workload = await prepareWorkload({ ...options, operationsPerSecond });
  const writers = workload.start();
  onTestFinished(async () => void (await writers.stop()));
  const haveWritten = (operations: number) =>
    eventually('the writers have written', () => writers.operations() > operations || undefined, LIMIT_MS);
  return { writers, haveWritten, from: index, alias, to };
}

it('finds exactly what the writers wrote where nobody copied', async () => {
  const { writers, haveWritten, alias } = await startWriters(1_000);
  await haveWritten(2_000);
  const { expected, operations } = await writers.stop();
  const verdict = await checkWorkload(bed.es, alias, expected);
  expect(operations).toBeGreaterThan(2_000);
  expect(verdict).toMatchObject(EXACT);
});

it('loses nothing, brings nothing back and keeps nothing stale under four writers', {
  timeout: 300_000,
}, async ({ annotate }) => {
  const { writers, haveWritten, from, to, alias } = await startWriters(5_000, 800);
  await haveWritten(500);
  const { status } = await reindex(bed, { from, to, writeMode: 'Online' });
  const { expected, longestBlockMs, operationsPerSecond } = await writers.stop();
  expect(status.phase).toBe('Completed');
  const verdict = await checkWorkload(bed.es, alias, expected);
  await annotate(
    `${verdictLine(verdict)}; writes blocked for ${longestBlockMs.toFixed(0)} ms at ${operationsPerSecond.toFixed(0)} operations/s`,
  );
  expect(verdict).toMatchObject(EXACT);
});

it('is exact as well when its points in time are lost on the way', { timeout: 300_000 }, async () => {
  const { writers, haveWritten, from, to, alias } = await startWriters(2_000, 300);
  await haveWritten(100);
  const loseView = async ({ status }: ReindexRequest) => {
    if (!status?.copy?.pit) throw new Error('there is no point in time to be lost');
    await closePointInTime(bed.es, status.copy.pit);
  };
  const spec = { from, to, writeMode: 'Online' };
  const { status, seen } = await reindex(bed, spec, { at: { Copying: loseView } });
  const { expected } = await writers.stop();
  expect(status.phase).toBe('Completed');
  expect(seen.some(({ copy }) => copy?.sweep)).toBe(true);
  expect(await checkWorkload(bed.es, alias, expected)).toMatchObject(EXACT);
});

it('finds losses and ghosts where a live index is copied in two passes', async ({ annotate }) => {
  const { writers, haveWritten, from, to, alias } = await startWriters(20_000);
  // For more than the second that is taken off the clock.
  await haveWritten(4_000);
  await copyInTwoPasses({ es: bed.es, from, to, alias });
  const verdict = await checkWorkload(bed.es, alias, (await writers.stop()).expected);
  await annotate(verdictLine(verdict));
  expect(verdict.lost).toBeGreaterThan(0);
  expect(verdict.ghosts).toBeGreaterThan(0);
});
