import type { ResourceEvent } from '../../runtime/controller.ts';
import { firstNames } from '../few-names.ts';
import type { AliasChange } from './alias-changes.ts';
import type { Run } from './observed.ts';

const NAMED = 10;

/** What a run has changed of aliases once these changes are made. */
export function aliasedWith(
  { aliasesAdded, aliasesRemoved, aliasesChanged = [] }: Run,
  changes: readonly AliasChange[],
): Partial<Run> {
  if (changes.length === 0) return {};
  const removed = changes.filter(({ type }) => type === 'Remove').length;
  const names = new Set([...aliasesChanged, ...changes.map(({ alias }) => alias)]);
  return {
    aliasesAdded: aliasesAdded + changes.length - removed,
    aliasesRemoved: aliasesRemoved + removed,
    aliasesChanged: [...names].slice(0, NAMED),
  };
}

/** How many memberships a run has changed, and of which aliases. */
export function aliasesEvent({
  aliasesAdded,
  aliasesRemoved,
  aliasesChanged = [],
}: Run): readonly ResourceEvent[] {
  if (aliasesAdded + aliasesRemoved === 0) return [];
  const of = aliasesChanged.length === 0 ? '' : ` (${firstNames(aliasesChanged)})`;
  const note = `memberships of aliases added or corrected: ${aliasesAdded}, removed: ${aliasesRemoved}${of}`;
  return [{ type: 'Normal', reason: 'AliasesChanged', action: 'ChangeAliases', note }];
}
