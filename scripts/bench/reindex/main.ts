import type { BenchOptions } from '../options.ts';
import { benchCompare } from './compare.ts';
import { benchLive } from './live.ts';

/** `--live`: exactness under writers and kills. Without it: speed and cost beside other ways to copy. */
export async function benchReindex(options: BenchOptions): Promise<void> {
  await (options.live ? live(options) : compare(options));
}

const DOCUMENTS = 200_000;
const QUICK_DOCUMENTS = 20_000;
const OPERATIONS_PER_SECOND = 2_000;

async function live({ quick, runs, documents, shards, rate }: BenchOptions): Promise<void> {
  const isGood = await benchLive({
    runs: runs ?? (quick ? 2 : 20),
    documents: documents ?? (quick ? QUICK_DOCUMENTS : DOCUMENTS),
    shards: shards ?? 1,
    operationsPerSecond: rate ?? OPERATIONS_PER_SECOND,
  });
  if (!isGood) process.exitCode = 1;
}

async function compare({ quick, runs, documents, shards, bytes, rate }: BenchOptions): Promise<void> {
  await benchCompare({
    runs: runs ?? (quick ? 1 : 5),
    chosen: { documents: documents ?? (quick ? QUICK_DOCUMENTS : DOCUMENTS), shards, bytes },
    writtenToDocuments: Math.min(documents ?? DOCUMENTS, quick ? QUICK_DOCUMENTS : DOCUMENTS),
    operationsPerSecond: rate ?? OPERATIONS_PER_SECOND,
  });
}
