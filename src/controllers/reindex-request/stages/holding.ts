import { targetOf } from '../changes.ts';
import { setsBlocks } from '../locking.ts';
import { foreignEpochs } from '../names.ts';
import type { Claim } from '../observed.ts';
import { hasBegun, type Situation } from '../situation.ts';
import { hasWriteBlock, writesBlocked } from '../index-facts.ts';
import { SOON_MS, type Step, step } from '../step.ts';

/**
 * The names of the plan become ours before anything is done on them. Of an owner without a sign of life what it held is
 * ended first: its epoch alias, so that nothing of it can act any more, then a write block that it has set.
 */
export function hold(situation: Situation): Step | undefined {
  if (situation.spec.dryRun) return undefined;
  return takeNames(situation) ?? endAbandoned(situation) ?? planAgain(situation);
}

/**
 * Whoever stops right after it has taken a turn over ends what is left there first: with the lock the only word of whose
 * block it is would go.
 */
export function endInherited(situation: Situation): Step | undefined {
  const { observed, status } = situation;
  const [source] = observed.sources;
  const isHeld = observed.claims?.some(({ name, by }) => by === 'us' && name === source?.name) ?? false;
  return isHeld && !hasBegun(status.phase) ? endAbandoned(situation) : undefined;
}

function takeNames(situation: Situation): Step | undefined {
  const { observed } = situation;
  const message = `taking ${situation.spec.source.index} and its aliases`;
  const { claims } = observed;
  if (!claims) return step(situation, { phase: 'Validating', message, next: SOON_MS });
  if (claims.every(({ by }) => by === 'us')) return undefined;
  const inherited = claims.map((claim) => withoutAlias(claim, situation));
  const blocks = setsBlocks(situation);
  return step(situation, {
    phase: 'Validating',
    message,
    actions: [{ type: 'HoldLocks', claims: inherited, blocks }],
  });
}

/** A block can be its owner's only while its epoch alias is there: it sets one through it, and lifts it before it. */
function withoutAlias(claim: Claim, { observed, uid }: Situation): Claim {
  const [source] = observed.sources;
  if (claim.by !== 'other') return claim;
  const copies = claim.name === source?.name && foreignEpochs(source, uid).length > 0;
  return { ...claim, blocks: claim.blocks && copies };
}

function endAbandoned(situation: Situation): Step | undefined {
  const { observed, uid, status } = situation;
  const [source] = observed.sources;
  if (!source) return undefined;
  const target = targetOf(source);
  const message = `ending what an operator without a sign of life has left on ${source.name}`;
  const act = (action: NonNullable<Step['actions']>[number]) =>
    step(situation, { phase: 'Validating', message, actions: [action] });
  const aliases = foreignEpochs(source, uid);
  if (aliases.length > 0) return act({ type: 'DropAliases', target, aliases });
  const isLeft = observed.claims?.some(
    ({ name, by, blocks }) => by === 'us' && name === source.name && blocks,
  );
  const isNotOurs = status.plan?.blockedBefore === true;
  return isLeft && isNotOurs && hasWriteBlock(source) ? act({ type: 'LiftBlock', target }) : undefined;
}

/** The plan was made while the block was there. */
function planAgain(situation: Situation): Step | undefined {
  const { status, observed } = situation;
  const [source] = observed.sources;
  if (!source || !status.plan?.blockedBefore || writesBlocked(source)) return undefined;
  return step(situation, {
    phase: 'Validating',
    message: `writes to ${source.name} are free again`,
    status: { ...status, plan: { ...status.plan, blockedBefore: false } },
    next: 'now',
  });
}
