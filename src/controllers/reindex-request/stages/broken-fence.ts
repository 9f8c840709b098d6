import { isBlockFirst, type Situation } from '../situation.ts';
import { fail, type Step } from '../step.ts';
import { beginToLift } from './lifting.ts';

/** The proof holds only while nobody has written: our block is there and no shard has moved past F. */
export function brokenFence(situation: Situation): Step | undefined {
  const { blocked, status, observed, source } = situation;
  const planned = status.copy?.shards ?? [];
  const moved = (observed.shards ?? []).find(
    ({ shard, maxSeqNo }) => planned.find((plan) => plan.shard === shard)?.maxSeqNo !== maxSeqNo,
  );
  if (blocked && !moved) return undefined;
  const what = blocked
    ? `shard ${moved?.shard} of ${source?.name} has taken writes`
    : `the write block on ${source?.name} was lifted by somebody else`;
  if (!isBlockFirst(situation) && source) return beginToLift(situation, what);
  return fail(
    situation,
    'SourceChanged',
    `${what} during the copy; no alias was moved: a retry copies everything again`,
  );
}
