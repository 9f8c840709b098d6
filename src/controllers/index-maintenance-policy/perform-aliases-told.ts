import type { AliasChange } from './alias-changes.ts';
import type { EffectContext } from './perform-effect.ts';

/** A first run may put thousands of indexes into an alias. */
const MOST_TOLD = 200;

/** The record of what is changed and on whose word, one line for each membership; before the change, as its answer may get lost. */
export function tellChanges(changes: readonly AliasChange[], { policy, pass }: EffectContext): void {
  const { uid, generation } = policy.metadata;
  for (const { type, index, uuid, alias } of changes.slice(0, MOST_TOLD)) {
    const change = type === 'Add' ? 'add' : 'remove';
    pass.log.info({ index, uuid, alias, change, policy: uid, generation }, 'changing an alias');
  }
  const more = changes.length - MOST_TOLD;
  if (more > 0) pass.log.info({ more, policy: uid, generation }, 'changing more aliases');
}
