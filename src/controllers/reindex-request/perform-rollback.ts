import { moved, removal, updateAliases } from '../../elasticsearch/aliases.ts';
import { type ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { blockWrites, unblockWrites } from '../../elasticsearch/write-blocks.ts';
import type { Pass } from '../../runtime/controller.ts';
import { FencedError } from '../../runtime/errors.ts';
import { type ActionOf, type Change, type EffectContext, requireAt, requireSame } from './perform-effect.ts';
import { servingReleaseOf } from './perform-release.ts';
import { writesBlocked } from './index-facts.ts';

/** Its answer alone proves that no write is in flight; the setting appears before the shards have been checked. */
export async function blockDestination(
  { target, through, liftFirst }: ActionOf<'BlockDestination'>,
  { es, letGo, resource, pass, obligations }: EffectContext,
): Promise<Change> {
  await requireSame(es, target, pass.signal);
  const { metadata, status: { rollback } = {} } = resource;
  const due = rollback && servingReleaseOf(rollback, { index: target.index, alias: through }, letGo);
  if (due) obligations.owe(metadata, due);
  if (liftFirst) await unblockWrites(es, target.index, pass.signal);
  const { verified } = await blockWrites(es, through, pass.signal);
  return (status) => (status.rollback ? { ...status, rollback: { ...status.rollback, verified } } : status);
}

/** All that it rests on is read once more, then one atomic call, which happens once: it removes the alias of this try. */
export async function rollBack(
  action: ActionOf<'RollBack'>,
  { es, resource, pass }: EffectContext,
): Promise<Change | void> {
  const { source, destination, through } = action;
  const [found] = await Promise.all([
    requireSame(es, destination, pass.signal),
    requireSame(es, source, pass.signal),
    requireAt(es, destination, action.maxSeqNos, pass.signal),
  ]);
  if (!writesBlocked(found)) throw new FencedError(`${found.name} takes writes: they would be lost`);
  const moves = moved(destination.index, source.index, action.moved);
  const opaqueId = `${resource.metadata.uid}/rollback`;
  pass.log.info({ from: destination.index, to: source.index }, 'moving the aliases back');
  try {
    await updateAliases(es, [removal(destination.index, through), ...moves], { opaqueId }, pass.signal);
    return undefined;
  } catch (error) {
    // Not found = it has happened, or somebody else acts: the next pass reads which.
    if (isElasticsearchError(error, 'aliasNotFound')) return undefined;
    return refused(action, pass, error);
  }
}

/** What serves takes no writes meanwhile: a move that will not do better the next time is refused, and the block goes. */
function refused({ source }: ActionOf<'RollBack'>, pass: Pass, error: unknown): Change {
  const why = isElasticsearchError(error) && refusalOf(error);
  if (!why) throw error;
  const { errorType, detail } = error;
  pass.log.warn({ index: source.index, errorType, detail }, 'the move of the aliases back was refused');
  return (status) => (status.rollback ? { ...status, rollback: { ...status.rollback, letGo: why } } : status);
}

/** A block on one of the indexes is seen by the next pass. A proxy's answer has no type, and may pass. */
function refusalOf({ errorClass, errorType }: ElasticsearchError) {
  if (errorType === undefined) return undefined;
  if (errorClass === 'forbidden') return 'MissingPrivileges';
  return errorClass === 'invalid' ? 'AliasRefused' : undefined;
}
