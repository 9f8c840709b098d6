import { type Arbitrary, constantFrom, nat, sample, tuple } from 'fast-check';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Spec = { readonly [key: string]: Json };

/** What a hostile or careless author puts where something else belongs. */
const HOSTILE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  7,
  65,
  10_001,
  2 ** 53,
  1e21,
  '',
  ' ',
  '.',
  '..',
  '-a',
  'A',
  'a b',
  'a,b',
  'é',
  'a\n',
  'a\u0000',
  '../a',
  '*',
  'x'.repeat(300),
  'ö'.repeat(200),
  '1h30m',
  '1w',
  '30m1h',
  '99d',
  'http://es:9200',
  'https://user:password@es:9200',
  [],
  ['a', 'a'],
  ['A', '*'],
  [null],
  Array.from({ length: 101 }, (_, at) => `a${at}`),
  {},
  { a: { b: [null, 1.5] } },
  { a: 'b', c: 'd' },
];

type Step = string | number;

/** Good objects with one place each replaced or removed; the seed is fixed, so that a verdict can be looked at again. */
export function mutants(good: Arbitrary<Spec>, count: number, seed: number): readonly Spec[] {
  const mutant = tuple(
    good,
    nat(),
    constantFrom<readonly [Json] | readonly []>([], ...HOSTILE.map((value) => [value] as const)),
  );
  return sample(mutant, { numRuns: count, seed }).map(([spec, pick, value]) => {
    const places = [...placesIn(spec)];
    return change(spec, places[pick % places.length] ?? [], value) as Spec;
  });
}

function* placesIn(value: Json, at: readonly Step[] = []): Generator<readonly Step[]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries<Json>(value)) {
    const here = [...at, Array.isArray(value) ? Number(key) : key];
    yield here;
    yield* placesIn(child, here);
  }
}

function change(
  value: Json,
  [step, ...rest]: readonly Step[],
  replacement: readonly [Json] | readonly [],
): Json {
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, at) => (at === step ? onward(item, rest, replacement) : [item]));
  }
  const entries = Object.entries(value as Spec).flatMap(([key, child]) =>
    key === step
      ? onward(child, rest, replacement).map((changed) => [key, changed] as const)
      : [[key, child] as const],
  );
  return Object.fromEntries(entries);
}

const onward = (
  child: Json,
  rest: readonly Step[],
  replacement: readonly [Json] | readonly [],
): readonly Json[] => (rest.length === 0 ? replacement : [change(child, rest, replacement)]);

/** The server takes a member that is null for one that is absent; zod reads only what the server has stored. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value as Spec).filter(([, child]) => child !== null);
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)]));
}
