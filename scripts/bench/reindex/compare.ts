import { countDocuments } from '../../../src/elasticsearch/counts.ts';
import { refresh } from '../../../src/elasticsearch/refresh.ts';
import { say } from '../../environment/progress.ts';
import { type Contender, contenders, type CopyJob } from './contenders.ts';
import { type Choice, createSource, type Layout, layoutsOf, SMALL_BYTES, type Source } from './layouts.ts';
import { liveRun } from './live-run.ts';
import { comparison, type Figures } from './report.ts';
import { cpuSecondsAtRest, untilIndexed } from './servers.ts';
import { openStage, type Stage } from './stage.ts';

export interface CompareBench {
  /** Copies of each way and layout. */
  readonly runs: number;
  readonly chosen: Choice;
  /** Of the copies under writers. */
  readonly writtenToDocuments: number;
  readonly operationsPerSecond: number;
}

/** Ways to copy, on one Elasticsearch; of each index one after the other in random order, so that a busy time hits all of them. */
export async function benchCompare(bench: CompareBench): Promise<void> {
  const stage = await openStage();
  try {
    const figures = await measureAll(stage, bench);
    console.log(comparison(layoutsOf(bench.chosen), contenders, figures));
  } finally {
    await stage.close();
  }
}

async function measureAll(stage: Stage, bench: CompareBench): Promise<readonly Figures[]> {
  const sources: Source[] = [];
  for (const layout of layoutsOf(bench.chosen)) sources.push(await createSource(stage, layout));
  const pairs = () =>
    shuffled(sources).flatMap((source) => ways().map((contender) => ({ source, contender })));
  await warmUp(stage, sources);
  const figures: Figures[] = [];
  const note = (figure: Figures) => {
    figures.push(figure);
    say(JSON.stringify(figure));
  };
  for (let run = 0; run < bench.runs; run += 1)
    for (const { source, contender } of pairs()) note(await measureSpeed(stage, contender, source));
  const underWriters = { ...bench.chosen, documents: bench.writtenToDocuments };
  const writtenTo = Array.from({ length: bench.runs }, () => layoutsOf(underWriters)).flat();
  for (const layout of writtenTo) note(await measureOutage(stage, layout, bench.operationsPerSecond));
  // Last, since Elasticsearch is cold after its death. What one repeats depends on the way, hardly on the size of documents.
  const small = pairs().filter(({ source }) => source.layout.documentBytes === SMALL_BYTES);
  for (const { source, contender } of small) note(await measureRepetition(stage, contender, source));
  return figures;
}

const ways = () => shuffled(contenders);

const TINY: Layout = { name: 'tiny', shards: 5, documentBytes: SMALL_BYTES, documents: 1_000 };
const TINY_COPIES = 100;
const LARGE_COPIES = 3;

/**
 * What Elasticsearch has run a few times it compiles, and later once more: 0.7 s of processor time in each of the first
 * dozen copies of es-steward, which calls more of its APIs than others, and 5 s in the first large copy of anyone.
 */
async function warmUp(stage: Stage, sources: readonly Source[]): Promise<void> {
  const tiny = await createSource(stage, TINY);
  for (let count = 0; count < TINY_COPIES; count += 1) await copyAll(stage, [tiny]);
  for (let count = 0; count < LARGE_COPIES; count += 1) await copyAll(stage, sources);
}

async function copyAll(stage: Stage, sources: readonly Source[]): Promise<void> {
  for (const source of sources)
    for (const contender of contenders) {
      const job = jobOf(stage, source);
      await contender.copy(stage, job);
      await contender.tidy(stage, job);
    }
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

async function measureSpeed(stage: Stage, contender: Contender, source: Source): Promise<Figures> {
  const job = jobOf(stage, source);
  const before = await cpuSecondsAtRest(stage.es);
  const copied = await contender.copy(stage, job);
  await requireComplete(stage, job, source.layout);
  const cpuSeconds = (await cpuSecondsAtRest(stage.es)) - before;
  await contender.tidy(stage, job);
  return { type: 'speed', contender: contender.name, layout: source.layout.name, ...copied, cpuSeconds };
}

/** Kills Elasticsearch when half of the documents are copied. */
async function measureRepetition(stage: Stage, contender: Contender, source: Source): Promise<Figures> {
  const job = jobOf(stage, source);
  const [{ writtenAgain }] = await Promise.all([
    contender.copy(stage, job),
    killAtHalf(stage, job.to, source.layout),
  ]);
  await requireComplete(stage, job, source.layout);
  await contender.tidy(stage, job);
  return { type: 'repetition', contender: contender.name, layout: source.layout.name, writtenAgain };
}

async function killAtHalf({ es, elasticsearch }: Stage, to: string, { documents }: Layout): Promise<void> {
  await untilIndexed(es, to, documents / 2);
  await elasticsearch.kill(0);
  await elasticsearch.restart(0);
}

async function measureOutage(stage: Stage, layout: Layout, operationsPerSecond: number): Promise<Figures> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { workload, verdict } = await liveRun(stage, { ...layout, operationsPerSecond, seed, kills: false });
  const faults = verdict.lost + verdict.ghosts + verdict.stale + verdict.duplicated;
  return { type: 'outage', layout: layout.name, milliseconds: workload.longestGapMs, faults };
}

const jobOf = (stage: Stage, { index, alias, layout }: Source): CopyJob => ({
  from: index,
  to: stage.name(),
  alias,
  shards: layout.shards,
});

async function requireComplete({ es }: Stage, { to }: CopyJob, { documents }: Layout): Promise<void> {
  await refresh(es, to);
  const found = await countDocuments(es, to);
  if (found !== documents) throw new Error(`${to} has ${found} documents instead of ${documents}`);
}
