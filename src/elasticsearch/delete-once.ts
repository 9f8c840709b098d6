import { type AliasAction, removal } from './aliases.ts';
import { askAcknowledged } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';

/** An alias that nobody else uses, on an index that stays. */
export interface Guard {
  readonly index: string;
  readonly alias: string;
}

/**
 * Deletes one index by a call that comes true once, if at all: it takes the guard away, and where it does not find the
 * guard, it changes nothing. So one that arrives late, or twice, cannot delete what has the name by then.
 * Elasticsearch does not take a guard on the index itself for one.
 * @param name read its uuid in the same step.
 * @throws ElasticsearchError `aliasNotFound` when the guard is gone: it has come true, or somebody else acts.
 */
export function deleteIndexOnce(
  es: Elasticsearch,
  name: string,
  guard: Guard,
  signal?: AbortSignal,
): Promise<void> {
  const actions: readonly (AliasAction | object)[] = [
    removal(guard.index, guard.alias),
    { remove_index: { index: name } },
  ];
  return askAcknowledged(es, { method: 'POST', path: '/_aliases', body: { actions } }, signal);
}
