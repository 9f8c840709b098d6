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
 * moments are alike: one read stands for all of its shape, and `before` a change is `after` the one that came before it.
 */
function momentsOf({ mutates }: ServerCall): readonly CrashPoint['when'][] {
  return mutates ? ['inFlight', 'after'] : ['before'];
}

export function crashPoints(calls: readonly TracedCall[]): readonly CrashPoint[] {
  const seen = new Set<string>();
  return calls.flatMap((call) => {
    const kind = call.mutates ? `${call.shape} ${call.moment}` : call.shape;
    const isNew = !seen.has(kind);
    seen.add(kind);
    return momentsOf(call)
      .filter((when) => isNew || isTriedAgain(call, when))
      .map((when) => ({ call: call.name, when }));
  });
}

/** A status that is still on its way meets a successor in the same way throughout a phase: one stands for all of it. */
function isTriedAgain({ server, mutates }: ServerCall, when: CrashPoint['when']): boolean {
  return mutates && (server === 'elasticsearch' || when === 'after');
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
