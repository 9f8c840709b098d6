import { createKubernetesApi } from '../kubernetes/client.ts';
import {
  contextNamespace,
  kubeconfigCredentials,
  loadKubeConfig,
  useContext,
} from '../kubernetes/credentials.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { createTransport } from '../kubernetes/transport.ts';
import type { Clock } from '../runtime/clock.ts';
import { PluginError, EXIT } from './failure.ts';
import type { Options } from './invocation.ts';
import { paintFor, type Paint } from './paint.ts';

/** Where a person reads. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** What a command has: the cluster, the terminal, the clock. */
export interface Session {
  readonly kubernetes: KubernetesApi;
  /** A body that is no JSON, such as a log. */
  readText(path: string, title: string): Promise<string>;
  readJson(path: string, title: string): Promise<unknown>;
  /** Undefined: all of them. */
  readonly namespace: string | undefined;
  readonly options: Options;
  readonly version: string;
  readonly out: Output;
  /** For questions and what is no answer. */
  readonly err: Output;
  /** Undefined when nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly paint: Paint;
  readonly clock: Clock;
  /** Aborts when the person at the terminal interrupts. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

export type Terminal = Pick<Session, 'out' | 'err' | 'ask' | 'clock' | 'signal' | 'version'> & {
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** A log or a page of metrics that comes slower than this is given up. */
const IDLE_MS = 20_000;

/** @throws PluginError for a kubeconfig that cannot be used. */
export function openSession(options: Options, terminal: Terminal): Session {
  const { environment, ...shared } = terminal;
  const load = () => {
    const config = loadKubeConfig(options.kubeconfig);
    return options.context === undefined ? config : useContext(config, options.context);
  };
  const transport = createTransport({
    credentials: kubeconfigCredentials(load, terminal.clock),
    clock: terminal.clock,
    userAgent: `kubectl-es-steward/${terminal.version}`,
  });
  const fallback = namespaceOf(load);
  return {
    ...shared,
    kubernetes: createKubernetesApi(transport),
    readText: async (path, title) =>
      textOf(await transport.stream({ method: 'GET', path, title }, IDLE_MS, terminal.signal)),
    readJson: (path, title) => transport.call({ method: 'GET', path, title }, terminal.signal),
    namespace: options.allNamespaces ? undefined : (options.namespace ?? fallback),
    options,
    paint: paintFor(terminal.out, environment),
    close: () => transport.close(),
  };
}

function namespaceOf(load: () => Parameters<typeof contextNamespace>[0]): string {
  try {
    return contextNamespace(load()) ?? 'default';
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PluginError(
      EXIT.usage,
      `the kubeconfig cannot be used: ${reason}. Correct --kubeconfig, KUBECONFIG or --context`,
      {
        cause,
      },
    );
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}
