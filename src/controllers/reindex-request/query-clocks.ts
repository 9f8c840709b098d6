import { isObject } from '../json-object.ts';
import { firstOf } from './query-time.ts';

/**
 * What chooses documents by the clock, or by chance, without saying `now`: each part of a copy and its proof would choose
 * others. Nothing of it can be resolved beforehand, so that it is refused.
 */

const READS_CLOCK =
  /\b(?:currentTimeMillis|nanoTime|now)\s*\(|\bnew\s+(?:\w+\s*\.\s*)*(?:Date|GregorianCalendar)\s*\(\s*\)|\bCalendar\s*\.\s*getInstance\b|\brandom\w*\s*\(|\bnew\s+(?:\w+\s*\.\s*)*Random\s*\(\s*\)/;

/** Scores are no choice, unless a score is the least that is wanted. */
const BY_DISTANCE: ReadonlySet<string> = new Set(['gauss', 'exp', 'linear', 'distance_feature']);

export interface QueryFault {
  readonly what: string;
  readonly cure: string;
}

/**
 * Why a query means something else each time that it is asked; undefined when it does not.
 * @param mappings of the index that is queried.
 */
export function clockFault(query: unknown, mappings: unknown): QueryFault | undefined {
  const text = JSON.stringify(query) ?? '';
  return (
    firstOf(entriesIn(query), faultOf) ??
    (text.includes('"min_score"') ? firstOf(entriesIn(query), scoreFault) : undefined) ??
    runtimeFault(text, mappings)
  );
}

function faultOf([key, value]: readonly [string, unknown]): QueryFault | undefined {
  if (key === 'wrapper')
    return {
      what: 'has a wrapper, which cannot be read beforehand',
      cure: 'write the query that is in it as it is',
    };
  if (!key.endsWith('script')) return undefined;
  if (isObject(value) && value['id'] !== undefined)
    return {
      what: 'runs a stored script, which cannot be read beforehand',
      cure: 'write its source into the query',
    };
  if (!READS_CLOCK.test(sourceOf(value))) return undefined;
  return {
    what: 'has a script that asks for the time, or for chance',
    cure: 'give the script the time in its params, or take chance out of it,',
  };
}

function scoreFault([key, value]: readonly [string, unknown]): QueryFault | undefined {
  if (key === 'random_score')
    return {
      what: 'has a least score and a random one',
      cure: 'leave out min_score or random_score',
    };
  if (!BY_DISTANCE.has(key) || !isObject(value)) return undefined;
  const fields = key === 'distance_feature' ? [value] : Object.values(value).filter(isObject);
  // Of a date that is what it is measured from when nothing is said.
  if (!fields.some(({ origin = 'now' }) => String(origin).startsWith('now'))) return undefined;
  return {
    what: 'has a least score that is measured from `now`',
    cure: 'write a date as its origin, or leave out min_score,',
  };
}

/** A field of the mapping whose value is another one by the time it is read. */
function runtimeFault(text: string, mappings: unknown): QueryFault | undefined {
  const { runtime } = isObject(mappings) ? mappings : {};
  const fields = Object.entries(isObject(runtime) ? runtime : {});
  const name = fields.find(
    ([field, value]) =>
      isObject(value) && READS_CLOCK.test(sourceOf(value['script'])) && text.includes(field),
  )?.[0];
  if (name === undefined) return undefined;
  return {
    what: `asks for the runtime field ${name}, whose script asks for the time, or for chance`,
    cure: 'ask for a field that does not change by itself',
  };
}

function sourceOf(script: unknown): string {
  const source = isObject(script) ? script['source'] : script;
  return typeof source === 'string' ? source : '';
}

/** Every member at any depth. */
export function entriesIn(value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.flatMap(entriesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap((entry) => [entry, ...entriesIn(entry[1])]);
}
