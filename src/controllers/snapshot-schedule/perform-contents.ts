import type { Use } from '../../elasticsearch/connection-use.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { coveredByAny } from '../../elasticsearch/patterns.ts';
import { indexBirths } from '../../elasticsearch/snapshot-indices.ts';
import { WaitingError } from '../../runtime/errors.ts';
import { expressionsOf } from './perform-choice.ts';
import type { EffectContext } from './perform-effect.ts';
import { exactChoice, streamOf } from './perform-exclusion.ts';

type Context = Pick<EffectContext, 'es' | 'resource' | 'pass'>;

interface Content {
  readonly name: string;
  readonly aliases: readonly string[];
}

/**
 * Whoever uses the connection of another namespace needs a grant for each index that a snapshot would take.
 * @throws WaitingError NotGranted, which names the alias where the index is taken because of one.
 */
export async function requireContents(
  context: Context,
  use: Use,
  connections: Pick<Connections, 'use'>,
): Promise<void> {
  const contents = await contentsOf(context);
  const indices = [...new Set([...use.indices, ...contents.map(({ name }) => name)])];
  try {
    await connections.use({ ...use, indices }, context.pass.signal);
  } catch (error) {
    throw error instanceof WaitingError ? namingAlias(error, contents, use) : error;
  }
}

/**
 * What a snapshot would take, besides what its schedule names: an alias, and a pattern that it fits, lead to indexes of
 * whatever name.
 */
async function contentsOf(context: Context): Promise<readonly Content[]> {
  const expressions = expressionsOf(await exactChoice(context));
  // An empty list would mean everything.
  if (expressions.length === 0) return [];
  const found = await indexBirths(context.es, expressions, context.pass.signal);
  const own = found.filter(({ isSystem }) => !isSystem);
  return own.map(({ name, aliases }) => ({ name: streamOf(name) ?? name, aliases }));
}

/** The schedule names no such index: nobody would guess that another team has given its own an alias that fits. */
function namingAlias(error: WaitingError, contents: readonly Content[], { indices }: Use): WaitingError {
  if (error.reason !== 'NotGranted') return error;
  const taken = contents.find(({ name }) => error.message.includes(`"${name}"`));
  const alias = taken?.aliases.find((name) => coveredByAny(indices, name));
  if (taken === undefined || alias === undefined) return error;
  const message = `${error.message} It is taken because of its alias ${alias}, which spec.indices matches: add ${taken.name} to spec.exclude if it is not meant.`;
  return new WaitingError(error.reason, message, error.afterMs, { cause: error });
}
