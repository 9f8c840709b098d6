import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { Copy } from './rounds.ts';

/**
 * The journal of a copy of many shards is larger than a status may be: the id of a point in time alone has 150 characters
 * for each shard. Nearly all of it repeats, so that it is written compressed, and everybody here reads it as it was.
 */
type Bulky = Pick<Copy, 'pit' | 'previousPit' | 'previous' | 'shards' | 'done' | 'provisional'>;

/** Characters that are written as they are, for people to look at. */
const MOST_PLAIN = 16_000;

/** Well above what is left of any journal; a bomb is not unpacked. */
const MOST_UNPACKED = 4_000_000;

export function packed(status: ReindexRequestStatus): ReindexRequestStatus {
  if (!status.copy) return status;
  const { pit, previousPit, previous, shards, done, provisional, ...copy } = status.copy;
  const bulky: Bulky = { pit, previousPit, previous, shards, done, provisional };
  const text = JSON.stringify(bulky);
  if (text.length <= MOST_PLAIN) return status;
  return { ...status, copy: { ...copy, shards: [], done: [], packed: compressed(text) } };
}

export function unpacked(status: ReindexRequestStatus): ReindexRequestStatus {
  if (status.copy?.packed === undefined) return status;
  const { packed: text, ...copy } = status.copy;
  const bulky = read(text);
  return bulky === undefined ? lost(status) : { ...status, copy: { ...copy, ...bulky } };
}

/** Undefined when somebody has changed it: as with a whole status that cannot be read, it counts as lost. */
function read(text: string): Bulky | undefined {
  try {
    // A cast: only `packed` has written it.
    return JSON.parse(decompressed(text)) as Bulky;
  } catch {
    return undefined;
  }
}

/** The rest would not make sense without it: what there is tells how to go on. */
function lost({ series }: ReindexRequestStatus): ReindexRequestStatus {
  return series ? { series } : {};
}

/** Every pass does it, and a better quality takes ten times as long for a few percent. */
const QUALITY = 5;

function compressed(text: string): string {
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY };
  return brotliCompressSync(text, { params }).toString('base64');
}

function decompressed(text: string): string {
  return brotliDecompressSync(Buffer.from(text, 'base64'), { maxOutputLength: MOST_UNPACKED }).toString();
}
