import type { HealthStatus } from '../../../elasticsearch/health.ts';
import { settingsChange, targetOf } from '../changes.ts';
import { hardenedSettings } from '../destination-settings.ts';
import { isRecent, time } from '../moments.ts';
import type { Prepared, Situation } from '../situation.ts';
import { SOON_MS, type Step, step } from '../step.ts';

/** Replicas are waited for this long; the index is whole without them, and with BlockFirst writers are waiting. */
const LONGEST_WAIT_MS = 5 * 60_000;

/** The destination gets its own settings back, replicas included, and is as healthy as the source before it serves. */
export function harden(situation: Prepared): Step {
  const { status, mark, destination, now } = situation;
  const message = `adding replicas and settings to ${situation.spec.destination.index}`;
  const options = { phase: 'Hardening', message, percent: 91 } as const;
  if (status.phase !== 'Hardening' || status.intent?.type !== 'Harden')
    return step(situation, {
      ...options,
      status: { ...status, intent: { type: 'Harden', time: time(now) } },
      next: 'now',
    });
  const actions = settingsChange(destination, hardenedSettings(mark.restore));
  if (actions.length > 0) return step(situation, { ...options, actions });
  if (!isHealthy(situation) && isRecent(status.intent.time, LONGEST_WAIT_MS, now))
    return step(situation, { ...options, message: waiting(situation), next: SOON_MS });
  return step(situation, {
    ...options,
    actions: [{ type: 'FinishHardening', target: targetOf(destination) }],
  });
}

/** A cluster with too few nodes for the replicas is told of, since it costs the whole wait. */
function waiting({ observed: { health }, spec }: Situation): string {
  const { destination = 'unknown', source = 'unknown' } = health ?? {};
  return `waiting for the replicas of ${spec.destination.index}, at most five minutes: its health is ${destination}, that of the source ${source}`;
}

const RANK: Readonly<Record<HealthStatus, number>> = { red: 0, yellow: 1, green: 2 };

function isHealthy({ observed }: Situation): boolean {
  const { health } = observed;
  return (
    health !== undefined && health.destination !== 'red' && RANK[health.destination] >= RANK[health.source]
  );
}
