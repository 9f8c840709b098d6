import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import { isOver } from '../../crds/reindex-request-status.ts';
import { flatten } from '../index-settings.ts';
import type { Situation } from './situation.ts';

/** What status holds of them. */
const MOST_KEPT = 10;
const MOST_CHARACTERS = 255;

export function withRefusedSettings(
  status: ReindexRequestStatus,
  keys: readonly string[],
): ReindexRequestStatus {
  const refusedSettings = keys.slice(0, MOST_KEPT).map((key) => key.slice(0, MOST_CHARACTERS));
  return { ...status, refusedSettings };
}

/** Those that the destination still lacks: a person may have set one since. A request at rest goes on saying its last. */
export function lackedSettings({ status, destination }: Situation): readonly string[] {
  const { refusedSettings = [], phase } = status;
  if (isOver(phase)) return refusedSettings;
  const now = flatten(destination?.settings ?? {});
  return destination ? refusedSettings.filter((key) => (now[key] ?? null) === null) : [];
}

/** For the end: nothing else of them is said any more. */
export function withLackedSettings(moved: Situation): Situation {
  const { refusedSettings: _all, ...status } = moved.status;
  const refusedSettings = lackedSettings(moved);
  return refusedSettings.length > 0
    ? { ...moved, status: { ...status, refusedSettings } }
    : { ...moved, status };
}

/** The thing, the reason, the cure; undefined when nothing is missing. */
export function lackMessage(index: string, lacked: readonly string[]): string | undefined {
  if (lacked.length === 0) return undefined;
  const [it, was] = lacked.length === 1 ? ['it', 'it was'] : ['them', 'they were'];
  return `${index} lacks ${lacked.join(', ')}, because Elasticsearch refuses ${it} as ${was} to be: set ${it} with PUT /${index}/_settings`;
}
