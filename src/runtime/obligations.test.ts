import { beforeEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../test/support/manual-clock.ts';
import { type Obligation, Obligations } from './obligations.ts';

let clock: ManualClock;
let released: string[];
let apiServer: (signal: AbortSignal) => Promise<unknown>;
let book: Obligations;
beforeEach(() => {
  clock = manualClock();
  released = [];
  apiServer = async () => undefined;
  const log = { info: () => undefined, warn: () => undefined };
  book = new Obligations({ clock, log, askApiServer: (signal) => apiServer(signal) });
});

const unreachable = async () => Promise.reject(new Error('no route'));
const neverAnswers = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const MINUTE = 60_000;
const A = { namespace: 'n', name: 'a', uid: 'u1' };
const B = { namespace: 'n', name: 'b', uid: 'u2' };

function obligation(over: Partial<Obligation> = {}, name = 'it'): Obligation {
  return {
    until: clock.now() + 30_000,
    endsWithProcess: true,
    release: async () => void released.push(name),
    ...over,
  };
}

describe('what has a deadline', () => {
  it('is released shortly after it, without asking anybody', async () => {
    apiServer = unreachable;
    book.owe(A, obligation());
    await clock.advance(30_000);
    expect(released).toEqual([]);
    await clock.advance(3_000);
    expect(released).toEqual(['it']);
    await clock.advance(MINUTE);
    expect(released).toEqual(['it']);
  });

  it('is not released once it is settled', async () => {
    book.owe(A, obligation());
    book.settled(A);
    await clock.advance(MINUTE);
    expect(released).toEqual([]);
  });

  it('keeps its moment when it is said again, and goes by the last word', async () => {
    const until = clock.now() + 30_000;
    book.owe(A, obligation({ until }));
    await clock.advance(20_000);
    book.owe(A, obligation({ until }, 'again'));
    await clock.advance(13_000);
    expect(released).toEqual(['again']);
  });

  it('gets another moment with another deadline', async () => {
    book.owe(A, obligation());
    book.owe(A, obligation({ until: clock.now() + 2 * MINUTE }));
    await clock.advance(MINUTE);
    expect(released).toEqual([]);
    await clock.advance(2 * MINUTE);
    expect(released).toEqual(['it']);
  });

  it('is tried again until it succeeds', async () => {
    let tries = 0;
    const release = async () => {
      tries += 1;
      if (tries < 3) throw new Error('no route');
    };
    book.owe(A, obligation({ release }));
    await clock.advance(5 * MINUTE);
    expect(tries).toBe(3);
  });

  it('does not hang on a call that never answers', async () => {
    let tries = 0;
    const release = (signal: AbortSignal) => {
      tries += 1;
      return neverAnswers(signal);
    };
    book.owe(A, obligation({ release }));
    await clock.advance(MINUTE);
    expect(tries).toBeGreaterThan(1);
  });
});

describe('what has no deadline', () => {
  const endless = { until: undefined };

  it('is held as long as the API server answers, and no longer', async () => {
    book.owe(A, obligation(endless));
    await clock.advance(60 * MINUTE);
    expect(released).toEqual([]);
    apiServer = unreachable;
    await clock.advance(11 * MINUTE);
    expect(released).toEqual(['it']);
  });

  it('is released when nobody looks after it any more', async () => {
    book.owe(A, obligation(endless));
    book.due(A);
    await clock.advance(3_000);
    expect(released).toEqual(['it']);
  });
});

describe('a resource that was made anew under its name before anybody saw it gone', () => {
  const anew = { ...A, uid: 'u3' };
  const endless = { until: undefined };

  it.each<[string, () => void]>([
    ['holds nothing', () => book.settled(anew)],
    ['holds something itself', () => book.owe(anew, obligation(endless, 'its own'))],
  ])('ends what its predecessor held, and nothing else: it %s', async (_, tells) => {
    book.owe(A, obligation(endless, 'of the predecessor'));
    book.owe(B, obligation(endless, 'of another'));
    tells();
    await clock.advance(3_000);
    expect(released).toEqual(['of the predecessor']);
  });

  it('lets that be tried again at its pace, however often it is looked at', async () => {
    const release = async () => Promise.reject(new Error('no route'));
    let tries = 0;
    book.owe(A, obligation({ ...endless, release: () => ((tries += 1), release()) }));
    for (let second = 0; second < 60; second += 1) {
      book.settled(anew);
      await clock.advance(1_000);
    }
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(20);
  });
});

it('is tried anew when somebody asks again after it was given up', async () => {
  let isThere = false;
  const release = async () => {
    if (!isThere) throw new Error('no route');
    released.push('it');
  };
  book.owe(A, obligation({ until: undefined, release }));
  book.due(A);
  for (let minute = 0; minute < 70; minute += 1) await clock.advance(MINUTE);
  isThere = true;
  await clock.advance(10 * MINUTE);
  expect(released).toEqual([]);
  book.due(A);
  await clock.advance(MINUTE);
  expect(released).toEqual(['it']);
});

describe('the end of the process', () => {
  beforeEach(() => {
    book.owe(A, obligation({}, 'with the process'));
    book.owe(B, obligation({ endsWithProcess: false }, 'left to the next'));
  });

  it('releases in order only what ends with it', async () => {
    await book.end(true);
    expect(released).toEqual(['with the process']);
  });

  it('leaves everything to the new leader when it has lost its lease to one', async () => {
    await book.end(false);
    expect(released).toEqual([]);
  });

  it.each([true, false])(
    'releases everything when the API server is out of reach (in order: %s)',
    async (orderly) => {
      apiServer = unreachable;
      await book.end(orderly);
      expect(released.toSorted()).toEqual(['left to the next', 'with the process']);
    },
  );

  it('does not wait for an API server that takes its time', async () => {
    apiServer = neverAnswers;
    const ended = book.end(false);
    await clock.advance(2_000);
    await ended;
    expect(released).toHaveLength(2);
  });

  it('lets go in order of what ends with it without waiting for any answer', async () => {
    apiServer = neverAnswers;
    const ended = book.end(true);
    await clock.advance(0);
    expect(released).toEqual(['with the process']);
    await clock.advance(2_000);
    await ended;
  });

  it('says what could not be released, after everything else was', async () => {
    apiServer = unreachable;
    book.owe(A, obligation({ release: unreachable }));
    await expect(book.end(false)).rejects.toBeInstanceOf(AggregateError);
    expect(released).toEqual(['left to the next']);
  });
});
