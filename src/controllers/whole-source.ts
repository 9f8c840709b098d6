import { flatten } from './index-settings.ts';

/** Whether an index keeps the whole content of its documents. Without `_source`, or with fields left out, there is nothing whole to copy. */
export function keepsWholeSource(index: { readonly settings: unknown; readonly mappings: unknown }): boolean {
  const { enabled, mode, includes, excludes } = sourceRules(index.mappings);
  const modes = [mode, flatten(index.settings)['index.mapping.source.mode']];
  return enabled !== false && !modes.some(saysDisabled) && ![includes, excludes].some(hasEntries);
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

const saysDisabled = (mode: unknown): boolean => String(mode).toLowerCase() === 'disabled';

function hasEntries(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
