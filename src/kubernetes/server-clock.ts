/** How far the clock of the API server is from ours, by the `Date` of its answers. */
export interface ServerClock {
  /** @param date the header of an answer that has just come. */
  hear(date: string): void;
  /** The difference at the last answer, in seconds; 0 before any. */
  skewSeconds(): number;
}

/** @param now milliseconds since the epoch. */
export function createServerClock(now: () => number): ServerClock {
  let skew = 0;
  return {
    hear(date) {
      const told = Date.parse(date);
      if (!Number.isNaN(told)) skew = Math.abs(now() - told) / 1000;
    },
    skewSeconds: () => skew,
  };
}
