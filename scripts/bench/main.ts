import { parseArgs } from 'node:util';
import { benchRuntime } from './runtime/main.ts';

/** `npm run bench -- NAME [--quick]`: prints a table beside a peer; docs/benchmarks.md tells how to read it. */
const benches: Readonly<Record<string, (options: { readonly quick: boolean }) => Promise<void>>> = {
  runtime: benchRuntime,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const bench = benches[positionals[0] ?? ''];
if (bench) {
  await bench(values);
} else {
  console.error(`usage: npm run bench -- NAME [--quick]\nNAME is one of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
}
