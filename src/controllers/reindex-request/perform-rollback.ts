import { moved, removal, renamed, updateAliases } from '../../elasticsearch/aliases.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { type ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { blockWrites, unblockWrites } from '../../elasticsearch/write-blocks.ts';
import type { Pass } from '../../runtime/controller.ts';
import { FencedError } from '../../runtime/errors.ts';
import { type ActionOf, type Change, type EffectContext, requireAt, requireSame } from './perform-effect.ts';
import { sealedAlias } from './names.ts';
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
  if (liftFirst) await unblockWrites(es, through, pass.signal);
  const { verified } = await blockWrites(es, through, pass.signal);
  return (status) => (status.rollback ? { ...status, rollback: { ...status.rollback, verified } } : status);
}

/**
 * First the alias of this try gets another name: a lift that is still on its way finds nothing from then on. All that the
 * move rests on is read before, and once more; then comes one atomic call, which happens once: it removes the alias.
 */
export async function rollBack(
  action: ActionOf<'RollBack'>,
  { es, resource, pass }: EffectContext,
): Promise<Change | void> {
  const { source, destination, through } = action;
  const { signal } = pass;
  const sealed = sealedAlias(through);
  const moves = moved(destination.index, source.index, action.moved);
  const opaqueId = `${resource.metadata.uid}/rollback`;
  await requireUnwritten(action, es, signal);
  pass.log.info({ from: destination.index, to: source.index }, 'moving the aliases back');
  try {
    // A try whose move was not carried out has sealed it already.
    if (through !== sealed) {
      await updateAliases(es, renamed(destination.index, through, sealed), {}, signal);
      await requireUnwritten(action, es, signal);
    }
    await updateAliases(es, [removal(destination.index, sealed), ...moves], { opaqueId }, signal);
    return undefined;
  } catch (error) {
    // Not found = it has happened, or somebody else acts: the next pass reads which.
    if (isElasticsearchError(error, 'aliasNotFound')) return undefined;
    return refused(action, pass, error);
  }
}

async function requireUnwritten(
  { source, destination, maxSeqNos }: ActionOf<'RollBack'>,
  es: Elasticsearch,
  signal: AbortSignal,
): Promise<void> {
  const [found] = await Promise.all([
    requireSame(es, destination, signal),
    requireSame(es, source, signal),
    requireAt(es, destination, maxSeqNos, signal),
  ]);
  if (!writesBlocked(found)) throw new FencedError(`${found.name} takes writes: they would be lost`);
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
