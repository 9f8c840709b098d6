import type { BenchOptions } from '../options.ts';
import { benchLive } from './live.ts';

/** `--live`: exactness under writers and kills. Without it: speed and cost beside other ways to copy. */
export async function benchReindex(options: BenchOptions): Promise<void> {
  if (options.live) await live(options);
}

async function live({ quick, runs, documents, shards, rate }: BenchOptions): Promise<void> {
  const isGood = await benchLive({
    runs: runs ?? (quick ? 2 : 20),
    documents: documents ?? (quick ? 20_000 : 200_000),
    shards: shards ?? 1,
    operationsPerSecond: rate ?? 2_000,
  });
  if (!isGood) process.exitCode = 1;
}
