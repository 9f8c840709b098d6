import { expect, it } from 'vitest';
import { manualClock } from '../test/support/manual-clock.ts';
import { type Operator, type OperatorOptions, runOperator } from './operator.ts';
import { aborted } from './runtime/background.ts';
import { LeadershipLostError } from './runtime/leader.ts';

/** What has to come before anything is worked on. */
const GATES = ['elected', 'looked', 'listed'] as const;
type Gate = (typeof GATES)[number];

/** An operator of one kind, whose parts note when they end. @param shut what comes only when it is opened. */
function bed(...shut: readonly Gate[]) {
  const manual = manualClock();
  const clock = { ...manual, now: () => manual.now() + ahead };
  const gates = {
    elected: Promise.withResolvers<void>(),
    looked: Promise.withResolvers<void>(),
    listed: Promise.withResolvers<void>(),
  };
  const opened = new Set<Gate>();
  const open = (gate: Gate): void => {
    opened.add(gate);
    gates[gate].resolve();
  };
  for (const gate of GATES) if (!shut.includes(gate)) open(gate);
  const lost = Promise.withResolvers<never>();
  const told: unknown[] = [];
  const ended: string[] = [];
  let works = false;
  let wakes = 0;
  let ahead = 0;
  let lastPass = Promise.resolve();
  const until = (name: string) => async (signal: AbortSignal) => {
    await aborted(signal);
    ended.push(name);
  };
  const runner = {
    synced: gates.listed.promise,
    unlisted: () => (opened.has('listed') ? [] : ['lamps in namespace team-b']),
    wakeAll: () => void (wakes += 1),
    watch: until('views'),
    work: async (signal: AbortSignal) => {
      works = true;
      await aborted(signal);
      await lastPass;
      ended.push('workers');
    },
  };
  const log = { info: () => undefined, warn: (fields: unknown) => void told.push(fields) };
  const stop = new AbortController();
  // Casts: only what is used.
  const operator = {
    election: {
      run: async (onElected: () => void, signal: AbortSignal) => {
        await gates.elected.promise;
        onElected();
        await Promise.race([aborted(signal), lost.promise]);
      },
      release: async () => void ended.push('lease'),
    },
    killSwitch: { looked: gates.looked.promise, run: aborted },
    recorder: { run: until('events') },
    obligations: { end: async (orderly: boolean) => void ended.push(orderly ? 'held' : 'held, in haste') },
    runners: [runner],
  } as unknown as Operator;
  const options = { clock, log } as unknown as Pick<OperatorOptions, 'clock' | 'log'>;
  const over = runOperator(operator, options, stop.signal, async () => void ended.push('connections'));
  return {
    clock,
    told,
    ended,
    over,
    open,
    works: () => works,
    wakes: () => wakes,
    setClock: (ms: number) => void (ahead = ms),
    /** The last pass of its worker goes on after the signal to stop, until the function that it gives is called. */
    hang: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      lastPass = promise;
      return resolve;
    },
    lose: (error: Error) => lost.reject(error),
    stop: () => stop.abort(),
  };
}

it.each(GATES)('acts once it is %s, and no sooner', async (gate) => {
  const { clock, works, open, told, stop, over } = bed(gate);
  await clock.advance(20_000);
  expect(works()).toBe(false);
  open(gate);
  await clock.advance(0);
  expect([works(), told]).toEqual([true, []]);
  stop();
  expect(await over).toBe(true);
});

it('acts for all others after a while, and says what it could not list', async () => {
  const { clock, works, told, stop, over } = bed('listed');
  await clock.advance(29_999);
  expect(works()).toBe(false);
  await clock.advance(1);
  expect([works(), told]).toEqual([true, [{ missing: ['lamps in namespace team-b'] }]]);
  stop();
  await over;
});

it('looks at everything anew when the time of day is set', async () => {
  const { clock, wakes, setClock, stop, over } = bed();
  await clock.advance(60_000);
  expect(wakes()).toBe(0);
  setClock(3_600_000);
  await clock.advance(60_000);
  expect(wakes()).toBe(1);
  stop();
  await over;
});

it('ends in order: passes, what is held, Events, the lease, and only then what all of them need', async () => {
  const { clock, ended, stop, over } = bed();
  await clock.advance(0);
  stop();
  expect(await over).toBe(true);
  expect(ended).toEqual(['workers', 'held', 'events', 'lease', 'views', 'connections']);
});

it('keeps its lease while a pass goes on after its time, and lets go of what is held meanwhile', async () => {
  const { clock, ended, hang, stop, over } = bed();
  const finish = hang();
  await clock.advance(0);
  stop();
  await clock.advance(2_999);
  expect(ended).toEqual([]);
  await clock.advance(5_000);
  expect(ended).toEqual(['held', 'events']);
  finish();
  expect(await over).toBe(false);
  expect(ended).toEqual(['held', 'events', 'workers', 'lease', 'views', 'connections']);
});

it('ends at once when its lease is lost, and lets go only of what writers wait for', async () => {
  const { clock, ended, lose, over } = bed();
  await clock.advance(0);
  lose(new LeadershipLostError('lost'));
  await expect(over).rejects.toThrow(LeadershipLostError);
  expect(ended).toEqual(['held, in haste']);
});
