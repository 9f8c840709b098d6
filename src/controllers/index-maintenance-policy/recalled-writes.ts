import type { IndexMaintenancePolicy } from '../../crds/index-maintenance-policy.ts';
import { timeOf } from '../../runtime/time.ts';
import { type Listing, WRITTEN_MS } from './observe-listings.ts';

interface Recalled {
  readonly names: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export type Recall = (policy: IndexMaintenancePolicy, listing: Listing, now: number) => Listing;

/**
 * A new process has watched nobody write. What the one before it has seen is in the plan that it has left: an index that
 * was held there as written to counts as such for as long as it could have counted then.
 */
export function createRecall(): Recall {
  const recalled = new Map<string, Recalled>();
  return (policy, listing, now) => {
    const { uid } = policy.metadata;
    const { names, until } = recalled.get(uid) ?? recalledOf(policy);
    // Its own plans tell nothing that it does not know: by them an index would be held for ever.
    recalled.set(uid, { names, until });
    if (now >= until) return listing;
    const uuids = listing.indices.filter(({ name }) => names.has(name)).map(({ uuid }) => uuid);
    return { ...listing, written: new Set([...listing.written, ...uuids]) };
  };
}

function recalledOf({ status }: IndexMaintenancePolicy): Recalled {
  const { time, held = [] } = status?.plan ?? {};
  const written = held.filter(({ reason }) => reason === 'RecentlyWritten');
  return {
    names: new Set(written.map(({ index }) => index)),
    until: (timeOf(time) ?? 0) + WRITTEN_MS,
  };
}
