import { describe, expect, it } from 'vitest';
import { ElasticsearchError, type ErrorClass } from '../../elasticsearch/errors.ts';
import { askEach } from './observe-each.ts';

const NAMES = Array.from({ length: 40 }, (_, at) => `docs-${at}`);

/** A request is refused as a whole for any of these. */
async function asking(names: readonly string[], refusals: Readonly<Record<string, ErrorClass>>) {
  let requests = 0;
  const answers = askEach(names, async (some) => {
    requests += 1;
    const [errorClass] = some.flatMap((name) => refusals[name] ?? []);
    if (errorClass !== undefined)
      throw new ElasticsearchError({ errorClass, outcomeUnknown: false, publicMessage: errorClass });
    return new Map(some.map((name) => [name, 1]));
  });
  const [settled] = await Promise.allSettled([answers]);
  return { settled, requests };
}

const each = (names: readonly string[], errorClass: ErrorClass) =>
  Object.fromEntries(names.map((name) => [name, errorClass]));

describe('asking about each of many indexes', () => {
  it.each([1, 2, 7, 8, 9, 15, 40])('ends soon where none of %i may be asked', async (count) => {
    const names = NAMES.slice(0, count);
    const { settled, requests } = await asking(names, each(names, 'forbidden'));
    expect(settled).toMatchObject({ status: 'rejected', reason: { errorClass: 'forbidden' } });
    expect(requests).toBe(1 + Math.min(count, 8));
  });

  it.each([
    ['one', ['docs-0']],
    ['the first and the last', ['docs-0', 'docs-39']],
    ['all but the last', NAMES.slice(0, -1)],
    ['all but the first', NAMES.slice(1)],
  ])('answers for the others where %s may not be asked', async (_, refused) => {
    const { settled } = await asking(NAMES, each(refused, 'forbidden'));
    if (settled?.status !== 'fulfilled') throw new Error('was refused');
    expect([...settled.value.refused.keys()].sort()).toEqual([...refused].sort());
    expect(settled.value.found.size).toBe(NAMES.length - refused.length);
  });

  it('refuses each for what is the matter with each', async () => {
    const { settled } = await asking(NAMES, each(NAMES, 'invalid'));
    expect(settled).toMatchObject({ status: 'fulfilled', value: { found: new Map() } });
    const mixed = { 'docs-0': 'forbidden', 'docs-1': 'invalid' } as const;
    const { settled: both } = await asking(['docs-0', 'docs-1'], mixed);
    expect(both).toMatchObject({ value: { refused: new Map(Object.entries(mixed)) } });
  });

  it('looks for what may be asked only once', async () => {
    const { requests } = await asking(NAMES, each(['docs-0'], 'forbidden'));
    const halving = 2 * Math.ceil(Math.log2(NAMES.length));
    expect(requests).toBeLessThanOrEqual(1 + 2 + halving);
  });
});
