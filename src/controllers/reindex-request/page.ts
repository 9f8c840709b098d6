import { flatten } from '../index-settings.ts';

/** Documents at once. Elasticsearch takes 10,000 at most; ids may be 512 bytes long, and an answer holds them all. */
export const PAGE = 5_000;

/** What one question may get back, and how many values it may name: more is refused as a whole, however often it is asked. */
const LIMITS = ['index.max_result_window', 'index.max_terms_count'] as const;

/** How many documents may be asked for at once of an index with these settings; `most` unless they say less. */
export function pageOf(settings: unknown, most = PAGE): number {
  const own = flatten(settings);
  return Math.min(most, ...LIMITS.map((key) => Number(own[key] ?? most)));
}
