import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';

/** What a reader saw who counted through an alias again and again. */
export type Sightings = {
  readonly searches: number;
  readonly counts: ReadonlySet<number>;
  readonly errors: number;
};

const pauseMs = 200;

/** Counts through an alias until it is told to stop, as an application would that must notice nothing. */
export function readAlong(client: Client, alias: string): { stop(): Promise<Sightings> } {
  const stopping = new AbortController();
  const sightings = countAlong(client, alias, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return sightings;
    },
  };
}

async function countAlong(client: Client, alias: string, stopping: AbortSignal): Promise<Sightings> {
  const counts = new Set<number>();
  let searches = 0;
  let errors = 0;
  while (!stopping.aborted) {
    searches += 1;
    try {
      counts.add((await client.count({ index: alias })).count);
    } catch {
      errors += 1; // Its number is the finding; which error it was would not make it better.
    }
    await sleep(pauseMs);
  }
  return { searches, counts, errors };
}
