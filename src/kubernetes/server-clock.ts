/** How far the clock of the API server is from ours, by the `Date` of its answers. */
export interface ServerClock {
  /** @param date the header of an answer that has just come. */
  hear(date: string): void;
  /** The difference at the last answer, in seconds; 0 before any. */
  skewSeconds(): number;
  /** What that clock shows now, in milliseconds since the epoch: the times in metadata are by it. */
  now(): number;
}

/** @param now milliseconds since the epoch. */
export function createServerClock(now: () => number): ServerClock {
  let aheadMs = 0;
  return {
    hear(date) {
      const told = Date.parse(date);
      if (!Number.isNaN(told)) aheadMs = told - now();
    },
    skewSeconds: () => Math.abs(aheadMs) / 1000,
    now: () => now() + aheadMs,
  };
}
