import { type AliasAction, moved, removal, updateAliases } from '../../elasticsearch/aliases.ts';
import { isElasticsearchError, isRefusal } from '../../elasticsearch/errors.ts';
import { FencedError } from '../../runtime/errors.ts';
import { aliasRefusal, refusedFilter } from './alias-refusal.ts';
import { markOf } from './destination-mark.ts';
import type { IndexFacts } from './observed.ts';
import {
  type ActionOf,
  type Change,
  type EffectContext,
  failing,
  requireAt,
  requireSame,
} from './perform-effect.ts';
import { writesBlocked } from './index-facts.ts';
import { time } from './moments.ts';

type CutOver = ActionOf<'CutOver'>;

/** The point of no return: everything is read once more, then one atomic call. */
export async function cutOver(action: CutOver, context: EffectContext): Promise<Change | void> {
  const { es, resource, pass } = context;
  const [source, destination] = await Promise.all([
    requireSame(es, action.source, pass.signal),
    requireSame(es, action.destination, pass.signal),
  ]);
  if (!writesBlocked(source)) throw new FencedError(`${source.name} takes writes: the proof does not hold`);
  await requireUnmoved(action, context);
  if (markOf(destination.mappings)?.state !== 'final')
    throw new FencedError(`${destination.name} is not marked final`);
  try {
    await updateAliases(
      es,
      swapActions(action, destination),
      { opaqueId: `${resource.metadata.uid}/swap` },
      pass.signal,
    );
  } catch (error) {
    // Not found = it has happened, or somebody else acts: the next pass reads which.
    if (isElasticsearchError(error, 'aliasNotFound')) return undefined;
    return refused(action, context, error);
  }
  return (status) => ({
    ...status,
    aliasesMoved: action.moved.map(({ name }) => name),
    completionTime: time(pass.now),
  });
}

/** Writers wait: what will not do better the next time ends it, and they are let go. */
function refused({ destination }: CutOver, { pass }: EffectContext, error: unknown): Change {
  if (!isRefusal(error)) throw error;
  const { errorType, detail } = error;
  pass.log.warn({ index: destination.index, errorType, detail }, 'the move of the aliases was refused');
  const { reason, message } = aliasRefusal(refusedFilter(detail), destination.index, errorType);
  return failing(reason, message);
}

/** A block that was lifted and set again looks as before; the sequence numbers tell. */
async function requireUnmoved({ source, destination }: CutOver, { es, resource, pass }: EffectContext) {
  const { source: from = [], destination: to = [] } = resource.status?.cutoverMaxSeq ?? {};
  await Promise.all([requireAt(es, source, from, pass.signal), requireAt(es, destination, to, pass.signal)]);
}

/** All or nothing: what reads or writes for the copy has no way any more. */
function swapActions(action: CutOver, { name, entrances }: IndexFacts): readonly AliasAction[] {
  const { source, through } = action;
  const ends = [removal(source.index, through), ...entrances.map((alias) => removal(name, alias))];
  return [...ends, ...moved(source.index, name, action.moved)];
}
