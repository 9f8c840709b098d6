/** How long writers had to wait, in milliseconds. */
export interface Waits {
  /** The longest time in which no write was acknowledged, whatever the reason. */
  readonly longestGapMs: number;
  /** The longest time from the first refusal by a write block to the next acknowledged write. */
  readonly longestBlockMs: number;
}

/** The pulse of one writer. */
export interface Pulse {
  acknowledged(): void;
  refusedByBlock(): void;
  readonly waits: Waits;
}

export function createPulse(now: () => number): Pulse {
  let [last, blockedSince]: [number, number | undefined] = [now(), undefined];
  let waits: Waits = { longestGapMs: 0, longestBlockMs: 0 };
  return {
    acknowledged() {
      const time = now();
      waits = longer(waits, { longestGapMs: time - last, longestBlockMs: time - (blockedSince ?? time) });
      [last, blockedSince] = [time, undefined];
    },
    refusedByBlock: () => void (blockedSince ??= now()),
    get waits() {
      return waits;
    },
  };
}

/** The longer of each. */
export function longer(left: Waits, right: Waits): Waits {
  return {
    longestGapMs: Math.max(left.longestGapMs, right.longestGapMs),
    longestBlockMs: Math.max(left.longestBlockMs, right.longestBlockMs),
  };
}
