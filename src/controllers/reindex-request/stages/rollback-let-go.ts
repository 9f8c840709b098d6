import { ROLLBACK_REFUSALS } from '../../../crds/reindex-request-status.ts';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { markChange, targetOf } from '../changes.ts';
import { leftMs } from '../moments.ts';
import type { ReindexAction } from '../actions.ts';
import type { IndexFacts } from '../observed.ts';
import { aliasesOfDestination, rollbackAliases, rollbackAsked } from '../moved.ts';
import { refusal } from '../moved-conditions.ts';
import { isEpochAlias, releasedAlias, rollbackAlias, sealedAlias } from '../names.ts';
import type { Situation } from '../situation.ts';
import { hasWriteBlock, takesMark, writesBlocked } from '../index-facts.ts';
import { longestOutageMs } from '../write-block.ts';
import { type Step, step } from '../step.ts';
import { type Rollback, rollbackStep, withRollback } from './rollback-step.ts';

/** Why it does not go on; what is held goes in the order in which nothing late can act: alias, block, what is left of it, intent. */
export function letRollbackGo(moved: Situation): Step | undefined {
  const { status, destination, uid } = moved;
  const { rollback } = status;
  if (!rollback) return undefined;
  if (rollback.letGo === undefined) {
    const why = whyNot(moved, rollback);
    if (why === undefined) return undefined;
    return rollbackStep(moved, whyMessage(moved, why), {
      status: withRollback(moved, { letGo: why }),
      next: 'now',
    });
  }
  const message = whyMessage(moved, rollback.letGo);
  if (destination && hasWriteBlock(destination) && !rollback.blockedBefore)
    return rollbackStep(moved, message, {
      actions: [freed(destination, rollbackAlias(uid, rollback.number))],
    });
  if (destination && rollbackAliases(moved).length > 0)
    return rollbackStep(moved, message, {
      actions: [{ type: 'DropAliases', target: targetOf(destination), aliases: rollbackAliases(moved) }],
    });
  return forget(moved, message) ?? answer(moved, rollback);
}

/**
 * As the local timer does it, which can go on from there. Also where the index is protected by now: the block is ours, and
 * writers wait.
 */
function freed(destination: IndexFacts, alias: string): ReindexAction {
  const over = releasedAlias(alias);
  const target = targetOf(destination);
  const from = [alias, sealedAlias(alias)].find((held) => held in destination.aliases);
  if (from !== undefined) return { type: 'MoveEpochAlias', target, from, to: over };
  return { type: 'LiftBlock', target, ...(over in destination.aliases ? { through: over } : {}) };
}

/** Whoever blocks the destination from now on is somebody else. */
function forget(moved: Situation, message: string): Step | undefined {
  const { destination, mark, observed } = moved;
  if (!destination || mark?.rollback === undefined || !takesMark(destination)) return undefined;
  if (observed.protects(destination.name)) return undefined;
  const { rollback: _asked, rollbackBlockedBefore: _before, ...rest } = mark;
  return rollbackStep(moved, message, { actions: [markChange(destination, rest)] });
}

function whyNot(moved: Situation, rollback: Rollback): string | undefined {
  const { asked, blockedBefore } = rollback;
  const { resource, source, destination, observed } = moved;
  if (resource.metadata.deletionTimestamp || !source || !destination) return 'Overtaken';
  if (aliasesOfDestination(moved).length === 0) return 'Overtaken';
  if (asked === '' || rollbackAsked(moved) !== asked) return 'Withdrawn';
  if ([source.name, destination.name].some((name) => observed.protects(name))) return 'Overtaken';
  if (source.closed) return 'SourceClosed';
  if (destination.closed) return 'DestinationClosed';
  // No alias can be given to the one, nor taken from the other: what serves is not blocked for that.
  if (!takesMark(source)) return 'SourceReadOnly';
  if (!takesMark(destination)) return 'DestinationReadOnly';
  if (Object.keys(destination.aliases).some(isEpochAlias)) return 'DestinationInUse';
  if (!observed.destinationShards) return 'DestinationUnhealthy';
  if (isTooLate(rollback, moved)) return 'NotInTime';
  // Somebody lifted their own block, or took our alias away: what was known does not hold, and it begins anew.
  if (blockedBefore && !writesBlocked(destination)) return 'Interrupted';
  return isReleased(rollback, moved) ? 'Interrupted' : undefined;
}

/** A connection that was suspended, shards that do not settle: those who write into what serves wait no longer. */
const LONGEST_BLOCK_MS = 30_000;

/** Unless the spec lets writers wait for longer. */
export function longestBlockMs(moved: Situation): number {
  return Math.max(LONGEST_BLOCK_MS, longestOutageMs(moved) ?? 0);
}

function isTooLate({ deadline }: Rollback, moved: Situation): boolean {
  return deadline !== undefined && leftMs(deadline, longestBlockMs(moved), moved.now) === 0;
}

/** Without a pass: by the process that held it, when that ended, or by a person. */
function isReleased({ number, verified }: Rollback, { destination, uid }: Situation): boolean {
  const alias = rollbackAlias(uid, number);
  const aliases = destination?.aliases ?? {};
  const isHeld = [alias, sealedAlias(alias)].some((held) => held in aliases);
  return releasedAlias(alias) in aliases || (verified === true && !isHeld);
}

function whyMessage(moved: Situation, why: string): string {
  return isRefusal(why)
    ? `rollback refused: ${refusal(moved, moved.status, why)}`
    : `the aliases do not move back: ${moved.spec.destination.index} takes writes again`;
}

type Refusal = NonNullable<ReindexRequestStatus['rollbackRefused']>;

const REFUSALS: ReadonlySet<string> = new Set(ROLLBACK_REFUSALS);

const isRefusal = (why: string): why is Refusal => REFUSALS.has(why);

/** Refused is answered, and asked again only with another value; everything else may be asked again with the same. */
function answer(moved: Situation, { asked, letGo: why = '' }: Rollback): Step {
  const { rollback: _rollback, intent: _intent, ...rest } = moved.status;
  if (!isRefusal(why)) return rollbackStep(moved, whyMessage(moved, why), { status: rest, next: 'now' });
  const status = { ...rest, lastHandledRollback: asked, rollbackRefused: why };
  const note = refusal(moved, status, why);
  return step(moved, {
    phase: 'RollbackWindow',
    message: note,
    status,
    ready: { type: 'ready', reason: 'Completed', message: note },
    next: 'now',
    events: [{ type: 'Warning', reason: 'RollbackRefused', action: 'Rollback', note }],
  });
}
