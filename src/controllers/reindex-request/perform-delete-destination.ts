import { FencedError } from '../../runtime/errors.ts';
import { markOf } from './destination-mark.ts';
import { type ActionOf, type EffectContext, requireSame } from './perform-effect.ts';
import { deleteGuarded } from './perform-guarded-delete.ts';

/** An unfinished copy, whose uuid, mark and aliases are read in the same step. */
export async function deleteDestination(
  { target, owner, beside }: ActionOf<'DeleteDestination'>,
  context: EffectContext,
): Promise<void> {
  const { es, pass } = context;
  pass.log.info({ index: target.index, uuid: target.uuid, owner }, 'deleting an unfinished copy');
  const judge = async () => {
    const { mappings, aliases } = await requireSame(es, target, pass.signal);
    const mark = markOf(mappings);
    if (mark?.uid !== owner || mark.state !== 'copying' || Object.keys(aliases).length > 0)
      throw new FencedError(`${target.index} is not an unfinished copy any more`);
  };
  await deleteGuarded({ target, beside, judge }, context);
}
