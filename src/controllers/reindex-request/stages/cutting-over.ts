import { hasSettings, servingSettings, withMark } from '../destination.ts';
import type { MovedAlias, ReindexAction, Target } from '../actions.ts';
import { aliasesToMove, currentEpochAlias, type Situation } from '../situation.ts';
import { fail, SOON_MS, type Step, step, time } from '../step.ts';
import { brokenFence } from './verifying.ts';

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
      'source or destination is gone right before the move of the aliases; retry begins anew',
    );
  const broken = brokenFence(situation) ?? conflict(situation);
  if (broken) return broken;
  if (!situation.observed.shards || !situation.observed.tasks.complete)
    return step(situation, { ...options, next: SOON_MS });
  const target = { index: destination.name, uuid: destination.uuid };
  const last = finish(situation, target);
  if (last.length > 0) return step(situation, { ...options, actions: last });
  if (status.intent?.type !== 'CutOver')
    return step(situation, {
      ...options,
      status: { ...status, intent: { type: 'CutOver', time: time(situation.now) } },
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
function finish({ destination, mark, observed }: Situation, target: Target): readonly ReindexAction[] {
  const settings = servingSettings(mark?.restore ?? {});
  const meta = mark && withMark(destination?.mappings, { ...mark, state: 'final' })['_meta'];
  return [
    ...(hasSettings(destination?.settings, settings)
      ? []
      : [{ type: 'SetSettings', target, settings } as const]),
    ...(mark?.state === 'final' ? [] : [{ type: 'SetMeta', target, meta } as const]),
    ...observed.tasks.running.map(({ id }) => ({ type: 'CancelTask', task: id }) as const),
  ];
}

/** An alias that was planned and is gone has been taken by somebody else: their wish is not overruled. */
function conflict(situation: Situation): Step | undefined {
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
    `alias ${names} was taken from ${source?.name} by somebody else during the copy; no alias was moved: put it back or correct spec.aliases, then retry`,
  );
}

/** As they are now: a filter that was changed during the copy moves as it was changed. */
export function movedAliases({ spec, source }: Situation): readonly MovedAlias[] {
  return source
    ? Object.entries(aliasesToMove(spec, source)).map(([name, definition]) => ({ name, definition }))
    : [];
}
