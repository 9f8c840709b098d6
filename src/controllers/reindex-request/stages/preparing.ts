import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { ReindexAction, Target } from '../actions.ts';
import { cancelStrays, deletion, markChange, metaWith, targetOf } from '../changes.ts';
import { blocked, creationBody, withEntrance } from '../destination.ts';
import { type DestinationMark, markOf, wasNeverFilled } from '../destination-mark.ts';
import { hasSettings, tunedSettings, valuesToRestore } from '../destination-settings.ts';
import { epochAlias } from '../names.ts';
import type { IndexFacts } from '../observed.ts';
import { withOwnVisibility } from '../own-visibility.ts';
import { preparedMark } from '../requests.ts';
import { currentEntrance, currentEpochAlias, type Situation } from '../situation.ts';
import { time } from '../moments.ts';
import { fail, SOON_MS, type Step, type StepOptions, step } from '../step.ts';
import { refuseUnmarked } from './foreign-destination.ts';
import { refuseProtected } from './protection.ts';
import { isAbandoned } from './refused-destination.ts';
import { refuseUnfit } from './unfit-destination.ts';

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
  return status.intent?.type === 'Prepare' ? destinationStep(situation, source) : intend(situation);
}

function preparing(situation: Situation, options: Partial<StepOptions>): Step {
  const message = `preparing ${situation.spec.destination.index}`;
  return step(situation, { phase: 'Preparing', message, ...options });
}

/** The journal first: epoch and attempt are in status before anything carries them. */
function intend(situation: Situation): Step {
  const { status, now } = situation;
  const { attempt, epoch } = freshStart(situation);
  const { copy: _copy, fence: _fence, verification: _verification, ...rest } = status;
  return preparing(situation, {
    status: { ...rest, epoch, attempt, intent: { type: 'Prepare', time: time(now) } },
    next: 'now',
  });
}

/**
 * What an earlier life of this request has left may hold what was copied from before writes were free again: a new attempt
 * recreates the destination, and a new epoch leaves what is still on its way nothing to read from.
 */
function freshStart({ mark, attempt, epoch, epochs }: Situation) {
  const begun = mark !== undefined || epochs.length > 0;
  return begun
    ? { attempt: Math.max(attempt, mark?.attempt ?? 0) + 1, epoch: Math.max(epoch, ...epochs) + 1 }
    : { attempt, epoch };
}

/**
 * What was begun earlier, by this request or by one that is gone, may still write, and where its index is deleted,
 * Elasticsearch creates it anew for the next batch. First the epoch, so that nothing begins any more, then what runs.
 */
function endEarlier(situation: Situation, source: IndexFacts): Step | undefined {
  const moves = toThisEpoch(situation, source);
  if (moves.length > 0) return preparing(situation, { actions: moves });
  const strays = cancelStrays(situation);
  const message = 'stopping the tasks of an earlier attempt';
  return strays && preparing(situation, { message, actions: strays, next: SOON_MS / 2 });
}

function destinationStep(situation: Situation, source: IndexFacts): Step {
  const { destination, mark } = situation;
  const ending = endEarlier(situation, source);
  if (ending) return ending;
  if (!destination) return create(situation, source);
  const dropping = dropAliases(situation, destination);
  if (dropping && wasNeverFilled(mark)) return dropping;
  if (isLeftover(situation)) return deleteLeftover(situation, source, destination);
  if (!mark) return refuseUnmarked(situation, destination);
  if (mark.state === 'final' && situation.epochs.length > 0)
    return preparing(situation, { actions: [markChange(destination, { ...mark, state: 'copying' })] });
  if (dropping) return dropping;
  const unfit = refuseUnfit(situation, source, destination);
  if (unfit) return unfit;
  return preparing(situation, {
    status: withDestination(situation, targetOf(destination)),
    actions: [...epochActions(situation, source), ...tuning(situation, source, destination, mark)],
  });
}

function create(situation: Situation, source: IndexFacts): Step {
  const { destination: wanted } = situation.spec;
  const bare = blocked(creationBody(wanted, source, preparedMark(situation, source)));
  const body = withEntrance(bare, currentEntrance(situation));
  const creation = { type: 'CreateDestination', index: wanted.index, body } as const;
  return preparing(situation, { actions: [...epochActions(situation, source), creation] });
}

function dropAliases(situation: Situation, destination: IndexFacts): Step | undefined {
  const aliases = Object.keys(destination.aliases);
  if (aliases.length === 0) return undefined;
  return preparing(situation, {
    actions: [{ type: 'DropAliases', target: targetOf(destination), aliases }],
  });
}

/** The unfinished copy of an earlier attempt, or of a request that is gone. */
function isLeftover(situation: Situation): boolean {
  const { mark, attempt } = situation;
  return mark ? mark.attempt !== attempt && mark.state === 'copying' : isAbandoned(situation);
}

function deleteLeftover(situation: Situation, source: IndexFacts, destination: IndexFacts): Step {
  const { name } = destination;
  const whose = situation.mark ? 'an earlier attempt' : 'a request that is gone';
  const aliases = Object.keys(destination.aliases);
  if (aliases.length > 0)
    return fail(
      situation,
      'AliasConflict',
      `${name}, the unfinished copy of ${whose}, has the alias ${aliases.join(', ')} and may be in use, so it was not recreated: remove the alias, then retry`,
    );
  const owner = markOf(destination.mappings)?.uid ?? '';
  const message = `recreating ${name}, the unfinished copy of ${whose}`;
  // Once, also where the deletion has to be tried again.
  const isTold = situation.status.progress?.message === message;
  const event = {
    type: 'Normal',
    reason: 'DestinationRecreated',
    action: 'Recreate',
    note: message,
  } as const;
  return preparing(situation, {
    message,
    events: isTold ? [] : [event],
    actions: [deletion(situation, { source, destination, owner })],
  });
}

/** What was copied into an index that is gone does not count for the one that took its place. */
function withDestination({ status }: Situation, { index, uuid }: Target): ReindexRequestStatus {
  const { copy: _copy, verification: _verification, ...fresh } = status;
  const replaced = status.destination?.uuid !== undefined && status.destination.uuid !== uuid;
  return { ...(replaced ? fresh : status), destination: { ...status.destination, index, uuid } };
}

/** Also a later one: a status of old has forgotten it. */
function toThisEpoch({ epoch, epochs, uid }: Situation, source: IndexFacts): readonly ReindexAction[] {
  const target = targetOf(source);
  const to = epochAlias(uid, epoch);
  return epochs
    .filter((other) => other !== epoch)
    .map((other) => ({ type: 'MoveEpochAlias', target, from: epochAlias(uid, other), to }));
}

function epochActions(situation: Situation, source: IndexFacts): readonly ReindexAction[] {
  const alias = currentEpochAlias(situation);
  return alias in source.aliases ? [] : [{ type: 'AddAlias', target: targetOf(source), alias }];
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
  const natural = withOwnVisibility(source, situation.observed.peers);
  const restore = mark.restore ?? valuesToRestore(situation.spec.destination, natural, destination.settings);
  const meta = metaWith(destination, { ...mark, restore });
  return [{ type: 'Tune', target: targetOf(destination), meta, settings }];
}
