import { flatten } from '../../index-settings.ts';
import { keepsWholeSource } from '../../whole-source.ts';
import { markOf } from '../destination-mark.ts';
import { isBlocked, shardCountOf } from '../index-facts.ts';
import { OWN_PREFIX } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import type { Situation } from '../situation.ts';

/** Why the source cannot be copied, and what to do about it. */
export function refusedSource(situation: Situation): string | undefined {
  const { observed, spec } = situation;
  const name = spec.source.index;
  const [source, ...others] = observed.sources;
  if (!source)
    return `index ${name} does not exist on connection ${observed.connection}: create it, then retry, or name another index in a new request`;
  if (others.length > 0)
    return `${name} is an alias of ${others.length + 1} indexes: name one index in a new request`;
  return (
    notToBeUsed(source) ??
    unreadable(source) ??
    keptFromUs(source, situation) ??
    unfinished(source) ??
    uncopyable(source, situation)
  );
}

function notToBeUsed({ name, dataStream }: IndexFacts): string | undefined {
  // A block on the index of the locks would keep every other request waiting.
  if (name.startsWith(OWN_PREFIX))
    return `index ${name} belongs to the operator, as all names that start with ${OWN_PREFIX}: name another index in a new request`;
  if (dataStream)
    return `${name} is a backing index of the data stream ${dataStream}: data streams cannot be copied, so name another index in a new request`;
  return undefined;
}

function unreadable(source: IndexFacts): string | undefined {
  const { name } = source;
  if (source.closed) return `index ${name} is closed: open it, then retry`;
  if (isBlocked(source, 'read_only'))
    return `index ${name} is read-only (index.blocks.read_only), so the copy cannot add its alias: use index.blocks.write instead, then retry`;
  if (isBlocked(source, 'read'))
    return `index ${name} cannot be read (index.blocks.read), so it cannot be copied: set index.blocks.read to null, then retry`;
  return undefined;
}

function keptFromUs({ name }: IndexFacts, { observed }: Situation): string | undefined {
  if (!observed.protects(name)) return undefined;
  return `index ${name} is protected by connection ${observed.connection}: its protectedIndices or --protected-indices name it; remove it there and retry, or copy another index in a new request`;
}

/** Whoever is at work on it was waited for: nobody completes it any more. */
function unfinished({ name, mappings }: IndexFacts): string | undefined {
  const mark = markOf(mappings);
  if (mark?.state !== 'copying') return undefined;
  return `index ${name} is an unfinished copy of ${mark.sourceIndex}: wait until the request that makes it is complete, then retry; if it is complete all the same, remove es-steward from _meta of its mapping, then retry`;
}

function uncopyable(source: IndexFacts, { spec }: Situation): string | undefined {
  const { name } = source;
  if (name === spec.destination.index)
    return `source and destination are both ${name}: name another destination in a new request`;
  if (!keepsWholeSource(source))
    return `index ${name} does not keep the whole _source of its documents, so they cannot be copied: name another index in a new request`;
  return tooFewSlices(source);
}

/** What Elasticsearch allows where nothing is said. */
const SLICES = 1024;

/** Of several shards each is read as a slice, whatever the parts of the copy are. */
function tooFewSlices(source: IndexFacts): string | undefined {
  const shards = shardCountOf(source);
  const most = Number(flatten(source.settings)['index.max_slices_per_scroll'] ?? SLICES);
  if (shards <= most) return undefined;
  return `index.max_slices_per_scroll of ${source.name} is ${most}, but each of its ${shards} shards is read as a slice: PUT /${source.name}/_settings {"index.max_slices_per_scroll": ${shards}}, then retry`;
}
