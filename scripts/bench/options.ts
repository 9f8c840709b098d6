import { parseArgs } from 'node:util';

/** What any bench may be told; each uses what it knows. */
export interface BenchOptions {
  /** Smaller and fewer, to see that it works. */
  readonly quick: boolean;
  readonly live: boolean;
  readonly runs: number | undefined;
  readonly documents: number | undefined;
  readonly shards: number | undefined;
  /** Of each document. */
  readonly bytes: number | undefined;
  /** Operations per second of all writers together. */
  readonly rate: number | undefined;
}

export interface BenchCall {
  readonly name: string;
  readonly help: boolean;
  readonly options: BenchOptions;
}

/** @throws TypeError for what is no option or no number. */
export function readBenchCall(args: readonly string[]): BenchCall {
  const number = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: flag,
      live: flag,
      runs: number,
      documents: number,
      shards: number,
      bytes: number,
      rate: number,
      help: { ...flag, short: 'h' },
    },
  });
  const { quick, live, help, ...numbers } = values;
  const read = (name: keyof typeof numbers) => countOf(name, numbers[name]);
  return {
    name: positionals[0] ?? '',
    help,
    options: {
      quick,
      live,
      runs: read('runs'),
      documents: read('documents'),
      shards: read('shards'),
      bytes: read('bytes'),
      rate: read('rate'),
    },
  };
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new TypeError(`--${name} must be a whole number above 0, not ${text}`);
}
