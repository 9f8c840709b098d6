import { setTimeout as pause } from 'node:timers/promises';
import { checkWorkload, type Verdict } from '../../../test/support/workload-checker.ts';
import { prepareWorkload, type WorkloadResult } from '../../../test/support/workload.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { type Followed, applyRequest, readyMessage, removeRequest, type Timeline } from './requests.ts';
import { type Kill, killAtRandom } from './kills.ts';
import type { Stage } from './stage.ts';

export interface LiveOptions {
  readonly documents: number;
  readonly documentBytes: number;
  readonly shards: number;
  readonly operationsPerSecond: number;
  readonly seed: number;
  /** Whether operator and Elasticsearch are killed once each, at random moments of the copy. */
  readonly kills: boolean;
}

/** What one copy of a live index has come to. */
export interface LiveResult {
  readonly verdict: Verdict;
  readonly workload: WorkloadResult;
  readonly kills: readonly Kill[];
  readonly phase: string;
  readonly message: string;
  readonly timeline: Timeline;
  /** From the request to its end. */
  readonly milliseconds: number;
}

/** Writers find their pace before the copy begins, and go on for a while after it. */
const WRITERS_ALONE_OPERATIONS = 2_000;
const RESTART_LIMIT_MS = 300_000;

/** One copy under writers, whose record then judges every document. */
export async function liveRun(stage: Stage, options: LiveOptions): Promise<LiveResult> {
  const name = stage.name();
  const [from, to, alias] = [`${name}-old`, `${name}-new`, `${name}-alias`];
  const writers = (await prepareWorkload({ ...options, es: stage.es, index: from, alias })).start();
  const written = (more: number) =>
    eventually(
      'the writers write',
      () => (writers.operations() >= more ? true : undefined),
      RESTART_LIMIT_MS,
    );
  await written(WRITERS_ALONE_OPERATIONS);
  const applied = performance.now();
  const following = await applyRequest(stage, name, { from, to });
  const [followed, kills] = await Promise.all([
    following.ended.then((ended) => ({ ...ended, milliseconds: performance.now() - applied })),
    options.kills ? killAtRandom(stage, following) : [],
  ]);
  await written(writers.operations() + WRITERS_ALONE_OPERATIONS);
  const workload = await writers.stop();
  const verdict = await checkWorkload(stage.es, alias, workload.expected);
  await tidy(stage, name, [from, to]);
  return { verdict, workload, kills, milliseconds: followed.milliseconds, ...outcomeOf(followed) };
}

function outcomeOf({ request, timeline }: Followed): Pick<LiveResult, 'phase' | 'message' | 'timeline'> {
  return { phase: request.status?.phase ?? 'none', message: readyMessage(request), timeline };
}

async function tidy(stage: Stage, name: string, indices: readonly string[]): Promise<void> {
  await removeRequest(stage, name);
  const query = { ignore_unavailable: true };
  for (const index of indices) await stage.es.request({ method: 'DELETE', path: `/${index}`, query });
  // What the next run would else pay for.
  await pause(1_000);
}
