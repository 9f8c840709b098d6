import { withIntents } from './journal.ts';
import type { Change, EffectContext } from './perform-effect.ts';

/**
 * Where nothing of a round is left to do before its ranges, the first of them are written down together with it: the
 * very next pass sends them.
 */
export function withFirstRanges({ resource, pass }: EffectContext, change: Change): Change {
  return (before) => {
    const status = change(before);
    const { copy } = status;
    const isReady = copy?.settled && !copy.sweep && !copy.discarded && !resource.spec.suspend;
    return isReady ? { ...status, copy: withIntents(copy, resource.spec, pass.now) } : status;
  };
}
