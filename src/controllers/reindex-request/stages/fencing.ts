import { cancelStrays, metaWith, targetOf } from '../changes.ts';
import { floodMessage, isFlooded } from '../disk-space.ts';
import { leftMs, time } from '../moments.ts';
import { currentEpochAlias, type Prepared, type Situation } from '../situation.ts';
import { longestOutageMs, ownsBlock } from '../write-block.ts';
import { AT_ONCE_MS, fail, SOON_MS, type Step, type StepOptions, step } from '../step.ts';
import { LONGEST_WAIT_MS } from './lifting.ts';
import { refuseProtected } from './protection.ts';

/**
 * Writes to the source stop, provably: the block is set through the epoch alias, and Elasticsearch confirms that no
 * write is in flight. The round that begins then reaches the highest operation of every shard, and nothing follows it.
 */
export function fence(situation: Prepared): Step {
  const waiting = refuseProtected(situation) ?? waitForTry(situation);
  if (waiting) return waiting;
  if (!situation.status.fence) return begin(situation);
  return (
    stopStrays(situation) ??
    refuseLifted(situation) ??
    acceptForeign(situation) ??
    fencing(situation, { actions: [blockAction(situation)] })
  );
}

function fencing(situation: Prepared, options: Partial<StepOptions>): Step {
  const { source, status } = situation;
  return step(situation, {
    phase: 'Fencing',
    message: `blocking writes to ${source.name}`,
    ...(status.copy ? { percent: 97 } : {}),
    ...options,
  });
}

function waitForTry(situation: Prepared): Step | undefined {
  if (leftMs(situation.status.fenceAfter, LONGEST_WAIT_MS, situation.now) === 0) return undefined;
  return fencing(situation, { message: waitMessage(situation), next: SOON_MS });
}

function begin(situation: Prepared): Step {
  if (isFlooded(situation.destination)) return waitForDisk(situation);
  return prepare(situation) ?? fencing(situation, { status: intended(situation), next: 'now' });
}

function stopStrays(situation: Prepared): Step | undefined {
  const actions = cancelStrays(situation);
  const message = 'waiting until the tasks of an earlier round are gone';
  return actions && fencing(situation, { message, actions, next: AT_ONCE_MS });
}

/** What was copied rests on the block that was there. */
function refuseLifted(situation: Prepared): Step | undefined {
  const { status, source, blocked } = situation;
  if (blocked) return undefined;
  if (status.fence?.verified)
    return fail(
      situation,
      'SourceChanged',
      `the write block on ${source.name} was lifted by somebody else during the copy; no alias was moved: a retry copies everything again`,
    );
  if (!status.plan?.blockedBefore) return undefined;
  return fail(
    situation,
    'SourceChanged',
    `the write block that was on ${source.name} before this request was lifted by somebody else; a retry plans again`,
  );
}

/** It came after the intent and before our call: their block is not ours to lift, and stops writers as well. */
function acceptForeign(situation: Prepared): Step | undefined {
  const { blocked, mark, source, status } = situation;
  if (!blocked || mark.blocks !== false || ownsBlock(situation)) return undefined;
  return fencing(situation, {
    message: `somebody else has blocked writes to ${source.name} meanwhile`,
    status: { ...status, ...withForeignBlock(situation) },
    next: 'now',
  });
}

/** From the intent on the time counts that writers may be kept waiting. A copy that writers wait for as a whole is not prepared. */
function prepare(situation: Prepared): Step | undefined {
  const { source, destination, status } = situation;
  if (!status.copy || status.copy.flushed) return undefined;
  return step(situation, {
    phase: 'CatchingUp',
    message: `preparing to block writes to ${source.name}`,
    percent: 96,
    actions: [{ type: 'PrepareBlock', source: targetOf(source), destination: targetOf(destination) }],
  });
}

/** Writers would wait for a copy that cannot be written. */
function waitForDisk(situation: Prepared): Step {
  const message = floodMessage(situation.spec.destination.index);
  const ready = { type: 'reconciling', reason: 'DiskFull', message } as const;
  return fencing(situation, { message, ready, next: 5 * SOON_MS });
}

/** The journal first: since when, until when at the latest, and under which epoch. */
function intended(situation: Situation) {
  const { status, now, epoch } = situation;
  const { fenceAfter: _after, ...rest } = status;
  const { plan } = withForeignBlock(situation) ?? withoutForeignBlock(situation);
  return {
    ...rest,
    ...(plan ? { plan } : {}),
    blockedSince: time(now),
    fence: { verified: false, ...(plan?.blockedBefore ? {} : deadline(situation)) },
    ...(status.copy ? { epoch: epoch + 1, copy: { ...status.copy, sealed: true } } : {}),
  };
}

function deadline(situation: Situation) {
  const allowed = longestOutageMs(situation);
  return allowed === undefined ? {} : { deadline: time(situation.now + allowed) };
}

/** Somebody has blocked the source since the plan was made: their block is not ours to lift. */
function withForeignBlock(situation: Situation) {
  const { status, blocked } = situation;
  return status.plan && blocked && !ownsBlock(situation)
    ? { plan: { ...status.plan, blockedBefore: true } }
    : undefined;
}

/** Theirs, from before the plan, was lifted while nothing rested on it yet: the block that comes now is ours. */
function withoutForeignBlock({ status, blocked }: Situation): Pick<Situation['status'], 'plan'> {
  return status.plan && !blocked ? { plan: { ...status.plan, blockedBefore: false } } : {};
}

function waitMessage({ status, source }: Prepared): string {
  return `writes to ${source.name} are free again; the next try to move the aliases is ${(status.fenceTries ?? 0) + 1}`;
}

/** A block of unknown proof is set anew; one that was there before us is not ours to lift. */
function blockAction(situation: Prepared) {
  const { source, destination, status, blocked } = situation;
  const liftFirst = blocked && !status.plan?.blockedBefore;
  return {
    type: 'BlockWrites',
    target: targetOf(source),
    through: currentEpochAlias(situation),
    liftFirst,
    ...noted(situation),
    ...(status.copy?.flushed && !liftFirst ? { readied: targetOf(destination) } : {}),
  } as const;
}

/** Whose it is, for whoever finds it without a status. */
function noted({ destination, mark }: Prepared) {
  if (mark.blocks) return {};
  const meta = metaWith(destination, { ...mark, blocks: true, blockedBefore: false });
  return { note: { target: targetOf(destination), meta } };
}
