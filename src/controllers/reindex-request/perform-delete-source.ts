import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { FencedError } from '../../runtime/errors.ts';
import { type ActionOf, type Change, type EffectContext, requireAt, requireSame } from './perform-effect.ts';
import { deleteGuarded } from './perform-guarded-delete.ts';

/** The old index, whose uuid, aliases and sequence numbers are read in the same step. */
export async function deleteSource(
  { target, maxSeqNos, beside }: ActionOf<'DeleteSource'>,
  context: EffectContext,
): Promise<Change | void> {
  const { es, resource, pass } = context;
  const judge = async () => {
    const { aliases } = await requireSame(es, target, pass.signal);
    if (Object.keys(aliases).length > 0) throw new FencedError(`an alias leads to ${target.index}`);
    await requireAt(es, target, maxSeqNos, pass.signal);
    pass.assertUnchanged?.();
  };
  pass.log.info({ ...target, owner: resource.metadata.uid }, 'deleting the source after its copy');
  try {
    await deleteGuarded({ target, beside, judge }, context);
  } catch (error) {
    if (!isElasticsearchError(error, 'conflict')) throw error;
    // A snapshot is taking it: it goes when that one has ended.
    return (status) => ({ ...status, sourceBusy: true });
  }
}
