import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { Fault } from './observed.ts';

/** What an answer says that keeps a snapshot from being begun for now; undefined for every other. */
export function hindranceOf(error: unknown): Fault | undefined {
  if (!isElasticsearchError(error)) return undefined;
  // Without the call, which changes from slot to slot.
  if (error.errorClass === 'forbidden') return { reason: 'MissingPrivileges', message: error.clause };
  // It may have begun all the same: the next pass looks for it by its name before it asks again.
  if (error.errorClass === 'timeout')
    return { reason: 'Retrying', message: 'Elasticsearch has not answered the request to make it in time' };
  if (error.errorType === 'concurrent_snapshot_execution_exception')
    return {
      reason: 'WaitingForTurn',
      message:
        'Elasticsearch begins none at present, since it cleans up a repository or makes too many snapshots already',
    };
  return undefined;
}
