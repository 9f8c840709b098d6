import { expect, it } from 'vitest';
import { manualClock } from '../test/support/manual-clock.ts';
import { type Operator, type OperatorOptions, runOperator } from './operator.ts';
import { aborted } from './runtime/background.ts';
import { electionOfOne } from './runtime/leader.ts';
import { Obligations } from './runtime/obligations.ts';

/** An operator of one kind, whose first list comes when `listed` is called. */
function bed() {
  const manual = manualClock();
  const clock = { ...manual, now: () => manual.now() + ahead };
  const synced = Promise.withResolvers<void>();
  const told: unknown[] = [];
  let works = false;
  let wakes = 0;
  let ahead = 0;
  let unlisted = ['lamps in namespace team-b'];
  const runner = {
    synced: synced.promise,
    unlisted: () => unlisted,
    wakeAll: () => void (wakes += 1),
    watch: aborted,
    work: (signal: AbortSignal) => {
      works = true;
      return aborted(signal);
    },
  };
  const log = { info: () => undefined, warn: (fields: unknown) => void told.push(fields) };
  const stop = new AbortController();
  // Casts: only what is used.
  const operator = {
    election: electionOfOne(),
    killSwitch: { looked: Promise.resolve(), run: aborted },
    recorder: { run: aborted },
    obligations: new Obligations({ clock, log, askApiServer: () => Promise.resolve() }),
    runners: [runner],
  } as unknown as Operator;
  const options = { clock, log } as unknown as Pick<OperatorOptions, 'clock' | 'log'>;
  const over = runOperator(operator, options, stop.signal, () => Promise.resolve());
  return {
    clock,
    told,
    works: () => works,
    wakes: () => wakes,
    setClock: (ms: number) => void (ahead = ms),
    listed: () => {
      unlisted = [];
      synced.resolve();
    },
    end: async () => {
      stop.abort();
      await over;
    },
  };
}

it('acts once everything was listed, and no sooner', async () => {
  const { clock, works, listed, told, end } = bed();
  await clock.advance(20_000);
  expect(works()).toBe(false);
  listed();
  await clock.advance(0);
  expect([works(), told]).toEqual([true, []]);
  await end();
});

it('acts for all others after a while, and says what it could not list', async () => {
  const { clock, works, told, end } = bed();
  await clock.advance(29_999);
  expect(works()).toBe(false);
  await clock.advance(1);
  expect([works(), told]).toEqual([true, [{ missing: ['lamps in namespace team-b'] }]]);
  await end();
});

it('looks at everything anew when the time of day is set', async () => {
  const { clock, wakes, setClock, listed, end } = bed();
  listed();
  await clock.advance(60_000);
  expect(wakes()).toBe(0);
  setClock(3_600_000);
  await clock.advance(60_000);
  expect(wakes()).toBe(1);
  await end();
});
