import type { Around, ServerCall } from './server-calls.ts';

/** Where a process dies: at the n-th call of that shape, counted over the whole run. */
export interface CrashPoint {
  /** `PUT /{new}#2` */
  readonly call: string;
  /**
   * `before` it is sent; `inFlight`: it is on its way while the successor starts already; `after` its answer came, and
   * nothing was done with it.
   */
  readonly when: 'before' | 'inFlight' | 'after';
}

export interface TracedCall extends ServerCall {
  readonly name: string;
  /** What a tester says about the moment, such as the phase. */
  readonly moment: string;
}

/** Names and remembers the calls of a run. */
export interface Trace {
  readonly calls: readonly TracedCall[];
  add(call: ServerCall): TracedCall;
  /** What the following calls are remembered with. */
  mark(moment: string): void;
}

export function newTrace(): Trace {
  const calls: TracedCall[] = [];
  let moment = '';
  return {
    calls,
    mark: (next) => void (moment = next),
    add: (call) => {
      const nth = calls.filter(({ shape }) => shape === call.shape).length + 1;
      const traced = { ...call, name: `${call.shape}#${nth}`, moment };
      calls.push(traced);
      return traced;
    },
  };
}

export class CrashError extends Error {
  override readonly name = 'CrashError';
}

export interface Crash {
  readonly around: Around;
  readonly happened: () => boolean;
  /** Calls that were on their way when the process died; they must have ended before the world is judged. */
  readonly stragglers: readonly Promise<unknown>[];
}

/** @param kill ends everything else that runs in the process. */
export function crashAt(point: CrashPoint | undefined, trace: Trace, kill: () => void): Crash {
  const stragglers: Promise<unknown>[] = [];
  let dead = false;
  const die = () => {
    dead = true;
    kill();
    return new CrashError(point?.call);
  };
  const around: Around = async (call, send) => {
    if (dead) throw new CrashError(point?.call);
    const { name } = trace.add(call);
    if (name !== point?.call) return unlessDead(await send());
    if (point.when === 'before') throw die();
    const sent = send();
    stragglers.push(sent.catch(() => undefined));
    if (point.when === 'inFlight') throw die();
    await sent.catch(() => undefined);
    throw die();
  };
  /** What others of the same process hear after its death is heard by nobody. */
  const unlessDead = <T>(answer: T): T => {
    if (dead) throw new CrashError(point?.call);
    return answer;
  };
  return { around, happened: () => dead, stragglers };
}

/**
 * The moments at which a call is tried. All that a process knows dies with it, so between two changes of the world all
 * moments are alike: one read stands for all of its shape, and `before` a write of the API server is `after` the effect
 * that it tells of.
 */
function momentsOf({ server, mutates }: ServerCall): readonly CrashPoint['when'][] {
  if (!mutates) return ['before'];
  return server === 'kubernetes' ? ['inFlight', 'after'] : ['before', 'inFlight', 'after'];
}

export function crashPoints(calls: readonly TracedCall[]): readonly CrashPoint[] {
  const reads = new Set<string>();
  return calls.flatMap((call) => {
    if (!call.mutates && reads.has(call.shape)) return [];
    reads.add(call.shape);
    return momentsOf(call).map((when) => ({ call: call.name, when }));
  });
}

/** Shapes of calls that were made and where no process has died; the build must not be green with any. */
export function uncovered(calls: readonly ServerCall[], crashed: readonly CrashPoint[]): readonly string[] {
  const tried = (shape: string, when: string) =>
    crashed.some((point) => point.call.startsWith(`${shape}#`) && point.when === when);
  const missing = calls.flatMap((call) =>
    momentsOf(call)
      .filter((when) => !tried(call.shape, when))
      .map((when) => `${call.shape} ${when}`),
  );
  return [...new Set(missing)];
}
