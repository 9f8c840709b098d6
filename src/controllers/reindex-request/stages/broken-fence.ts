import { ofShard } from '../ranges.ts';
import { isBlockFirst, type Prepared } from '../situation.ts';
import { fail, type Step } from '../step.ts';
import { beginToLift } from './lifting.ts';

/** The proof holds only while nobody has written: our block is there and no shard has moved past F. */
export function brokenFence(situation: Prepared): Step | undefined {
  const { blocked, status, observed, source } = situation;
  const moved = (observed.shards ?? []).find(
    ({ shard, maxSeqNo }) => ofShard(status.copy?.shards, shard)?.maxSeqNo !== maxSeqNo,
  );
  if (blocked && !moved) return undefined;
  const what = blocked
    ? `shard ${moved?.shard} of ${source?.name} has taken writes`
    : `the write block on ${source?.name} was lifted by somebody else`;
  if (!isBlockFirst(situation)) return beginToLift(situation, what);
  return fail(
    situation,
    'SourceChanged',
    `${what} during the copy; no alias was moved: a retry copies everything again`,
  );
}
