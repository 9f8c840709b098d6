import { setTimeout as pause } from 'node:timers/promises';
import type { FollowedRequest, Phase } from './requests.ts';
import type { Stage } from './stage.ts';

/** A death by `kill -9`, and what the request was at. */
export interface Kill {
  readonly victim: 'operator' | 'Elasticsearch';
  readonly phase: Phase | 'none';
}

const LOOK_EVERY_MS = 20;
/** A moment within what the percent stands for. */
const LONGEST_DELAY_MS = 300;

/** Kills the operator and Elasticsearch once each, at moments of their own, and starts them again. */
export async function killAtRandom(
  { operator, elasticsearch }: Stage,
  request: FollowedRequest,
): Promise<readonly Kill[]> {
  const kills = await Promise.all([
    killAt('operator', request, operator.kill, operator.start),
    killAt(
      'Elasticsearch',
      request,
      () => elasticsearch.kill(0),
      () => elasticsearch.restart(0),
    ),
  ]);
  return kills.flat();
}

/** By progress and not by the clock, since nobody knows how long the copy will take. @returns none where it was over. */
async function killAt(
  victim: Kill['victim'],
  { status, isOver }: FollowedRequest,
  kill: () => Promise<void>,
  start: () => Promise<void>,
): Promise<readonly Kill[]> {
  const percent = randomPercent();
  while (!isOver() && (status()?.progress?.percent ?? 0) < percent) await pause(LOOK_EVERY_MS);
  await pause(Math.random() * LONGEST_DELAY_MS);
  if (isOver()) return [];
  const phase = status()?.phase;
  await kill();
  await start();
  return [{ victim, phase: phase ?? 'none' }];
}

/** The last tenth is all that comes after the first copy, so that half of the deaths belong there. */
function randomPercent(): number {
  return Math.random() < 0.5 ? Math.random() * 90 : 90 + Math.random() * 10;
}
