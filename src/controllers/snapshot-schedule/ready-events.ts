import type { Condition } from '../../crds/shared.ts';
import type { ResourceEvent } from '../../runtime/controller.ts';

/** What the list of repositories says at each look: that it says no more means that it is over. */
const OF_LIST: ReadonlySet<string> = new Set(['RepositoryMissing', 'RepositoryReadOnly']);

/** What reading or writing has met: the next snapshot tells whether it is over. */
const OF_USE: ReadonlySet<string> = new Set([
  'RepositoryUnverified',
  'RepositoryShared',
  'RepositoryUnreadable',
]);

/** One event when a repository cannot be used, and one when it can again. */
export function readyEvents(
  before: Pick<Condition, 'reason'> | undefined,
  { reason, status, message: note }: Pick<Condition, 'reason' | 'status' | 'message'>,
): readonly ResourceEvent[] {
  const was = before?.reason ?? '';
  if (was === reason) return [];
  if (OF_LIST.has(reason) || OF_USE.has(reason))
    return [{ type: 'Warning', reason, action: 'Schedule', note }];
  if (OF_LIST.has(was) && status === 'True')
    return [{ type: 'Normal', reason: 'RepositoryUsable', action: 'Schedule', note }];
  return [];
}
