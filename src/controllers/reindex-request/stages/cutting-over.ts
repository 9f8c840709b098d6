import { isDeepStrictEqual } from 'node:util';
import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import {
  type CutoverMark,
  type CutoverMaxSeq,
  type DestinationMark,
  flatten,
  hasSettings,
  servingSettings,
  withMark,
} from '../destination.ts';
import type { MovedAlias, ReindexAction } from '../actions.ts';
import type { IndexFacts } from '../observed.ts';
import { aliasesToMove, currentEpochAlias, isApproved, type Situation } from '../situation.ts';
import { operationsSince } from '../moved.ts';
import { AT_ONCE_MS, fail, type Step, step, time } from '../step.ts';
import { brokenFence } from './broken-fence.ts';
import { refuseProtected } from './protection.ts';

/**
 * One atomic call moves every alias with its whole definition and takes the epoch alias away: it happens as a whole or
 * not at all, and not twice. Before it the destination is marked final, so that from then on nothing of ours deletes it.
 */
export function cutOver(situation: Situation): Step {
  const { status, source, destination, mark } = situation;
  const options = { phase: 'CuttingOver', message: 'moving the aliases', percent: 98 } as const;
  if (!source || !destination || !mark)
    return fail(
      situation,
      'SourceChanged',
      'source or destination is gone right before the move of the aliases; a retry copies everything again',
    );
  const broken = brokenFence(situation) ?? conflict(situation);
  if (broken) return broken;
  const { tasks } = situation.observed;
  if (!tasks.complete || tasks.running.length > 0)
    return step(situation, {
      ...options,
      actions: tasks.running.map(({ id }) => ({ type: 'CancelTask', task: id })),
      next: AT_ONCE_MS,
    });
  if (!bothReached(situation)) return step(situation, { ...options, next: AT_ONCE_MS });
  if (!status.cutoverMaxSeq)
    return step(situation, { ...options, status: withoutVerdict(status), next: 'now' });
  const cutover = cutoverOf(situation, source, mark, status.cutoverMaxSeq);
  const stranger = strangeWrites(situation, cutover);
  if (stranger) return stranger;
  const target = { index: destination.name, uuid: destination.uuid };
  const last = finish(destination, mark, cutover);
  if (last.length > 0) return step(situation, { ...options, actions: last });
  const known = { cutoverMaxSeq: cutover.maxSeq, sourceHidden: cutover.sourceHidden };
  const isKnown =
    isDeepStrictEqual(status.cutoverMaxSeq, known.cutoverMaxSeq) &&
    status.sourceHidden === known.sourceHidden;
  if (status.intent?.type !== 'CutOver' || !isKnown)
    return step(situation, {
      ...options,
      status: { ...status, ...known, intent: { type: 'CutOver', time: time(situation.now) } },
      next: 'now',
    });
  const action = {
    type: 'CutOver',
    source: { index: source.name, uuid: source.uuid },
    destination: target,
    through: currentEpochAlias(situation),
    moved: movedAliases(situation),
  } as const;
  return step(situation, { ...options, actions: [action] });
}

/** What the destination needs before users meet it: its pipelines, and the mark that keeps it from being deleted. */
function finish(
  destination: IndexFacts,
  mark: DestinationMark,
  cutover: CutoverMark,
): readonly ReindexAction[] {
  const target = { index: destination.name, uuid: destination.uuid };
  const settings = servingSettings(mark.restore ?? {});
  const isFinal = mark.state === 'final' && isDeepStrictEqual(mark.cutover, cutover);
  const meta = withMark(destination.mappings, { ...mark, state: 'final', cutover })['_meta'];
  return [
    ...(hasSettings(destination.settings, settings)
      ? []
      : [{ type: 'SetSettings', target, settings } as const]),
    ...(isFinal ? [] : [{ type: 'SetMeta', target, meta } as const]),
  ];
}

/**
 * The same right with the proof, so that writers do not wait for a pass of its own: the actions, none where the move has
 * to wait or would be refused, and how far both were when they were counted, which the move is held to.
 */
export function finishAtOnce(
  situation: Situation,
  proven: CutoverMaxSeq,
): Pick<Step, 'actions'> & {
  readonly status: Pick<ReindexRequestStatus, 'cutoverMaxSeq' | 'sourceHidden'>;
} {
  const { source, destination, mark } = situation;
  if (!source || !destination || !mark) return { actions: [], status: { cutoverMaxSeq: proven } };
  const cutover = cutoverOf(situation, source, mark, proven);
  const waits = !isApproved(situation) || conflict(situation) !== undefined;
  return {
    actions: waits ? [] : finish(destination, mark, cutover),
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
function cutoverOf(
  situation: Situation,
  source: IndexFacts,
  mark: DestinationMark,
  proven: CutoverMaxSeq,
): CutoverMark {
  const fresh = {
    time: time(situation.now),
    sourceHidden: String(flatten(source.settings)['index.hidden']) === 'true',
    maxSeq: proven,
  };
  const aliases = movedAliases(situation).map(({ name }) => name);
  return { ...(mark.state === 'final' && mark.cutover ? mark.cutover : fresh), aliases };
}

/** A proof that does not say how far both were, as of an earlier version, cannot be held to anything: they are counted anew. */
function withoutVerdict(status: ReindexRequestStatus): ReindexRequestStatus {
  const { refreshed: _refreshed, verdict: _verdict, ...verification } = status.verification ?? {};
  return { ...status, verification };
}

/** Whatever the proof has not seen must not be served as proven. */
function strangeWrites(situation: Situation, { maxSeq }: CutoverMark): Step | undefined {
  const { observed, destination } = situation;
  if (operationsSince(maxSeq.destination, observed.destinationShards) === 0) return undefined;
  return fail(
    situation,
    'VerificationFailed',
    `${destination?.name} has taken writes of somebody else since it was proven; no alias was moved: a retry copies everything again`,
  );
}

/** An alias that was planned and is gone has been taken by somebody else: their wish is not overruled. */
function conflict(situation: Situation): Step | undefined {
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
  const missing = (status.plan?.aliases ?? []).filter(({ name }) => !(name in (source?.aliases ?? {})));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name).join(', ');
  return fail(
    situation,
    'AliasConflict',
    `alias ${names} was taken from ${source?.name} by somebody else during the copy; no alias was moved: put it back, then retry, or correct spec.aliases in a new request`,
  );
}

/** As they are now: a filter that was changed during the copy moves as it was changed. */
export function movedAliases({ spec, source }: Situation): readonly MovedAlias[] {
  return source
    ? Object.entries(aliasesToMove(spec, source)).map(([name, definition]) => ({ name, definition }))
    : [];
}
