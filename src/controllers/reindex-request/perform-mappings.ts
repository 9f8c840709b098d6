import { isRefusal } from '../../elasticsearch/errors.ts';
import { putMapping } from '../../elasticsearch/indices.ts';
import type { Target } from './actions.ts';
import { addedFields } from './added-fields.ts';
import { ownMappings } from './destination.ts';
import { type ActionOf, type Change, type EffectContext, failing, requireSame } from './perform-effect.ts';

/**
 * The fields that the source was given since the destination was made. Called once it is known which documents a round
 * copies, since each was written after its fields were there; and before the first of them is copied, which else made
 * its fields up or was refused.
 * @returns why it cannot be; undefined when the destination has them all.
 */
export async function followMappings(
  { target, destination }: Pick<ActionOf<'BeginRound'>, 'target' | 'destination'>,
  context: EffectContext,
): Promise<Change | undefined> {
  const { es, resource, pass } = context;
  const { destination: spec } = resource.spec;
  if (!destination || spec.createFrom !== 'Source') return undefined;
  const [source, copy] = await Promise.all([
    requireSame(es, target, pass.signal),
    requireSame(es, destination, pass.signal),
  ]);
  const added = addedFields(ownMappings(spec, source), copy.mappings);
  if (added === undefined) return undefined;
  pass.log.info({ index: copy.name }, 'adding the fields that the source was given meanwhile');
  return add(added, target, destination, context);
}

async function add(
  added: Readonly<Record<string, unknown>>,
  source: Target,
  { index }: Target,
  { es, pass }: EffectContext,
): Promise<Change | undefined> {
  try {
    await putMapping(es, index, added, pass.signal);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { errorType, detail } = error;
    pass.log.warn({ index, errorType, detail }, 'the new fields of the source were refused');
    return failing(
      'MappingConflict',
      `Elasticsearch refuses ${index} the fields that were added to ${source.index} during the copy (${errorType}): its log says why; no alias was moved: retry to copy with the present mappings, or correct destination in a new request`,
    );
  }
}
