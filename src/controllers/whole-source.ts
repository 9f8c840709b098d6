import { flatten } from './index-settings.ts';

/** Whether an index keeps the whole content of its documents. Without `_source`, or with fields left out, there is nothing whole to copy. */
export function keepsWholeSource(index: { readonly settings: unknown; readonly mappings: unknown }): boolean {
  const { enabled, mode, includes, excludes } = sourceRules(index.mappings);
  const modes = [mode, flatten(index.settings)['index.mapping.source.mode']];
  return (
    enabled !== false && !modes.some((one) => says(one, 'disabled')) && ![includes, excludes].some(hasEntries)
  );
}

/**
 * Whether an index makes the content of a document up from its fields (synthetic `_source`): arrays come back sorted and
 * without duplicates. Time series and logs do so unless they say otherwise.
 */
export function rebuildsSource(index: { readonly settings: unknown; readonly mappings: unknown }): boolean {
  const settings = flatten(index.settings);
  const stated = settings['index.mapping.source.mode'] ?? sourceRules(index.mappings).mode;
  if (stated !== undefined) return says(stated, 'synthetic');
  return ['time_series', 'logsdb'].includes(String(settings['index.mode']));
}

interface SourceRules {
  readonly enabled?: unknown;
  readonly mode?: unknown;
  readonly includes?: unknown;
  readonly excludes?: unknown;
}

function sourceRules(mappings: unknown): SourceRules {
  // A cast: mappings of Elasticsearch, where `_source` is an object if it is there at all.
  return (mappings as { readonly _source?: SourceRules } | undefined)?._source ?? {};
}

const says = (mode: unknown, word: string): boolean => String(mode).toLowerCase() === word;

function hasEntries(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
