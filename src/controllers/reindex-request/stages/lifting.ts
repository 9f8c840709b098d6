import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ReindexAction } from '../actions.ts';
import { markChange, moveEpochs, settingsChange, targetOf } from '../changes.ts';
import { withoutPipelines } from '../destination-settings.ts';
import { withoutFence, withoutVerdict } from '../rounds.ts';
import { type Situation, throughEpoch } from '../situation.ts';
import { FREED, ownsBlock, SUSPENDED, whyToLift } from '../write-block.ts';
import { takesMark } from '../index-facts.ts';
import { ageMs, time } from '../moments.ts';
import { fail, type Step, step } from '../step.ts';

/** After so many the cluster will not do it in time by itself: a person decides. */
const MOST_TRIES = 5;
const FIRST_WAIT_MS = 5_000;
export const LONGEST_WAIT_MS = FIRST_WAIT_MS * 2 ** (MOST_TRIES - 1);

/**
 * The block ends before the aliases have moved, and what is copied stays. The epoch first, so that no move of aliases
 * that is still on its way can come true after writes are free.
 */
export function lift(situation: Situation): Step {
  const { status, source } = situation;
  const why = whyToLift(situation) ?? 'its copy starts again';
  if (!status.fence?.lifting) return beginToLift(situation, why);
  const options = { phase: status.phase ?? 'CatchingUp', message: liftMessage(why) } as const;
  const older = moveEpochs(situation);
  if (older.length > 0) return step(situation, { ...options, actions: older });
  if (source && ownsBlock(situation))
    return step(situation, {
      ...options,
      actions: [{ type: 'LiftBlock', target: targetOf(source), through: throughEpoch(situation) }],
    });
  const unready = takeBack(situation);
  if (unready.length > 0) return step(situation, { ...options, actions: unready });
  return goOn(situation, why);
}

/** What was made ready for users is made a copy again: rounds follow, and no pipeline may run on them. */
function takeBack({ destination, mark }: Situation): readonly ReindexAction[] {
  if (!destination || !mark) return [];
  const { cutover: _cutover, ...unproven } = mark;
  const isMarked = mark.state === 'final' || (mark.blocks && takesMark(destination));
  return [
    ...settingsChange(destination, withoutPipelines),
    ...(isMarked ? [markChange(destination, { ...unproven, state: 'copying', blocks: false })] : []),
  ];
}

/** The journal first: why, and the epoch that nothing on its way belongs to. */
export function beginToLift(situation: Situation, why: string, more: ReindexRequestStatus = {}): Step {
  const { status, epochs, epoch } = situation;
  const { intent: _intent, ...rest } = status;
  return step(situation, {
    phase: status.phase ?? 'CatchingUp',
    message: liftMessage(why),
    status: {
      ...rest,
      ...more,
      epoch: Math.max(epoch, ...epochs) + 1,
      // Its deadline stays: until writers are free, that is when they should have been.
      fence: { ...status.fence, verified: status.fence?.verified ?? false, lifting: why },
    },
    next: 'now',
  });
}

function liftMessage(why: string): string {
  return `lifting the write block: ${why}`;
}

/** Where nothing tells what was written meanwhile, the copy begins anew. */
function copyAfter({ status, attempt }: Situation): ReindexRequestStatus {
  if (!status.copy) return {};
  if (status.plan?.sequenceNumbers) return { copy: withoutFence(status.copy) };
  return { copy: undefined, verification: undefined, attempt: attempt + 1 };
}

function outageMs({ status: { blockedSince, fence }, now }: Situation, why: string): number {
  const isKnown = why !== FREED.atDeadline && why !== FREED.withProcess;
  const latest = isKnown || fence?.deadline === undefined ? now : Date.parse(fence.deadline);
  return ageMs(blockedSince, Math.min(now, latest));
}

/** A wish to suspend is no failed try, also where it was withdrawn meanwhile. */
function goOn(situation: Situation, why: string): Step {
  const { status, now } = situation;
  const isWish = why === SUSPENDED;
  const tries = (status.fenceTries ?? 0) + (isWish ? 0 : 1);
  const { fence: _fence, blockedSince: _since, ...rest } = withoutVerdict(status);
  const free: ReindexRequestStatus = {
    ...rest,
    fenceTries: tries,
    outageBefore: (status.outageBefore ?? 0) + outageMs(situation, why),
    ...(isWish
      ? {}
      : { fenceAfter: time(now + Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)) }),
    ...copyAfter(situation),
  };
  const released = { ...situation, status: free };
  if (tries >= MOST_TRIES && !isWish)
    return fail(
      released,
      'WriteOutageExceeded',
      `writes were blocked ${tries} times and had to be freed again (last: ${why}); no alias was moved: retry when fewer writes come in, or allow more with spec.maxWriteOutage in a new request`,
    );
  return step(released, {
    phase: 'CatchingUp',
    message: `writes are free again: ${why}`,
    status: free,
    next: 'now',
    ...(isWish ? {} : { ready: triedLater(why) }),
  });
}

function triedLater(why: string) {
  const message = `writes are free again: ${why}; the move of the aliases is tried again later`;
  return { type: 'reconciling', reason: 'WriteOutageExceeded', message } as const;
}
