import type { ReindexRequestStatus } from '../../../crds/reindex-request.ts';
import { formatDuration } from '../../../schedule/duration.ts';
import type { ReindexAction } from '../actions.ts';
import { hasSettings } from '../destination.ts';
import type { Situation } from '../situation.ts';
import { type Step, step, time } from '../step.ts';

/** After the move: the destination becomes visible, the old index takes writes again, and nothing of ours is left on it. */
export function cleanUp(situation: Situation): Step {
  const status = withCompletion(situation);
  const settled = { ...situation, status };
  const actions = [...unhide(settled), ...lift(settled)];
  const message = movedMessage(settled);
  if (actions.length > 0 || situation.status.phase !== 'CleaningUp')
    return step(settled, {
      phase: 'CleaningUp',
      message,
      status,
      percent: 99,
      progress: { ...status.progress, message },
      actions,
      next: 'now',
    });
  return complete(settled);
}

/** The swap's answer may have been lost: what is seen is as good. */
function withCompletion({ status, now, destination }: Situation): ReindexRequestStatus {
  const moved =
    status.aliasesMoved ??
    (status.plan?.aliases ?? [])
      .map(({ name }) => name)
      .filter((name) => name in (destination?.aliases ?? {}));
  return { ...status, aliasesMoved: moved, completionTime: status.completionTime ?? time(now) };
}

function unhide({ destination, mark }: Situation): readonly ReindexAction[] {
  const settings = { 'index.hidden': mark?.restore?.['index.hidden'] ?? null };
  if (!destination || hasSettings(destination.settings, settings)) return [];
  return [{ type: 'SetSettings', target: { index: destination.name, uuid: destination.uuid }, settings }];
}

function lift({ source, blocked, status, mark, observed }: Situation): readonly ReindexAction[] {
  const foreign = status.plan?.blockedBefore ?? mark?.blockedBefore ?? true;
  return source && blocked && !foreign && !observed.protects(source.name)
    ? [{ type: 'LiftBlock', target: { index: source.name, uuid: source.uuid } }]
    : [];
}

function movedMessage({ status, spec }: Situation): string {
  const moved = status.aliasesMoved ?? [];
  const names = moved.length > 0 ? moved.join(', ') : 'none';
  return `Updated aliases: ${names} Remove: ${status.source?.index ?? spec.source.index} Add: ${spec.destination.index}`;
}

function complete(situation: Situation): Step {
  const { status, spec } = situation;
  const { blockedSince, fence: _fence, intent: _intent, copy: _copy, ...rest } = status;
  const end = Date.parse(status.completionTime ?? time(situation.now));
  const since = (start: string | undefined) =>
    start === undefined ? undefined : formatDuration(Math.max(0, end - Date.parse(start)));
  const message = `Reindex complete: ${status.destination?.documents ?? 0} documents in ${spec.destination.index}`;
  const writeOutage = status.plan?.blockedBefore ? undefined : since(blockedSince);
  return step(situation, {
    phase: 'Completed',
    message,
    percent: 100,
    status: {
      ...rest,
      duration: since(status.startTime),
      ...(writeOutage === undefined ? {} : { writeOutage }),
    },
    progress: { ...status.progress, message },
    ready: { type: 'ready', reason: 'Completed', message },
    next: 'changed',
    holds: false,
  });
}
