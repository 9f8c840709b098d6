import { randomUUID } from 'node:crypto';
import { removal, updateAliases } from '../../elasticsearch/aliases.ts';
import { deleteIndexOnce } from '../../elasticsearch/delete-once.ts';
import { undefinedWhen } from '../../elasticsearch/errors.ts';
import { deleteIndex } from '../../elasticsearch/indices.ts';
import type { Target } from './actions.ts';
import { guardAlias, ownGuards } from './names.ts';
import { type EffectContext, requireSame } from './perform-effect.ts';

interface Deletion {
  readonly target: Target;
  /** An index of the same request that stays; undefined where it may not be touched. */
  readonly beside: Target | undefined;
  /** Throws where the target is not what was judged any more; asked once more right before the deletion. */
  readonly judge: () => Promise<unknown>;
}

/**
 * Sent once, with a guard of its own. What an earlier try has sent finds no guard any more before the next one is sent, and
 * an index that is made under the name later has none.
 */
export async function deleteGuarded(
  { target, beside, judge }: Deletion,
  { es, resource, pass: { signal } }: EffectContext,
): Promise<void> {
  await judge();
  if (!beside) return undefinedWhen(['indexNotFound'], deleteIndex(es, target.index, signal));
  const { uid } = resource.metadata;
  const guard = { index: beside.index, alias: guardAlias(uid, randomUUID().slice(0, 8)) };
  const earlier = ownGuards(await requireSame(es, beside, signal), uid).map((alias) =>
    removal(beside.index, alias),
  );
  await updateAliases(es, [...earlier, { add: { ...guard, is_hidden: true } }], {}, signal);
  await judge();
  // Not found = an earlier try has come true: the next pass reads it.
  await undefinedWhen(['aliasNotFound', 'indexNotFound'], deleteIndexOnce(es, target.index, guard, signal));
}
