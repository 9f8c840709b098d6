import { setTimeout as pause } from 'node:timers/promises';
import type { Phase } from './requests.ts';
import type { Stage } from './stage.ts';

/** A death by `kill -9`, and what the request was at. */
export interface Kill {
  readonly victim: 'operator' | 'Elasticsearch';
  readonly phase: Phase | 'none';
}

/** Kills the operator and Elasticsearch once each within that time, at moments of their own, and starts them again. */
export async function killAtRandom(
  { operator, elasticsearch }: Stage,
  phase: () => Phase | undefined,
  withinMs: number,
): Promise<readonly Kill[]> {
  return Promise.all([
    killAt('operator', withinMs, phase, operator.kill, operator.start),
    killAt(
      'Elasticsearch',
      withinMs,
      phase,
      () => elasticsearch.kill(0),
      () => elasticsearch.restart(0),
    ),
  ]);
}

async function killAt(
  victim: Kill['victim'],
  withinMs: number,
  phase: () => Phase | undefined,
  kill: () => Promise<void>,
  start: () => Promise<void>,
): Promise<Kill> {
  await pause(Math.random() * withinMs);
  const at = phase() ?? 'none';
  await kill();
  await start();
  return { victim, phase: at };
}
