import { expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { createRequest, requestRef, useReindexBed } from '../../support/reindex-bed.ts';
import { createIndex, oneShard } from '../../support/reindex-indices.ts';
import { settle, startProcess } from '../../support/reindex-process.ts';
import { skippingClock } from '../../support/skipping-clock.ts';

const REQUESTS = 100;
const PLACES = 2;
const bed = await useReindexBed({ maxConcurrentOperations: PLACES });

async function listed(): Promise<readonly ReindexRequest[]> {
  const { kind, namespace = '' } = requestRef(bed, '');
  return (await bed.api.list<ReindexRequest>(kind, { namespace })).items;
}

/** By age; within one second by uid, as nobody knows better. */
const ageOf = ({ metadata }: ReindexRequest) => `${metadata.creationTimestamp}/${metadata.uid}`;

/** The oldest first. Only those that come to work within the test get something to copy. */
async function createAll(): Promise<readonly string[]> {
  const indexes = Array.from({ length: REQUESTS }, () => bed.name());
  for (const from of indexes) await createRequest(bed, `queue-${from}`, { from, to: `${from}-new` });
  const byAge = (await listed()).toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  const first = byAge.slice(0, 2 * PLACES);
  await Promise.all(first.map(({ spec }) => createIndex(bed.es, spec.source.index ?? '', oneShard)));
  return byAge.map(({ metadata }) => metadata.name);
}

it('of a hundred requests no more work than there are places, the oldest first, and each knows its place (H39)', async () => {
  const names = await createAll();
  let view = await listed();
  const clock = skippingClock();
  const process = startProcess(bed, { clock, requests: () => view });
  const passOver = async () => {
    for (const name of names.toReversed()) await process.pass(name);
    view = await listed();
  };
  const atWork = () =>
    view
      .filter(({ status }) => !['Pending', 'Completed', undefined].includes(status?.phase))
      .map(({ metadata }) => metadata.name)
      .toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
  const placeOf = (name: string) =>
    view.find(({ metadata }) => metadata.name === name)?.status?.turn?.place ?? 0;
  const waiting = (from: number) => names.slice(from).map(placeOf);
  const places = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  await passOver();
  await passOver();
  expect(atWork()).toEqual(names.slice(0, PLACES));
  expect(waiting(PLACES)).toEqual(places(REQUESTS - PLACES));
  for (const name of atWork())
    expect((await settle(process, bed, name, clock))?.status?.phase).toBe('Completed');
  view = await listed();
  await passOver();
  expect(atWork()).toEqual(names.slice(PLACES, 2 * PLACES));
  expect(waiting(2 * PLACES)).toEqual(places(REQUESTS - 2 * PLACES));
  await process.close();
});
