import type { ReindexAction } from '../actions.ts';
import { markChange, settingsChange, targetOf } from '../changes.ts';
import { flatten } from '../../index-settings.ts';
import {
  afterMove,
  aliasesOfDestination,
  isMovedBack,
  operationsSince,
  rollbackAliases,
  rollbackAsked,
} from '../moved.ts';
import { rollbackAlias, sealedAlias, userAliases } from '../names.ts';
import type { Situation } from '../situation.ts';
import { writesBlocked } from '../index-facts.ts';
import { time } from '../moments.ts';
import { SOON_MS, type Step, step } from '../step.ts';
import { letRollbackGo, longestBlockMs } from './rollback-let-go.ts';
import { rollbackStep, withRollback } from './rollback-step.ts';
import { freeSource } from './serving.ts';

/** What a person writes into the annotation who knows what is lost. */
const DISCARD = 'discard-new-writes';

/**
 * The way back: writes to the destination stop, provably; if it has taken none since the move, one call moves the
 * aliases. Until that call everything can be let go, and is, when it is refused, withdrawn or overtaken.
 */
export function rollBack(situation: Situation): Step {
  const moved = afterMove(situation);
  if (!moved.status.rollback) return begin(moved);
  if (isMovedBack(moved)) return finish(moved);
  return letRollbackGo(moved) ?? hold(moved) ?? judge(moved);
}

/** The intent. A status that was lost after the aliases had moved back only needs the end. */
function begin(moved: Situation): Step {
  const { status, epoch, mark, now } = moved;
  const asked = rollbackAsked(moved) ?? mark?.rollback ?? '';
  const { rollbackRefused: _refused, newWrites: _newWrites, ...rest } = status;
  const rollback = {
    asked,
    number: epoch + 1,
    blockedBefore: blockedBefore(moved),
  };
  return rollbackStep(moved, `moving the aliases back to ${status.source?.index}`, {
    status: { ...rest, epoch: epoch + 1, rollback, intent: { type: 'Rollback', time: time(now) } },
    next: 'now',
  });
}

/** A mark that says so is of a try whose status was lost: what blocks writes by now may be that try's. */
function blockedBefore({ destination, mark }: Situation): boolean {
  return mark?.rollbackBlockedBefore ?? (destination !== undefined && writesBlocked(destination));
}

/** Through an alias of this try, so that a late block of an earlier one finds nothing to block. */
function hold(moved: Situation): Step | undefined {
  const { status, destination, mark, uid } = moved;
  const { rollback } = status;
  if (!destination || !rollback) return undefined;
  const message = `blocking writes to ${destination.name} before the aliases move back`;
  const target = targetOf(destination);
  const act = (action: ReindexAction) => rollbackStep(moved, message, { actions: [action] });
  if (mark && mark.rollback !== rollback.asked) {
    const noted = { rollback: rollback.asked, rollbackBlockedBefore: rollback.blockedBefore };
    return act(markChange(destination, { ...mark, ...noted }));
  }
  const blocked = writesBlocked(destination);
  const alias = rollbackAlias(uid, rollback.number);
  const isProven = blocked && (rollback.verified || rollback.blockedBefore);
  if (isProven && sealedAlias(alias) in destination.aliases) return undefined;
  // Of a try whose status was lost: its own end must not come in the middle of this one.
  const earlier = rollbackAliases(moved).filter((other) => other !== alias);
  if (earlier.length > 0) return act({ type: 'DropAliases', target, aliases: earlier });
  if (!(alias in destination.aliases)) return act({ type: 'AddAlias', target, alias });
  if (blocked && rollback.blockedBefore) return undefined;
  // The journal first: until when those who write may wait.
  if (rollback.deadline === undefined) {
    const deadline = time(moved.now + longestBlockMs(moved));
    return rollbackStep(moved, message, { status: withRollback(moved, { deadline }), next: 'now' });
  }
  if (blocked && rollback.verified) return undefined;
  return act({ type: 'BlockDestination', target, through: alias, liftFirst: blocked });
}

/** Nothing is in flight any more: what the destination has beyond the move would be lost. */
function judge(moved: Situation): Step {
  const { status, source, destination, observed, uid } = moved;
  const { rollback } = status;
  const shards = observed.destinationShards;
  const message = `moving the aliases back to ${status.source?.index}`;
  const settled = shards?.every(({ maxSeqNo, globalCheckpoint }) => maxSeqNo === globalCheckpoint);
  if (!source || !destination || !rollback || !shards) return rollbackStep(moved, message, { next: 'now' });
  // On 8.x a block does not flush, and a checkpoint behind an asynchronous translog waits for that.
  if (!settled)
    return rollbackStep(moved, message, {
      actions: [{ type: 'Flush', target: targetOf(destination) }],
      next: SOON_MS / 2,
    });
  const newWrites = operationsSince(status.cutoverMaxSeq?.destination, shards);
  if (newWrites !== 0 && rollback.asked !== DISCARD)
    return rollbackStep(moved, message, {
      status: { ...withRollback(moved, { letGo: 'NewWrites' }), newWrites },
      next: 'now',
    });
  const alias = rollbackAlias(uid, rollback.number);
  const sealed = sealedAlias(alias);
  const action = {
    type: 'RollBack',
    source: targetOf(source),
    destination: targetOf(destination),
    through: sealed in destination.aliases ? sealed : alias,
    moved: aliasesOfDestination(moved),
    maxSeqNos: shards.map(({ maxSeqNo }) => maxSeqNo),
  } as const;
  return rollbackStep(moved, message, { actions: [action] });
}

/** The old index is as it was; the new one stays as it is, out of sight, for a person to judge. */
function finish(moved: Situation): Step {
  const { status, destination } = moved;
  const message = `moved the aliases back to ${status.source?.index}`;
  const actions = [...freeSource(moved), ...retire(moved)];
  if (actions.length > 0) return rollbackStep(moved, message, { actions });
  const { rollback, intent: _intent, blockedSince: _since, rollbackUntil: _until, ...rest } = status;
  const left = destination ? userAliases(destination) : [];
  const aliases = left.length > 0 ? ` with ${left.join(', ')}, which came later,` : '';
  const end = `${movedBack(moved).join(', ')} moved back to ${status.source?.index}; ${moved.spec.destination.index} stays${aliases} hidden and without writes until you delete it`;
  return step(moved, {
    phase: 'RolledBack',
    message: end,
    status: { ...rest, lastHandledRollback: rollback?.asked },
    ready: { type: 'stalled', reason: 'RolledBack', message: end },
    next: 'changed',
    holds: false,
  });
}

/** One that was taken off the new index during the window has not moved. */
function movedBack({ status, source }: Situation): readonly string[] {
  return (status.aliasesMoved ?? []).filter((name) => name in (source?.aliases ?? {}));
}

/** Without a life-cycle policy, which could delete what a person is to judge. */
function retire({ destination, observed }: Situation): readonly ReindexAction[] {
  if (!destination || observed.protects(destination.name)) return [];
  const governed = flatten(destination.settings)['index.lifecycle.name'] !== undefined;
  return settingsChange(destination, {
    'index.hidden': true,
    ...(governed ? { 'index.lifecycle.name': null } : {}),
  });
}
