import { WaitingError } from '../../runtime/errors.ts';

/** Lets only one policy at a time delete or change aliases on a cluster, by the uuid of the cluster. */
export type DeletionTurns = <T>(cluster: string, work: () => Promise<T>) => Promise<T>;

const AGAIN_MS = 1_000;

/**
 * What each of two policies finds before it takes something away must still be so when it does: each would see the index
 * of the other behind an alias, and both would leave it. Nobody waits here: whoever comes again has the object and the
 * fence looked at anew.
 */
export function createDeletionTurns(): DeletionTurns {
  const busy = new Set<string>();
  return async (cluster, work) => {
    if (busy.has(cluster)) throw new WaitingError('WaitingForTurn', WAITS, AGAIN_MS);
    busy.add(cluster);
    try {
      return await work();
    } finally {
      busy.delete(cluster);
    }
  };
}

const WAITS =
  'another policy deletes indexes or changes aliases of this cluster right now: this one continues after it';
