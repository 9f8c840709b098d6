import type { ReindexAction, Target } from './actions.ts';
import type { FlatSettings } from '../index-settings.ts';
import { type DestinationMark, withMark } from './destination-mark.ts';
import { hasSettings } from './destination-settings.ts';
import { takesMark } from './index-facts.ts';
import { epochAlias, ownGuards } from './names.ts';
import type { IndexFacts } from './observed.ts';
import type { Situation } from './situation.ts';

/** Actions that more than one stage asks for. */

export function targetOf({ name, uuid }: IndexFacts): Target {
  return { index: name, uuid };
}

/** Nothing where the index has them already. */
export function settingsChange(
  index: IndexFacts,
  settings: FlatSettings,
  more: { readonly mayLack?: true } = {},
): readonly ReindexAction[] {
  if (hasSettings(index.settings, settings)) return [];
  return [{ type: 'SetSettings', target: targetOf(index), settings, ...more }];
}

export function markChange(index: IndexFacts, mark: DestinationMark): ReindexAction {
  return { type: 'SetMeta', target: targetOf(index), meta: metaWith(index, mark) };
}

/** `_meta` as it is to be, with what the user keeps there. */
export function metaWith({ mappings }: IndexFacts, mark: DestinationMark): unknown {
  return withMark(mappings, mark)['_meta'];
}

/** The alias of each earlier epoch becomes that of this one: nothing that belongs to an earlier one can act any more. */
export function moveEpochs({ source, epochs, epoch, uid }: Situation): readonly ReindexAction[] {
  if (!source) return [];
  const to = epochAlias(uid, epoch);
  return epochs
    .filter((held) => held < epoch)
    .map((held) => ({ type: 'MoveEpochAlias', target: targetOf(source), from: epochAlias(uid, held), to }));
}

/** The index that takes the guard of a deletion; undefined where it takes none, or is not to be touched. */
export function guarding({ observed }: Situation, index: IndexFacts | undefined): Target | undefined {
  return index && takesMark(index) && !observed.protects(index.name) ? targetOf(index) : undefined;
}

/** An unfinished copy goes, guarded by its source. */
export function deletion(
  situation: Situation,
  { source, destination, owner }: Readonly<Record<'source' | 'destination', IndexFacts>> & { owner: string },
): ReindexAction {
  const beside = guarding(situation, source);
  return { type: 'DeleteDestination', target: targetOf(destination), owner, beside };
}

/** The end of what holds the source. */
export function dropEpochs({ epochs, uid }: Situation, source: IndexFacts): ReindexAction {
  const aliases = [...epochs.map((held) => epochAlias(uid, held)), ...ownGuards(source, uid)];
  return { type: 'DropAliases', target: targetOf(source), aliases };
}

/** Nothing that runs writes any more. */
export function closeEntrances(destination: IndexFacts): readonly ReindexAction[] {
  if (destination.entrances.length === 0) return [];
  return [{ type: 'DropAliases', target: targetOf(destination), aliases: destination.entrances }];
}

/** The end of tasks that must not run any more; undefined once none can. */
export function cancelStrays({ observed: { tasks } }: Situation): readonly ReindexAction[] | undefined {
  if (tasks.complete && tasks.running.length === 0) return undefined;
  return tasks.running.map(({ id }) => ({ type: 'CancelTask', task: id }));
}
