import { withMark } from '../destination.ts';
import { floodMessage, isFlooded } from '../disk-space.ts';
import { leftMs } from '../moments.ts';
import type { IndexFacts } from '../observed.ts';
import { currentEpochAlias, longestOutageMs, ownsBlock, type Situation } from '../situation.ts';
import { AT_ONCE_MS, fail, SOON_MS, type Step, type StepOptions, step, time } from '../step.ts';
import { LONGEST_WAIT_MS } from './lifting.ts';
import { refuseProtected } from './protection.ts';

/**
 * Writes to the source stop, provably: the block is set through the epoch alias, and Elasticsearch confirms that no
 * write is in flight. The round that begins then reaches the highest operation of every shard, and nothing follows it.
 */
export function fence(situation: Situation): Step {
  const { status, source, spec, now } = situation;
  const options = {
    phase: 'Fencing',
    message: `blocking writes to ${status.source?.index ?? spec.source.index}`,
    ...(status.copy ? { percent: 97 } : {}),
  } as const;
  if (!source)
    return fail(
      situation,
      'SourceChanged',
      `${status.source?.index} was deleted or recreated before writes could be blocked; a retry plans again`,
    );
  const guarded = refuseProtected(situation);
  if (guarded) return guarded;
  if (leftMs(status.fenceAfter, LONGEST_WAIT_MS, now) > 0)
    return step(situation, { ...options, message: waitMessage(situation), next: SOON_MS });
  if (!status.fence && isFlooded(situation.destination)) return waitForDisk(situation, options);
  if (!status.fence)
    return prepare(situation) ?? step(situation, { ...options, status: intended(situation), next: 'now' });
  const { tasks } = situation.observed;
  if (!tasks.complete || tasks.running.length > 0)
    return step(situation, {
      ...options,
      message: 'waiting until the tasks of an earlier round are gone',
      actions: tasks.running.map(({ id }) => ({ type: 'CancelTask', task: id })),
      next: AT_ONCE_MS,
    });
  if (status.fence.verified && !situation.blocked)
    return fail(
      situation,
      'SourceChanged',
      `the write block on ${source.name} was lifted by somebody else during the copy; no alias was moved: a retry copies everything again`,
    );
  if (status.plan?.blockedBefore && !situation.blocked)
    return fail(
      situation,
      'SourceChanged',
      `the write block that was on ${source.name} before this request was lifted by somebody else; a retry plans again`,
    );
  if (isOfSomebodyElse(situation))
    return step(situation, {
      ...options,
      message: `somebody else has blocked writes to ${source.name} meanwhile`,
      status: { ...status, ...withForeignBlock(situation) },
      next: 'now',
    });
  return step(situation, { ...options, actions: [blockAction(situation)] });
}

/** From the intent on the time counts that writers may be kept waiting. A copy that writers wait for as a whole is not prepared. */
function prepare(situation: Situation): Step | undefined {
  const { source, destination, status } = situation;
  if (!source || !destination || !status.copy || status.copy.flushed) return undefined;
  return step(situation, {
    phase: 'CatchingUp',
    message: `preparing to block writes to ${source.name}`,
    percent: 96,
    actions: [{ type: 'PrepareBlock', source: targetOf(source), destination: targetOf(destination) }],
  });
}

const targetOf = ({ name, uuid }: IndexFacts) => ({ index: name, uuid });

/** It came after the intent and before our call: their block is not ours to lift, and stops writers as well. */
function isOfSomebodyElse(situation: Situation): boolean {
  return situation.blocked && situation.mark?.blocks === false && !ownsBlock(situation);
}

/** Writers would wait for a copy that cannot be written. */
function waitForDisk(situation: Situation, options: Pick<StepOptions, 'phase' | 'percent'>): Step {
  const message = floodMessage(situation.spec.destination.index);
  const ready = { type: 'reconciling', reason: 'DiskFull', message } as const;
  return step(situation, { ...options, message, ready, next: 5 * SOON_MS });
}

/** The journal first: since when, until when at the latest, and under which epoch. */
function intended(situation: Situation) {
  const { status, now, epoch } = situation;
  const allowed = longestOutageMs(situation);
  const deadline = allowed === undefined ? {} : { deadline: time(now + allowed) };
  const { fenceAfter: _after, ...rest } = status;
  return {
    ...rest,
    ...(withForeignBlock(situation) ?? withoutForeignBlock(situation)),
    blockedSince: time(now),
    fence: { verified: false, ...deadline },
    ...(status.copy ? { epoch: epoch + 1, copy: { ...status.copy, sealed: true } } : {}),
  };
}

/** Somebody has blocked the source since the plan was made: their block is not ours to lift. */
function withForeignBlock(situation: Situation) {
  const { status, blocked } = situation;
  return status.plan && blocked && !ownsBlock(situation)
    ? { plan: { ...status.plan, blockedBefore: true } }
    : undefined;
}

/** Theirs, from before the plan, was lifted while nothing rested on it yet: the block that comes now is ours. */
function withoutForeignBlock({ status, blocked }: Situation) {
  return status.plan && !blocked ? { plan: { ...status.plan, blockedBefore: false } } : {};
}

function waitMessage({ status, spec }: Situation): string {
  return `writes to ${status.source?.index ?? spec.source.index} are free again; the next try to move the aliases is ${(status.fenceTries ?? 0) + 1}`;
}

/** A block of unknown proof is set anew; one that was there before us is not ours to lift. */
function blockAction(situation: Situation) {
  const { source, destination, status, blocked } = situation;
  const target = { index: source?.name ?? '', uuid: source?.uuid ?? '' };
  const liftFirst = blocked && !status.plan?.blockedBefore;
  const through = currentEpochAlias(situation);
  return {
    type: 'BlockWrites',
    target,
    through,
    liftFirst,
    ...noted(situation),
    ...(destination && status.copy?.flushed && !liftFirst ? { readied: targetOf(destination) } : {}),
  } as const;
}

/** Whose it is, for whoever finds it without a status. */
function noted({ destination, mark }: Situation) {
  if (!destination || !mark || mark.blocks) return {};
  const meta = withMark(destination.mappings, { ...mark, blocks: true, blockedBefore: false })['_meta'];
  return { note: { target: targetOf(destination), meta } };
}
