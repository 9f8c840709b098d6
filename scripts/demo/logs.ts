import { type Client, errors } from '@elastic/elasticsearch';
import { mark } from './cities.ts';
import type { Check } from './verdict.ts';

/** The names of `deploy/samples/index-maintenance-policy.yaml`. */
const series = (day: string) => `logs-v1-${day}`;
const ofToday = 'logs-today';
const ofAll = 'logs';
/** All that the policy looks at. */
export const logIndices = 'logs-v*-*';

const dayMs = 86_400_000;

/** Beyond the 90 days of the sample, and within. */
const oldAges = [104, 103, 102, 101, 100];
const youngAges = [6, 5, 4, 3, 2, 1, 0];

/** Indexes of a log as they stand early in the day, by what is to become of them; oldest first. */
export type Logs = {
  readonly old: readonly string[];
  readonly young: readonly string[];
  readonly madeAt: number;
};

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '.');

/** The index of so many days before. */
const nameOf = (now: number, age: number) => series(dayOf(now - age * dayMs));

/** Every alias that the policy gives to the indexes of this moment. */
export function logAliases(now: number): readonly string[] {
  return [ofAll, ofToday, ...[...oldAges, ...youngAges].map((age) => `logs-${dayOf(now - age * dayMs)}`)];
}

/** Makes the indexes, with the aliases as a run of yesterday would have left them: today has just begun. */
export async function loadLogs(client: Client): Promise<Logs> {
  const madeAt = Date.now();
  const yesterday = madeAt - dayMs;
  const seenYesterday = [nameOf(yesterday, 1), nameOf(yesterday, 0)];
  const [old = [], young = []] = [oldAges, youngAges].map((ages) => ages.map((age) => nameOf(madeAt, age)));
  const today = nameOf(madeAt, 0);
  await Promise.all(
    [...old, ...young].map(async (index) => {
      const names = index === today ? [] : [ofAll, ...(seenYesterday.includes(index) ? [ofToday] : [])];
      await client.indices.create({
        index,
        settings: { number_of_shards: 1, number_of_replicas: 0 },
        mappings: { _meta: { [mark]: true } },
        aliases: Object.fromEntries(names.map((name) => [name, {}])),
      });
      await client.index({ index, document: { message: 'one line' }, refresh: true });
    }),
  );
  return { old, young, madeAt };
}

/** What exactly must be left, and what the aliases must lead to. */
export async function checkLogs(client: Client, logs: Logs): Promise<readonly Check[]> {
  const left = Object.keys(await client.indices.get({ index: logIndices, allow_no_indices: true })).sort();
  const [all, today] = [await membersOf(client, ofAll), await membersOf(client, ofToday)];
  // The day may have changed since the indexes were made.
  const wanted = [logs.madeAt, Date.now()].map((now) =>
    [1, 0].map((age) => nameOf(now, age)).filter((name) => logs.young.includes(name)),
  );
  return [
    {
      claim: `exactly the ${logs.old.length} indexes of the approved plan are gone`,
      holds: left.join() === logs.young.join(),
      found: `left: ${left.join(', ')}`,
    },
    {
      claim: `the alias ${ofToday} has moved on with the day, and ${ofAll} leads to all that is left`,
      holds: wanted.some((names) => names.join() === today.join()) && all.join() === logs.young.join(),
      found: `${ofToday}: ${today.join(', ')}; ${ofAll}: ${all.length} indexes`,
    },
  ];
}

export async function membersOf(client: Client, name: string): Promise<readonly string[]> {
  try {
    return Object.keys(await client.indices.getAlias({ name })).sort();
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return [];
    throw error;
  }
}
