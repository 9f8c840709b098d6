import type { Cluster } from '../../elasticsearch/connections.ts';
import { fieldTypes } from '../../elasticsearch/field-types.ts';
import { newestTimestamps } from '../../elasticsearch/aggregations-by-index.ts';
import type { Pass } from '../../runtime/controller.ts';
import { isDate } from './archival.ts';
import { type Answers, askEach } from './observe-each.ts';
import type { Listing } from './observe-listings.ts';
import { redAmong } from './observe-red.ts';
import { type CompiledTarget, targetOf } from './targets.ts';

/**
 * The newest value of the field that a target goes by, by uuid, in milliseconds since the epoch. Only where the age
 * depends on documents: one question about the field and one search for each 3,000 bytes of names, and more where an index
 * cannot be asked. What cannot be told is absent, so that its index stays.
 */
export async function readNewest(
  { es }: Cluster,
  targets: readonly CompiledTarget[],
  { indices, health }: Pick<Listing, 'indices' | 'health'>,
  { signal, log }: Pick<Pass, 'signal' | 'log'>,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const target of targets) {
    const { field } = target.spec.age ?? {};
    if (field === undefined) continue;
    const own = indices.filter(({ name, closed }) => !closed && targetOf(targets, name) === target);
    const names = own.map(({ name }) => name);
    const red = await redAmong(es, health, names, signal);
    const whole = names.filter((name) => !red.has(name));
    const types = await askEach(whole, (some) => fieldTypes(es, some, field, signal));
    // The newest of numbers would be read as milliseconds, whatever they count.
    const dated = whole.filter((name) => isDate(types.found.get(name)));
    const newest = await askEach(dated, (some) => newestTimestamps(es, some, field, signal));
    tellRefused(log, field, [types, newest]);
    for (const { name, uuid } of own) {
      const at = newest.found.get(name);
      if (at !== undefined && !looksLikeSeconds(at)) found.set(uuid, at);
    }
  }
  return found;
}

/** Of so many names the log tells. */
const TOLD = 20;

/** The plan only says that an age is not known. */
function tellRefused(log: Pass['log'], field: string, answers: readonly Answers<unknown>[]): void {
  const refused = answers.flatMap((answer) => [...answer.refused]);
  if (refused.length === 0) return;
  const indices = Object.fromEntries(refused.slice(0, TOLD));
  log.warn(
    { field, refused: refused.length, indices },
    'the age of indexes is not known: Elasticsearch refuses to tell it',
  );
}

/** Milliseconds, of 26 April 1970: as seconds these are a moment of the year 2286. */
const MOST_SECONDS = 10_000_000_000;

/** A date field takes a number for milliseconds unless its format says otherwise: then fresh documents are of 1970. */
const looksLikeSeconds = (at: number): boolean => at >= 0 && at < MOST_SECONDS;
