import { ROLLBACK_REFUSALS } from '../../../crds/reindex-request-status.ts';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ReindexAction, Target } from '../actions.ts';
import { flatten, hasSettings, withMark } from '../destination.ts';
import {
  afterMove,
  aliasesOfDestination,
  foreignAliases,
  isMovedBack,
  operationsSince,
  rollbackAliases,
  rollbackAsked,
} from '../moved.ts';
import { refusal } from '../moved-conditions.ts';
import { isEpochAlias, rollbackAlias } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { hasWriteBlock, type Situation, takesMark, writesBlocked } from '../situation.ts';
import { SOON_MS, type Step, step, time } from '../step.ts';
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
  return letGo(moved) ?? hold(moved) ?? judge(moved);
}

type Rollback = NonNullable<ReindexRequestStatus['rollback']>;

function rollbackStep(
  moved: Situation,
  message: string,
  options: { actions?: Step['actions']; status?: ReindexRequestStatus; next?: Step['next'] },
): Step {
  return step(moved, {
    phase: 'RollbackWindow',
    message,
    ready: { type: 'ready', reason: 'Completed', message },
    progress: { ...moved.status.progress, message },
    ...(options as object),
  });
}

const targetOf = ({ name, uuid }: IndexFacts): Target => ({ index: name, uuid });

function withRollback({ status }: Situation, change: Partial<Rollback>): ReindexRequestStatus {
  return status.rollback ? { ...status, rollback: { ...status.rollback, ...change } } : status;
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

/** Why it does not go on; what is held goes in the order in which nothing late can act: alias, block, intent. */
function letGo(moved: Situation): Step | undefined {
  const { status, destination } = moved;
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
  if (destination && rollbackAliases(moved).length > 0)
    return rollbackStep(moved, message, {
      actions: [{ type: 'DropAliases', target: targetOf(destination), aliases: rollbackAliases(moved) }],
    });
  // Also where it is protected by now: the block is ours, and writers wait.
  if (destination && hasWriteBlock(destination) && !rollback.blockedBefore)
    return rollbackStep(moved, message, { actions: [{ type: 'LiftBlock', target: targetOf(destination) }] });
  return forget(moved, message) ?? answer(moved, rollback);
}

/** Whoever blocks the destination from now on is somebody else. */
function forget(moved: Situation, message: string): Step | undefined {
  const { destination, mark, observed } = moved;
  if (!destination || mark?.rollback === undefined || !takesMark(destination)) return undefined;
  if (observed.protects(destination.name)) return undefined;
  const { rollback: _asked, rollbackBlockedBefore: _before, ...rest } = mark;
  const meta = withMark(destination.mappings, rest)['_meta'];
  return rollbackStep(moved, message, {
    actions: [{ type: 'SetMeta', target: targetOf(destination), meta }],
  });
}

function whyNot(moved: Situation, { asked, blockedBefore, verified }: Rollback): string | undefined {
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
  // Somebody lifted their own block, or took our alias away: what was known does not hold, and it begins anew.
  if (blockedBefore && !writesBlocked(destination)) return 'Interrupted';
  if (verified && rollbackAliases(moved).length === 0) return 'Interrupted';
  return undefined;
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
    const meta = withMark(destination.mappings, { ...mark, ...noted })['_meta'];
    return act({ type: 'SetMeta', target, meta });
  }
  const alias = rollbackAlias(uid, rollback.number);
  if (!(alias in destination.aliases)) return act({ type: 'AddEpochAlias', target, alias });
  const blocked = writesBlocked(destination);
  if (blocked && (rollback.verified || rollback.blockedBefore)) return undefined;
  return act({ type: 'BlockDestination', target, through: alias, liftFirst: blocked });
}

/** Nothing is in flight any more: what the destination has beyond the move would be lost. */
function judge(moved: Situation): Step {
  const { status, source, destination, observed, uid } = moved;
  const { rollback } = status;
  const shards = observed.destinationShards;
  const message = `moving the aliases back to ${status.source?.index}`;
  const settled = shards?.every(({ maxSeqNo, globalCheckpoint }) => maxSeqNo === globalCheckpoint);
  if (!source || !destination || !rollback || !shards || !settled)
    return rollbackStep(moved, message, { next: SOON_MS / 2 });
  const newWrites = operationsSince(status.cutoverMaxSeq?.destination, shards);
  if (newWrites !== 0 && rollback.asked !== DISCARD)
    return rollbackStep(moved, message, {
      status: { ...withRollback(moved, { letGo: 'NewWrites' }), newWrites },
      next: 'now',
    });
  const action = {
    type: 'RollBack',
    source: targetOf(source),
    destination: targetOf(destination),
    through: rollbackAlias(uid, rollback.number),
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
  const left = destination ? foreignAliases(destination) : [];
  const aliases = left.length > 0 ? ` with ${left.join(', ')}, which came later,` : '';
  const end = `${(status.aliasesMoved ?? []).join(', ')} moved back to ${status.source?.index}; ${moved.spec.destination.index} stays${aliases} hidden and without writes until you delete it`;
  return step(moved, {
    phase: 'RolledBack',
    message: end,
    status: { ...rest, lastHandledRollback: rollback?.asked },
    progress: { ...status.progress, message: end },
    ready: { type: 'stalled', reason: 'RolledBack', message: end },
    next: 'changed',
    holds: false,
  });
}

/** Without a life-cycle policy, which could delete what a person is to judge. */
function retire({ destination, observed }: Situation): readonly ReindexAction[] {
  if (!destination || observed.protects(destination.name)) return [];
  const governed = flatten(destination.settings)['index.lifecycle.name'] !== undefined;
  const settings = { 'index.hidden': true, ...(governed ? { 'index.lifecycle.name': null } : {}) };
  if (hasSettings(destination.settings, settings)) return [];
  return [{ type: 'SetSettings', target: targetOf(destination), settings }];
}
