import { flatten } from '../index-settings.ts';
import { markOf } from './destination-mark.ts';
import type { IndexFacts, Peer } from './observed.ts';

/**
 * An index as it is without what the operator hides for a while: the source of a request that keeps a way back, or a
 * destination whose aliases were moved back. Taken for its own, a copy of it would stay hidden for good.
 */
export function withOwnVisibility(index: IndexFacts, peers: readonly Peer[]): IndexFacts {
  if (!isHidden(index)) return index;
  const mark = markOf(index.mappings);
  const hidden = mark?.rollback === undefined ? null : (mark.restore?.['index.hidden'] ?? null);
  const isOurs = mark?.rollback !== undefined || peers.some(({ hides }) => hides === index.uuid);
  return isOurs ? { ...index, settings: { ...flatten(index.settings), 'index.hidden': hidden } } : index;
}

/**
 * Its window is open, and at its end it is shown. One that is over does not count: of two that end at once, each would
 * leave it to the other.
 */
export function isHiddenForAnother({ uuid }: IndexFacts, peers: readonly Peer[]): boolean {
  return peers.some(({ hides, phase }) => hides === uuid && phase === 'RollbackWindow');
}

export function isHidden({ settings }: Pick<IndexFacts, 'settings'>): boolean {
  return String(flatten(settings)['index.hidden']) === 'true';
}
