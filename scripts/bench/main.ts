import { benchMaintenance } from './maintenance/main.ts';
import { type BenchOptions, readBenchCall } from './options.ts';
import { benchReindex } from './reindex/main.ts';
import { benchRuntime } from './runtime/main.ts';

/** `npm run bench -- NAME [OPTIONS]`: prints a table beside a peer; docs/benchmarks.md tells how to read it. */
const benches: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  runtime: benchRuntime,
  reindex: benchReindex,
  maintenance: benchMaintenance,
};

const { name, options } = readBenchCall(process.argv.slice(2));
const bench = benches[name];
if (bench) {
  await bench(options);
} else {
  console.error(
    `usage: npm run bench -- NAME [--quick] [--live] [--runs N] [--documents N] [--shards N] [--rate N]\nNAME is one of: ${Object.keys(benches).join(', ')}`,
  );
  process.exitCode = 2;
}
