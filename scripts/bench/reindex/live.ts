import { isExact } from '../../../test/support/workload-checker.ts';
import { say } from '../../environment/progress.ts';
import { quantile } from '../runtime/measure.ts';
import { SMALL_BYTES } from './layouts.ts';
import { type LiveResult, liveRun } from './live-run.ts';
import { markdownTable } from '../markdown-table.ts';
import type { Timeline } from './requests.ts';
import { openStage, type Stage } from './stage.ts';

export interface LiveBench {
  readonly runs: number;
  readonly documents: number;
  readonly shards: number;
  readonly operationsPerSecond: number;
}

/**
 * Copies of an index that is being written to, every second one with a death of the operator and of Elasticsearch.
 * @returns whether every copy was exact and was completed.
 */
export async function benchLive(bench: LiveBench): Promise<boolean> {
  const stage = await openStage();
  try {
    const results = await runAll(stage, bench);
    console.log(markdownTable(HEAD, results.map(rowOf)));
    console.log(summaryOf(results));
    return results.every(isGood);
  } finally {
    await stage.close();
  }
}

async function runAll(stage: Stage, { runs, ...bench }: LiveBench): Promise<readonly LiveResult[]> {
  const results: LiveResult[] = [];
  for (let run = 0; run < runs; run += 1) {
    const options = { ...bench, documentBytes: SMALL_BYTES, seed: run + 1, kills: run % 2 === 1 };
    const result = await liveRun(stage, options);
    results.push(result);
    say(`run ${run + 1} of ${runs}: ${rowOf(result, run).slice(1).join(', ')}`);
    say(`  ${phasesOf(result.timeline)}`);
    if (result.phase !== 'Completed') say(`  ${result.message}`);
    if (!isExact(result.verdict)) say(`  ${JSON.stringify(result.verdict.examples)}`);
  }
  return results;
}

const isGood = ({ verdict, phase }: LiveResult): boolean => isExact(verdict) && phase === 'Completed';

const HEAD = [
  'run',
  'killed in',
  'phase',
  'documents',
  'operations/s',
  'lost',
  'ghosts',
  'stale',
  'duplicated',
  'no write for',
  'blocked for',
  'total',
];

function rowOf(
  { verdict, workload, kills, phase, milliseconds }: LiveResult,
  run: number,
): readonly string[] {
  return [
    String(run + 1),
    kills.map(({ victim, phase: at }) => `${victim}: ${at}`).join(', ') || '-',
    phase,
    String(verdict.expected),
    workload.operationsPerSecond.toFixed(0),
    String(verdict.lost),
    String(verdict.ghosts),
    String(verdict.stale),
    String(verdict.duplicated),
    seconds(workload.longestGapMs),
    seconds(workload.longestBlockMs),
    seconds(milliseconds),
  ];
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** Each phase that was seen, and when it began. */
function phasesOf(timeline: Timeline): string {
  const [begin = 0] = timeline.values();
  return [...timeline].map(([phase, at]) => `${phase} ${seconds(at - begin)}`).join(', ');
}

/** The outage of runs with kills is that of the servers, which took as long as they took to start. */
function summaryOf(results: readonly LiveResult[]): string {
  const sum = (fault: 'lost' | 'ghosts' | 'stale' | 'duplicated') =>
    results.reduce((total, { verdict }) => total + verdict[fault], 0);
  const gaps = results.filter(({ kills }) => kills.length === 0).map(({ workload }) => workload.longestGapMs);
  return [
    `${results.length} runs, ${results.filter(({ kills }) => kills.length > 0).length} of them with kills:`,
    `${sum('lost')} lost, ${sum('ghosts')} ghosts, ${sum('stale')} stale, ${sum('duplicated')} duplicated;`,
    `${results.filter(({ phase }) => phase === 'Completed').length} completed;`,
    `write outage of the ${gaps.length} runs without kills: median ${seconds(quantile(gaps, 0.5))} (goal <= 1.5 s),`,
    `worst ${seconds(quantile(gaps, 1))} (goal <= 5 s).`,
  ].join(' ');
}
