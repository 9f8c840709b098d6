import type { IndexInfo } from '../../elasticsearch/indices.ts';
import type { IndexFacts } from './observed.ts';

/** What this kind judges an index by. Only a closed index carries the proof of having been closed. */
export function factsOf({ name, uuid, settings, mappings, aliases, dataStream }: IndexInfo): IndexFacts {
  return {
    name,
    uuid,
    settings,
    mappings,
    aliases,
    dataStream,
    closed: settings['verified_before_close'] === 'true',
  };
}
