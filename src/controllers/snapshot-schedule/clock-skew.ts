/** Clocks that differ by more say nothing of an age. */
export const MOST_SKEW_SECONDS = 60;
