import type { Use } from '../../elasticsearch/connection-use.ts';
import { indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { expressionsOf } from './perform-choice.ts';
import type { EffectContext } from './perform-effect.ts';
import { exactChoice, streamOf } from './perform-exclusion.ts';

/**
 * What a snapshot would take, besides what its schedule names: an alias, and a pattern that it fits, lead to indexes of
 * whatever name. Whoever uses the connection of another namespace needs a grant for each of them.
 */
export async function contentsOf(
  context: Pick<EffectContext, 'es' | 'resource' | 'pass'>,
): Promise<Use['indices']> {
  const expressions = expressionsOf(await exactChoice(context));
  // An empty list would mean everything.
  if (expressions.length === 0) return [];
  const found = await indexBirths(context.es, expressions, context.pass.signal);
  const own = found.filter(({ isSystem }) => !isSystem);
  return [...new Set(own.map(({ name }) => streamOf(name) ?? name))];
}
