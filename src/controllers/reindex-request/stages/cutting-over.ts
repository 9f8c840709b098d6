import { isDeepStrictEqual } from 'node:util';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import type { CutoverMark, CutoverMaxSeq } from '../destination-mark.ts';
import { servingSettings } from '../destination-settings.ts';
import type { MovedAlias, ReindexAction } from '../actions.ts';
import { cancelStrays, markChange, settingsChange, targetOf } from '../changes.ts';
import { aliasesToMove, currentEpochAlias, isApproved, type Prepared, type Situation } from '../situation.ts';
import { answeringEarly, operationsSince } from '../moved.ts';
import { ownsBlock } from '../write-block.ts';
import { isHidden, withOwnVisibility } from '../own-visibility.ts';
import { time } from '../moments.ts';
import { AT_ONCE_MS, fail, type Step, type StepOptions, step } from '../step.ts';
import { brokenFence } from './broken-fence.ts';
import { refuseProtected } from './protection.ts';

/**
 * One atomic call moves every alias with its whole definition and takes the epoch alias away: it happens as a whole or
 * not at all, and not twice. Before it the destination is marked final, so that from then on nothing of ours deletes it.
 */
export function cutOver(situation: Prepared): Step {
  const broken = brokenFence(situation) ?? conflict(situation);
  if (broken) return broken;
  const strays = cancelStrays(situation);
  if (strays) return moving(situation, { actions: strays, next: AT_ONCE_MS });
  const { cutoverMaxSeq } = situation.status;
  if (!bothReached(situation) || !cutoverMaxSeq) return moving(situation, { next: AT_ONCE_MS });
  const cutover = cutoverOf(situation, cutoverMaxSeq);
  const stranger = strangeWrites(situation, cutover);
  if (stranger) return stranger;
  const last = finish(situation, cutover);
  if (last.length > 0) return moving(situation, { actions: last });
  return intend(situation, cutover) ?? move(situation);
}

function moving(
  situation: Prepared,
  options: Pick<StepOptions, 'actions' | 'status' | 'events' | 'next'>,
): Step {
  return step(situation, { phase: 'CuttingOver', message: 'moving the aliases', percent: 98, ...options });
}

/** The journal first, with what the move is held to. */
function intend(situation: Prepared, { maxSeq, sourceHidden }: CutoverMark): Step | undefined {
  const { now } = situation;
  const { status, events = [] } = answeringEarly(situation);
  const isKnown =
    events.length === 0 &&
    status.intent?.type === 'CutOver' &&
    isDeepStrictEqual(status.cutoverMaxSeq, maxSeq) &&
    status.sourceHidden === sourceHidden;
  if (isKnown) return undefined;
  const intent = { type: 'CutOver', time: time(now) } as const;
  return moving(situation, {
    status: { ...status, cutoverMaxSeq: maxSeq, sourceHidden, intent },
    events,
    next: 'now',
  });
}

function move(situation: Prepared): Step {
  const { source, destination } = situation;
  const action = {
    type: 'CutOver',
    source: targetOf(source),
    destination: targetOf(destination),
    through: currentEpochAlias(situation),
    moved: movedAliases(situation),
  } as const;
  return moving(situation, { actions: [action] });
}

/** What the destination needs before users meet it: its pipelines, and the mark that keeps it from being deleted. */
function finish(situation: Prepared, cutover: CutoverMark): readonly ReindexAction[] {
  const { destination, mark } = situation;
  const blocks = mark.blocks || ownsBlock(situation);
  const isFinal =
    mark.state === 'final' && isDeepStrictEqual(mark.cutover, cutover) && Boolean(mark.blocks) === blocks;
  return [
    ...settingsChange(destination, servingSettings(mark.restore)),
    ...(isFinal ? [] : [markChange(destination, { ...mark, blocks, state: 'final', cutover })]),
  ];
}

/**
 * The same right with the proof, so that writers do not wait for a pass of its own: the actions, none where the move has
 * to wait or would be refused, and how far both were when they were counted, which the move is held to.
 */
export function finishAtOnce(
  situation: Prepared,
  proven: CutoverMaxSeq,
): Pick<Step, 'actions'> & {
  readonly status: Pick<ReindexRequestStatus, 'cutoverMaxSeq' | 'sourceHidden'>;
} {
  const cutover = cutoverOf(situation, proven);
  const waits = !isApproved(situation) || conflict(situation) !== undefined;
  return {
    actions: waits ? [] : finish(situation, cutover),
    status: { cutoverMaxSeq: cutover.maxSeq, sourceHidden: cutover.sourceHidden },
  };
}

/** The highest sequence numbers of both indexes as this pass has read them. */
export function bothReached({ observed }: Situation): CutoverMaxSeq | undefined {
  const { shards, destinationShards } = observed;
  if (!shards || !destinationShards) return undefined;
  const numbers = (of: typeof shards) => of.map(({ maxSeqNo }) => maxSeqNo);
  return { source: numbers(shards), destination: numbers(destinationShards) };
}

/** Written once with `final`. The proof is the last moment at which only we had written: what comes later is the users'. */
function cutoverOf(situation: Prepared, proven: CutoverMaxSeq): CutoverMark {
  const { source, mark, observed } = situation;
  const fresh = {
    time: time(situation.now),
    sourceHidden: isHidden(withOwnVisibility(source, observed.peers)),
    maxSeq: proven,
  };
  const aliases = movedAliases(situation).map(({ name }) => name);
  return { ...(mark.state === 'final' && mark.cutover ? mark.cutover : fresh), aliases };
}

/** Whatever the proof has not seen must not be served as proven. */
function strangeWrites(situation: Prepared, { maxSeq }: CutoverMark): Step | undefined {
  const { observed, destination } = situation;
  if (operationsSince(maxSeq.destination, observed.destinationShards) === 0) return undefined;
  return fail(
    situation,
    'VerificationFailed',
    `${destination?.name} has taken writes of somebody else since it was proven; no alias was moved: a retry copies everything again`,
  );
}

/** An alias that was planned and is gone has been taken by somebody else: their wish is not overruled. */
function conflict(situation: Prepared): Step | undefined {
  const protection = refuseProtected(situation);
  if (protection) return protection;
  const { status, source } = situation;
  const guarded = movedAliases(situation).filter(({ name }) => situation.observed.protects(name));
  if (guarded.length > 0)
    return fail(
      situation,
      'AliasConflict',
      `alias ${guarded.map(({ name }) => name).join(', ')} was added during the copy and is protected: remove it, then retry`,
    );
  const missing = (status.plan?.aliases ?? []).filter(({ name }) => !(name in source.aliases));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(', ');
  return fail(
    situation,
    'AliasConflict',
    `alias ${names} was taken from ${source?.name} by somebody else during the copy; no alias was moved: put it back, then retry, or correct spec.aliases in a new request`,
  );
}

/** As they are now: a filter that was changed during the copy moves as it was changed. */
function movedAliases({ spec, source }: Prepared): readonly MovedAlias[] {
  return Object.entries(aliasesToMove(spec, source)).map(([name, definition]) => ({ name, definition }));
}
