import { z } from 'zod';
import { ask, incompleteAnswer, stateChangeLimits } from './ask.ts';
import type { Elasticsearch, ElasticsearchRequest } from './elasticsearch.ts';

/** An alias as Elasticsearch returns it and takes it back: unknown properties stay, so that none is lost in a swap. */
export interface AliasDefinition {
  readonly filter?: unknown;
  readonly index_routing?: string | undefined;
  readonly search_routing?: string | undefined;
  readonly is_write_index?: boolean | undefined;
  readonly is_hidden?: boolean | undefined;
  readonly [property: string]: unknown;
}

export const aliasDefinition: z.ZodType<AliasDefinition> = z.looseObject({
  index_routing: z.string().optional(),
  search_routing: z.string().optional(),
  is_write_index: z.boolean().optional(),
  is_hidden: z.boolean().optional(),
});

/** `remove_index` is left out on purpose: an index is deleted by a function of its own, after its own checks, or not at all. */
export type AliasAction =
  | { readonly add: AliasDefinition & { readonly index: string; readonly alias: string } }
  | { readonly remove: { readonly index: string; readonly alias: string; readonly must_exist?: boolean } };

/** Must be there: the change happens once, or not at all. */
export function removal(index: string, alias: string): AliasAction {
  return { remove: { index, alias, must_exist: true } };
}

/** Another name for an alias that nobody but the operator uses. */
export function renamed(index: string, from: string, to: string): readonly AliasAction[] {
  return [removal(index, from), { add: { index, alias: to, is_hidden: true } }];
}

/** Each alias with its whole definition. */
export function moved(
  from: string,
  to: string,
  aliases: readonly { readonly name: string; readonly definition: AliasDefinition }[],
): readonly AliasAction[] {
  return aliases.flatMap(({ name, definition }) => [
    removal(from, name),
    { add: { ...definition, index: to, alias: name } },
  ]);
}

/**
 * One atomic change. A `remove` with `must_exist` makes it a compare-and-swap.
 * @throws ElasticsearchError `aliasNotFound` when a `must_exist` does not hold and nothing was changed; `incomplete`
 * when some action was ignored.
 */
export async function updateAliases(
  es: Elasticsearch,
  actions: readonly AliasAction[],
  options: { readonly opaqueId?: string } = {},
  signal?: AbortSignal,
): Promise<void> {
  const request: ElasticsearchRequest = {
    method: 'POST',
    path: '/_aliases',
    query: stateChangeLimits,
    body: { actions },
    ...options,
  };
  const schema = z.object({ acknowledged: z.boolean(), errors: z.boolean().default(false) });
  const { acknowledged, errors } = await ask(es, request, schema, signal);
  if (!acknowledged || errors)
    throw incompleteAnswer(request, `acknowledged ${acknowledged}, errors ${errors}`);
}
