import { inject } from 'vitest';
import type { EnvironmentInfo } from '../../scripts/environment/environment-info.ts';
import { ownLane } from './lanes.ts';

/** The real servers of this lane, shared by all files that run in it: keep to names of your own. */
export function environment(): EnvironmentInfo {
  const own = inject('environments')[ownLane()];
  if (own === undefined) throw new Error(`lane ${ownLane() + 1} has no servers`);
  return own;
}
