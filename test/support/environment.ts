import { inject } from 'vitest';
import type { EnvironmentInfo } from '../../scripts/environment/environment-info.ts';

/** The real servers of this test run, shared by all files: keep to names of your own. */
export function environment(): EnvironmentInfo {
  return inject('environment');
}
