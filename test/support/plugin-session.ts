import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { WatchEvent } from '../../src/kubernetes/api.ts';
import { readInvocation } from '../../src/plugin/invocation.ts';
import { plain } from '../../src/plugin/paint.ts';
import type { Session } from '../../src/plugin/session.ts';
import type { Ours } from '../../src/plugin/targets.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { memoryKubernetes, type MemoryKubernetes } from './memory-kubernetes.ts';
import { NOW } from './plugin-objects.ts';

/** A session of the plugin whose API server and clock are in memory, for commands that wait. */
export interface MemorySession {
  readonly session: Session;
  readonly args: readonly string[];
  readonly kubernetes: MemoryKubernetes;
  /** What was written for the person at the terminal. */
  readonly text: () => string;
}

/** `line` as a person writes it, without the command's program; `stored` is what the API server has. */
export function memorySession(line: string, stored: Ours): MemorySession {
  const invocation = readInvocation(line.split(' '), '0.0.0-test');
  if (invocation.type !== 'run') throw new Error(`${line} only prints`);
  const kubernetes: MemoryKubernetes = Object.assign(memoryKubernetes(), { watch: untilAborted });
  const { metadata, spec, status } = stored.resource;
  kubernetes.put(metadata.name, { metadata, spec, status });
  let text = '';
  const out = { write: (more: string) => (text += more) };
  const session: Session = {
    kubernetes,
    readText: () => Promise.reject(new Error('not needed here')),
    readJson: () => Promise.reject(new Error('not needed here')),
    namespace: metadata.namespace,
    options: invocation.options,
    version: '0.0.0-test',
    out,
    err: out,
    ask: undefined,
    paint: plain,
    clock: hastyClock(),
    signal: new AbortController().signal,
    close: () => Promise.resolve(),
  };
  return { session, args: invocation.args, kubernetes, text: () => text };
}

/** A watch on which nothing happens. */
async function* untilAborted(
  _kind: unknown,
  _options: unknown,
  signal?: AbortSignal,
): AsyncGenerator<WatchEvent> {
  if (signal !== undefined && !signal.aborted) await once(signal, 'abort');
  yield* [];
}

/** Whoever sleeps wakes at once, and the time has passed. */
function hastyClock(): Clock {
  let passed = 0;
  return {
    now: () => NOW + passed,
    monotonic: () => passed,
    async sleep(ms) {
      await turn();
      passed += ms;
    },
  };
}
