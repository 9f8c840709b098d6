import type { Run, RunFacts } from './observed.ts';
import type { Ending } from './run.ts';
import { hasLeft, type Situation } from './situation.ts';

/** What a run comes to that Elasticsearch had begun and that is not to be found. */

export const ABORTED: Ending = {
  state: 'ABORTED',
  message: 'it ran longer than spec.deadline and was aborted',
};

const LOST: Ending = {
  state: 'LOST',
  message: 'it vanished before its end: a master died, or somebody deleted it',
};

const leftBehind = ({ repository }: Run): Ending => ({
  state: 'LOST',
  message: `it is gone from repository ${repository}, which spec.repository has left, or cannot be read there`,
});

const UNREADABLE: Ending = {
  state: 'LOST',
  message:
    'a file of it in the repository is missing or damaged: restore the file, or delete the snapshot; another name is used',
};

/** Its master died, somebody deleted it, its file is damaged, or we have aborted it at the deadline. */
export function endingOfLost({ spec }: Situation, run: Run, { unreadable }: RunFacts): Ending {
  if (run.aborting) return ABORTED;
  if (hasLeft(run, spec)) return leftBehind(run);
  return unreadable === undefined ? LOST : UNREADABLE;
}
