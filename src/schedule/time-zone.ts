import { LRUCache } from 'lru-cache';

/** A part of time in which a zone keeps its distance from UTC. All times are milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  /** The first moment that is no part of it any more. */
  readonly to: number;
  /** Milliseconds that local clocks are ahead of UTC. */
  readonly offset: number;
  /** The offset right before `from`: smaller where clocks were put forward, greater where they were put back. */
  readonly offsetBefore: number;
}

/** A formatter takes some 50 µs to make and 1 µs to use. */
const clocks = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 });

/** Whether this is the name of an IANA time zone. Offsets such as `+01:00` are none: they know no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/u.test(name)) return false;
  try {
    clockOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Milliseconds that local clocks are ahead of UTC at that moment. Throws a RangeError for what is no time zone. */
export function offsetAt(timeZone: string, at: number): number {
  const shown = clockOf(timeZone).format(at);
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
    shown.match(/\d+/gu) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / SECOND) * SECOND;
}

/** The stretches that cover [from, to), each as long as possible; offsets change at most once in `step`. */
export function stretches(timeZone: string, from: number, to: number, step: number): readonly Stretch[] {
  const found: Stretch[] = [];
  const first = offsetAt(timeZone, from);
  let current = { from, offset: first, offsetBefore: first };
  for (let at = from; at < to; at += step) {
    const end = Math.min(at + step, to);
    const offset = offsetAt(timeZone, end);
    if (offset === current.offset) continue;
    const change = firstMomentOf(timeZone, offset, at, end);
    found.push({ ...current, to: change });
    current = { from: change, offset, offsetBefore: current.offset };
  }
  return [...found, { ...current, to }].filter((stretch) => stretch.from < stretch.to);
}

const SECOND = 1000;

/** The first whole second of a new offset, which is not yet there at `before` and is there at `there`. */
function firstMomentOf(timeZone: string, offset: number, before: number, there: number): number {
  let [low, high] = [before / SECOND, there / SECOND];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timeZone, middle * SECOND) === offset) high = middle;
    else low = middle;
  }
  return high * SECOND;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const two = '2-digit';
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  clocks.set(timeZone, clock);
  return clock;
}
