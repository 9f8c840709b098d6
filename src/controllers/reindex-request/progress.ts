import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';

type Progress = NonNullable<ReindexRequestStatus['progress']>;

/** What a person watches: a percent that never goes back, a rate, and a time that can be trusted. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly completed: number;
}

/** A rate over less than this is noise. */
const SHORTEST_WINDOW_MS = 2_000;
/** Older samples tell of another load. */
const LONGEST_WINDOW_MS = 60_000;
const MOST_SAMPLES = 10;
const SAMPLE_EVERY_MS = 5_000;
/** With looks every five seconds at the least. */
const LONGEST_GAP_MS = 20_000;

/** Copying is 0 to 90 percent; the rest are stages. */
export function copyPercent(completed: number, total: number): number {
  if (total <= 0) return 0;
  return Math.min(90, Math.floor((completed / total) * 90));
}

/**
 * Those that tell of the present speed. Nobody could look while a cluster or an operator was away, and what was done in a
 * part that was lost is done again: what was before is not compared with what is after.
 */
function comparable(samples: readonly Sample[], now: Sample): readonly Sample[] {
  const young = samples.filter(({ at }) => now.at - at <= LONGEST_WINDOW_MS && at <= now.at);
  const last = young.findLastIndex(({ at, completed }, place) => {
    const next = young[place + 1] ?? now;
    return next.at - at > LONGEST_GAP_MS || next.completed < completed;
  });
  return young.slice(last + 1);
}

/** Keeps few samples, far enough apart to fill a window. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const young = comparable(samples, sample);
  const last = young.at(-1);
  if (last && sample.at - last.at < SAMPLE_EVERY_MS) return young;
  return [...young, sample].slice(-MOST_SAMPLES);
}

/** Documents per second over the window; undefined until it means something. */
export function rate(samples: readonly Sample[], now: Sample): number | undefined {
  const [first] = comparable(samples, now);
  if (!first || now.at - first.at < SHORTEST_WINDOW_MS) return undefined;
  return Math.max(0, Math.round(((now.completed - first.completed) / (now.at - first.at)) * 1000));
}

/**
 * What comes after the last document: settings, the last rounds, proof and move. It took 1.5 s on idle cores and 6 s on
 * busy ones, and depends little on the documents: this is within a factor of two of both.
 */
const END_MS = 3_000;

/** Milliseconds until the aliases have moved, if `total` is reached at this rate; undefined when nothing moves. */
export function remainingMs(
  completed: number,
  total: number,
  perSecond: number | undefined,
): number | undefined {
  if (!perSecond) return undefined;
  return Math.ceil((Math.max(total - completed, 0) / perSecond) * 1000) + END_MS;
}

/**
 * Under a limit documents come at once, and then none for as long as they should have taken: a rate over less than that
 * is too high, or nothing. The limit is known, and only a copy that is slower than it is not told by it.
 */
export function withinLimit(perSecond: number | undefined, limit: number | undefined): number | undefined {
  return limit === undefined ? perSecond : Math.min(perSecond || limit, limit);
}

/** Two units at the most: `4m`, `1h20m`, `35s`; a person needs no more. */
export function roughDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)}m`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440)
    return minutes % 60 === 0 ? `${minutes / 60}h` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
  const hours = Math.round(minutes / 60);
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.floor(hours / 24)}d${hours % 24}h`;
}

/** What the last proof found: with none, what an earlier one found is over. */
export function withQuarantined(progress: ReindexRequestStatus['progress'], message: string, count: number) {
  const { quarantined: _before, ...rest } = progress ?? {};
  return { ...rest, message, ...(count > 0 ? { quarantined: count } : {}) };
}

/** Whoever rests does not come to an end: nobody is to wait for one. */
export function withoutForecast<Figures extends Pick<Progress, 'remaining' | 'eta' | 'documentsPerSecond'>>(
  figures: Figures,
) {
  const { remaining: _remaining, eta: _eta, documentsPerSecond: _rate, ...rest } = figures;
  return rest;
}
