import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ReindexAction, Target } from '../actions.ts';
import {
  blocked,
  creationBody,
  type DestinationMark,
  hasSettings,
  markOf,
  tunedSettings,
  valuesToRestore,
  wasNeverFilled,
  withMark,
} from '../destination.ts';
import { givesIds } from '../../index-settings.ts';
import { epochAlias } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { preparedMark } from '../requests.ts';
import { currentEpochAlias, type Situation } from '../situation.ts';
import { fail, type Step, step, time } from '../step.ts';
import { refuseProtected } from './protection.ts';
import { isAbandoned, refuseIds } from './refusals.ts';

/** The epoch alias on the source, and an empty destination of our own that is tuned for being filled. */
export function prepare(situation: Situation): Step {
  const { source, status, spec } = situation;
  if (!source)
    return fail(
      situation,
      'SourceChanged',
      `${status.source?.index ?? spec.source.index} is no longer the index of the plan: it was deleted or recreated; a retry plans again`,
    );
  const guarded = refuseProtected(situation);
  if (guarded) return guarded;
  const message = `preparing ${spec.destination.index}`;
  if (status.intent?.type !== 'Prepare') return intend(situation, message);
  return destinationStep(situation, source, message);
}

/** The journal first: epoch and attempt are in status before anything carries them. */
function intend(situation: Situation, message: string): Step {
  const { status, now } = situation;
  const { attempt, epoch } = freshStart(situation);
  const { copy: _copy, fence: _fence, verification: _verification, ...rest } = status;
  return step(situation, {
    phase: 'Preparing',
    message,
    status: { ...rest, epoch, attempt, intent: { type: 'Prepare', time: time(now) } },
    next: 'now',
  });
}

/**
 * What an earlier life of this request has left may still be written to by its tasks, from before writes were free
 * again: a new attempt recreates the destination, and a new epoch leaves those tasks nothing to read from.
 */
function freshStart({ mark, attempt, epoch, epochs }: Situation) {
  const begun = mark !== undefined || epochs.length > 0;
  return begun
    ? { attempt: Math.max(attempt, mark?.attempt ?? 0) + 1, epoch: Math.max(epoch, ...epochs) + 1 }
    : { attempt, epoch };
}

function destinationStep(situation: Situation, source: IndexFacts, message: string): Step {
  const { destination, mark, attempt, spec } = situation;
  const alias = epochActions(situation, source);
  if (!destination) {
    const body = blocked(creationBody(spec.destination, source, preparedMark(situation, source)));
    return step(situation, {
      phase: 'Preparing',
      message,
      actions: [...alias, { type: 'CreateDestination', index: spec.destination.index, body }],
    });
  }
  const target = { index: destination.name, uuid: destination.uuid };
  const aliases = Object.keys(destination.aliases);
  const dropAliases = { type: 'DropAliases', target, aliases } as const;
  if (aliases.length > 0 && wasNeverFilled(mark))
    return step(situation, { phase: 'Preparing', message, actions: [dropAliases] });
  if (mark ? mark.attempt !== attempt && mark.state === 'copying' : isAbandoned(situation)) {
    if (aliases.length > 0)
      return fail(
        situation,
        'AliasConflict',
        `${target.index}, the unfinished copy of an earlier attempt, has the alias ${aliases.join(', ')} and may be in use, so it was not recreated: remove the alias, then retry`,
      );
    return step(situation, {
      phase: 'Preparing',
      message: `recreating ${target.index}, the unfinished copy of an earlier attempt`,
      actions: [{ type: 'DeleteDestination', target, owner: markOf(destination.mappings)?.uid ?? '' }],
    });
  }
  if (!mark)
    return fail(
      situation,
      'ForeignDestination',
      `${spec.destination.index} was created by somebody else meanwhile; it was not touched: delete it, then retry`,
    );
  if (mark.state === 'final' && situation.epochs.length > 0)
    return step(situation, {
      phase: 'Preparing',
      message,
      actions: [
        {
          type: 'SetMeta',
          target,
          meta: withMark(destination.mappings, { ...mark, state: 'copying' })['_meta'],
        },
      ],
    });
  if (aliases.length > 0) return step(situation, { phase: 'Preparing', message, actions: [dropAliases] });
  // An index template may say so where the request does not.
  if (givesIds(destination.settings)) return refuseIds(situation);
  return step(situation, {
    phase: 'Preparing',
    message,
    status: withDestination(situation, target),
    actions: [...alias, ...tuning(situation, source, destination, mark)],
  });
}

/** What was copied into an index that is gone does not count for the one that took its place. */
function withDestination({ status }: Situation, { index, uuid }: Target): ReindexRequestStatus {
  const { copy: _copy, verification: _verification, ...fresh } = status;
  const replaced = status.destination?.uuid !== undefined && status.destination.uuid !== uuid;
  return { ...(replaced ? fresh : status), destination: { ...status.destination, index, uuid } };
}

function epochActions(situation: Situation, source: IndexFacts): readonly ReindexAction[] {
  const alias = currentEpochAlias(situation);
  const target = { index: source.name, uuid: source.uuid };
  const older = situation.epochs.filter((epoch) => epoch !== situation.epoch);
  if (older.length > 0)
    return older.map((epoch) => ({
      type: 'MoveEpochAlias',
      target,
      from: epochAlias(situation.uid, epoch),
      to: alias,
    }));
  return alias in source.aliases ? [] : [{ type: 'AddEpochAlias', target, alias }];
}

/** The natural values are kept in the mark before they are changed, so that no crash and no lost status forgets them. */
function tuning(
  situation: Situation,
  source: IndexFacts,
  destination: IndexFacts,
  mark: DestinationMark,
): readonly ReindexAction[] {
  const settings = tunedSettings(situation.spec.destination, destination.settings);
  if (mark.restore && hasSettings(destination.settings, settings)) return [];
  const restore = mark.restore ?? valuesToRestore(situation.spec.destination, source, destination.settings);
  const meta = withMark(destination.mappings, { ...mark, restore })['_meta'];
  return [{ type: 'Tune', target: { index: destination.name, uuid: destination.uuid }, meta, settings }];
}
