import { orUsage } from '../usage.ts';
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

const help = `usage: npm run bench -- NAME [OPTION ...]

NAME is one of: ${Object.keys(benches).join(', ')}

  --quick          smaller and fewer, to see that it works
  --runs N         how often each is measured; the median is shown
  --documents N    of each index (reindex)
  --rate N         operations per second of all writers together (reindex)
  --live           whether copies are exact under writes and kills (reindex)
  --shards N       of the index (reindex --live); only indexes of so many (reindex)
  --bytes N        only indexes with documents of so many (reindex)

docs/benchmarks.md tells what is measured, and how to read it.
`;

const call = orUsage(help, () => readBenchCall(process.argv.slice(2)));
const bench = benches[call.name];
if (call.help) {
  console.log(help);
} else if (bench) {
  await bench(call.options);
} else {
  console.error(help);
  process.exitCode = 2;
}
