import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventDocs } from '../../src/crds/events.ts';

/** Reasons that are put together at run time are seen only when they are recorded. */
export function unknownReasons(eventLines: string): readonly string[] {
  const known = new Set(Object.values(eventDocs).flatMap((docs) => docs.map(({ reason }) => reason)));
  const recorded = eventLines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly reason: string }).reason); // written by us
  return [...new Set(recorded)].filter((reason) => !known.has(reason));
}

export function refuseUnknownEvents(told: string): void {
  const file = join(told, 'events.log');
  const unknown = existsSync(file) ? unknownReasons(readFileSync(file, 'utf8')) : [];
  if (unknown.length > 0)
    throw new Error(
      `Events were recorded that the reference does not know: ${unknown.join(', ')}. Add them to src/crds/events.ts.`,
    );
}
