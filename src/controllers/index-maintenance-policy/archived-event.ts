import type { ResourceEvent } from '../../runtime/controller.ts';
import { counted } from '../counted.ts';
import { firstNames } from '../few-names.ts';
import type { ArchiveBatch } from './actions.ts';
import { fingerprintsOf, indexFingerprint } from './fingerprints.ts';
import type { Run } from './observed.ts';

/** As much as status takes: 6,250 indexes. */
const MOST_FROM = 50_000;
const NAMED = 10;

/** What a run has archived once so many documents of the batch have moved. */
export function archivedWith(
  { archived = 0, archivedFrom = '', archivedTo = [] }: Run,
  { index, uuid, destination }: Pick<ArchiveBatch, 'index' | 'uuid' | 'destination'>,
  count: number,
): Partial<Run> {
  const from = indexFingerprint({ name: index, uuid });
  const isKnown = fingerprintsOf(archivedFrom).has(from);
  return {
    archived: archived + count,
    archivedFrom: isKnown ? archivedFrom : `${archivedFrom}${from}`.slice(0, MOST_FROM),
    archivedTo: [...new Set([...archivedTo, destination])].slice(0, NAMED),
  };
}

/** How many documents a run has moved, and between which indexes. */
export function archivedEvent({
  archived = 0,
  archivedFrom,
  archivedTo = [],
}: Run): readonly ResourceEvent[] {
  if (archived === 0) return [];
  const sources = fingerprintsOf(archivedFrom).size;
  // A run of an older operator does not know.
  const from =
    sources === 0 ? '' : ` from ${counted(sources, 'index', 'indexes')} to ${firstNames(archivedTo)}`;
  const note = `documents archived: ${archived}${from}`;
  return [{ type: 'Normal', reason: 'DocumentsArchived', action: 'Archive', note }];
}
