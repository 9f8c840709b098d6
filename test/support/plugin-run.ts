import { systemClock } from '../../src/runtime/clock.ts';
import { run } from '../../src/plugin/run.ts';
import { environment } from './environment.ts';
import { tell } from './told.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface PluginOptions {
  /** Answers questions, as a person at a terminal would; absent: nobody can. */
  readonly ask?: (question: string) => Promise<string>;
  readonly kubeconfig?: string;
  /** Told of each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** `kubectl es-steward ARGS` against the API server of this test run. */
export async function plugin(args: readonly string[], options: PluginOptions = {}): Promise<Ran> {
  const {
    ask,
    kubeconfig = environment().kubeconfig,
    onOutput,
    signal = new AbortController().signal,
  } = options;
  let out = '';
  let err = '';
  const code = await run([...args, `--kubeconfig=${kubeconfig}`], {
    out: {
      write(text: string) {
        out += text;
        onOutput?.(text);
      },
    },
    err: { write: (text: string) => (err += text) },
    ask,
    clock: systemClock,
    signal,
    version: '0.0.0-test',
    environment: {},
  });
  tell('plugin.txt', out + err);
  return { code, out, err };
}
