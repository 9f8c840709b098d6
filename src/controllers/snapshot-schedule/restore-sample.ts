import { createHash } from 'node:crypto';
import { parseSize } from '../../crds/size.ts';
import type { SnapshotScheduleSpec } from '../../crds/snapshot-schedule.ts';
import type { SnapshotIndex } from '../../elasticsearch/restore.ts';
import { isTemporary } from './names.ts';
import type { RestoreFacts } from './observed.ts';

/** Which indexes of a snapshot a restore check tries. */

/** Our suffix must fit within the 255 bytes of a name. */
const LONGEST_NAME = 220;

/**
 * Names with a dot are Elasticsearch's own, but for those of the indexes behind data streams. What another check had
 * restored is nobody's data, and gone by now.
 */
function mayBeTried(name: string): boolean {
  return /^([^.]|\.ds-[^.])/.test(name) && Buffer.byteLength(name) <= LONGEST_NAME && !isTemporary(name);
}

/** Another part each time, and the same whoever computes it. */
export function sampleOf(
  facts: RestoreFacts | undefined,
  spec: SnapshotScheduleSpec,
  slot: string,
): readonly string[] {
  const rank = (name: string) => createHash('sha256').update(`${slot} ${name}`).digest('hex');
  return smallOnes(facts, spec)
    .map(({ name }) => name)
    .filter(mayBeTried)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .slice(0, spec.restoreCheck?.sampleIndices ?? 0);
}

/** Why there is no sample. */
export function noSample(
  snapshot: string,
  facts: RestoreFacts | undefined,
  spec: SnapshotScheduleSpec,
): string {
  if (facts !== undefined && facts.candidates === undefined)
    return `${snapshot} does not tell what is in it; the log of Elasticsearch says why`;
  return smallOnes(facts, spec).length === 0
    ? 'no index is small enough for maxBytes'
    : 'what is small enough for maxBytes is of Elasticsearch itself or of another restore check, or has a name that is too long for a temporary one';
}

function smallOnes(
  facts: RestoreFacts | undefined,
  { restoreCheck }: SnapshotScheduleSpec,
): readonly SnapshotIndex[] {
  const most = parseSize(restoreCheck?.maxBytes ?? '0') ?? 0;
  return (facts?.candidates ?? []).filter(({ bytes }) => bytes <= most);
}
