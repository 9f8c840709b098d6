import type { ReindexAction, Target } from './actions.ts';
import { type DestinationMark, type FlatSettings, hasSettings, withMark } from './destination.ts';
import type { IndexFacts } from './observed.ts';

/** What the stages ask for to bring an index to what it is to be. */

export function targetOf({ name, uuid }: IndexFacts): Target {
  return { index: name, uuid };
}

/** Nothing where the index has them already. */
export function settingsChange(index: IndexFacts, settings: FlatSettings): readonly ReindexAction[] {
  if (hasSettings(index.settings, settings)) return [];
  return [{ type: 'SetSettings', target: targetOf(index), settings }];
}

export function markChange(index: IndexFacts, mark: DestinationMark): ReindexAction {
  return { type: 'SetMeta', target: targetOf(index), meta: metaWith(index, mark) };
}

/** `_meta` as it is to be, with what the user keeps there. */
export function metaWith({ mappings }: IndexFacts, mark: DestinationMark): unknown {
  return withMark(mappings, mark)['_meta'];
}
