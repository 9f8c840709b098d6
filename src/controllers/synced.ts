import { WaitingError } from '../runtime/errors.ts';

/** As far as its views go, what a runner has seen of its kind. */
export interface Watched {
  /** The views that are not synced, for people: `reindexrequests in namespace team-a`. */
  unlisted(): readonly string[];
}

const AGAIN_MS = 5_000;

/**
 * Before anything that rests on what others are not doing: in a view that is not whole nobody is seen, and that must not
 * be read as "there is nobody".
 * @throws WaitingError NotSynced
 */
export function requireSynced(kinds: readonly Watched[]): void {
  const [first] = kinds.flatMap((kind) => kind.unlisted());
  if (first === undefined) return;
  const message = `the operator could not list ${first} since it began, and does nothing here that others there might stand against; its log says why: let it list and watch them, or take that namespace out of watchNamespaces of its chart (--watch-namespaces)`;
  throw new WaitingError('NotSynced', message, AGAIN_MS);
}
