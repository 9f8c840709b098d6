import { MOST_SKEW_SECONDS } from '../../runtime/time.ts';
import type { Observed } from './observed.ts';

/**
 * Whether it is known that no age can be relied on. A clock that could not be read is no difference: nothing is held for
 * ever by one that stays silent.
 */
export function clocksDiffer({ apiServerSkewSeconds = 0, nodeSkewSeconds = 0 }: Observed): boolean {
  return Math.max(apiServerSkewSeconds, nodeSkewSeconds) > MOST_SKEW_SECONDS;
}
