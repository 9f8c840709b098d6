import type { KubernetesApi, KubernetesObject } from '../kubernetes/api.ts';
import { isKubernetesError } from '../kubernetes/errors.ts';
import { pause } from './clock.ts';
import type { Clock } from './clock.ts';
import type { PassLogger, ResourceEvent } from './controller.ts';
import { eventBody, eventName, eventNamespace, EVENTS, seriesKey, seriesPart } from './event-body.ts';
import type { Occurrences, Reporter } from './event-body.ts';

export interface EventRecorder {
  /** Returns at once and never throws: an Event is a courtesy, no pass fails for it. */
  record(regarding: KubernetesObject, event: ResourceEvent): void;
  /** Sends what is recorded. After the abort it sends what is left, without waiting for better times, and resolves. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RecorderOptions {
  readonly kubernetes: Pick<KubernetesApi, 'create' | 'mergePatch'>;
  readonly clock: Clock;
  readonly log: PassLogger;
  readonly reporter: Reporter;
  /** Events that may wait to be sent; beyond it the oldest are dropped. */
  readonly capacity?: number;
  readonly onDropped?: (reason: 'full' | 'refused') => void;
}

/** A repetition within this time belongs to the series; client-go and kube-rs take six minutes too. */
const SERIES_MS = 6 * 60_000;
/** A series is told at its second event, then at most this often. */
const SERIES_UPDATE_MS = 60_000;
const CAPACITY = 1000;
const TRIES = 5;
const FIRST_RETRY_MS = 1_000;

interface Series {
  seen: Occurrences;
  /** Monotonic milliseconds. */
  seenAt: number;
  /** How many of the occurrences the API server knows, and since when. */
  told: number;
  toldAt: number;
}

export function createEventRecorder(options: RecorderOptions): EventRecorder {
  const { clock, capacity = CAPACITY, onDropped } = options;
  const known = new Map<string, Series>();
  /** In the order in which they will be sent. */
  const pending = new Set<Series>();
  let count = 0;
  let wake = new AbortController();
  const wakeUp = () => wake.abort();

  function enqueue(series: Series): void {
    pending.add(series);
    if (pending.size > capacity) drop(oldest(pending));
    wakeUp();
  }

  function drop(series: Series | undefined): void {
    if (!series) return;
    pending.delete(series);
    onDropped?.('full');
  }

  function begin(key: string, regarding: KubernetesObject, event: ResourceEvent): Series {
    const now = clock.now();
    const name = eventName(regarding, now, count++);
    const seen = { regarding, event, name, firstAt: now, lastAt: now, times: 0 };
    const series = { seen, seenAt: 0, told: 0, toldAt: clock.monotonic() };
    known.set(key, series);
    return series;
  }

  function record(regarding: KubernetesObject, event: ResourceEvent): void {
    const key = seriesKey(regarding, event);
    const before = known.get(key);
    const isSeries = before !== undefined && clock.monotonic() - before.seenAt < SERIES_MS;
    const series = isSeries ? before : begin(key, regarding, event);
    const times = series.seen.times + 1;
    series.seen = { ...series.seen, lastAt: clock.now(), times };
    series.seenAt = clock.monotonic();
    if (times <= 2 || isDue(series, clock)) enqueue(series);
  }

  /** Brings up what running series have not told yet, and forgets those that are over. */
  function sweep(everything: boolean): void {
    for (const [key, series] of known) {
      if (hasMoreToTell(series) && (everything || isDue(series, clock))) enqueue(series);
      else if (clock.monotonic() - series.seenAt >= SERIES_MS) known.delete(key);
    }
  }

  async function rest(signal: AbortSignal): Promise<void> {
    if (pending.size > 0) return;
    wake = new AbortController();
    signal.addEventListener('abort', wakeUp);
    await pause(clock, SERIES_UPDATE_MS, wake.signal);
    signal.removeEventListener('abort', wakeUp);
  }

  return {
    record,
    async run(signal) {
      while (!signal.aborted) {
        sweep(false);
        await sendAll(options, pending, signal);
        if (!signal.aborted) await rest(signal);
      }
      sweep(true);
      await sendAll(options, pending, signal);
    },
  };
}

const hasMoreToTell = ({ seen, told }: Series): boolean => told < seen.times;

/** A series that was never told waits in the queue already, or was refused. */
const isDue = (series: Series, clock: Clock): boolean =>
  hasMoreToTell(series) && series.told > 0 && clock.monotonic() - series.toldAt >= SERIES_UPDATE_MS;

const oldest = (pending: ReadonlySet<Series>): Series | undefined => pending.values().next().value;

async function sendAll(options: RecorderOptions, pending: Set<Series>, signal: AbortSignal): Promise<void> {
  for (let series = oldest(pending); series; series = oldest(pending)) {
    pending.delete(series);
    await send(options, series, signal);
  }
}

async function send(options: RecorderOptions, series: Series, signal: AbortSignal): Promise<void> {
  const { seen } = series;
  try {
    await tryToTell(options, series, signal);
    series.told = seen.times;
    series.toldAt = options.clock.monotonic();
  } catch (error) {
    options.onDropped?.('refused');
    const { namespace, name } = seen.regarding.metadata;
    options.log.warn(
      { err: error, namespace, name, reason: seen.event.reason },
      'an Event could not be sent',
    );
  }
}

/** Short faults are waited for; a refusal will not turn into an acceptance. */
async function tryToTell(options: RecorderOptions, series: Series, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tell(options, series);
    } catch (error) {
      const isPassing = isKubernetesError(error, 'unavailable', 'throttled', 'timeout', 'internal');
      if (!isPassing || attempt === TRIES || signal.aborted) throw error;
      await pause(options.clock, FIRST_RETRY_MS * 2 ** (attempt - 1), signal);
    }
  }
}

async function tell({ kubernetes, reporter }: RecorderOptions, { seen, told }: Series): Promise<void> {
  const namespace = eventNamespace(seen.regarding);
  try {
    if (told > 0) await kubernetes.mergePatch({ kind: EVENTS, namespace, name: seen.name }, seriesPart(seen));
    else await kubernetes.create(EVENTS, namespace, eventBody(seen, reporter));
  } catch (error) {
    // The first try arrived although its answer did not.
    if (isKubernetesError(error, 'alreadyExists')) return;
    // The API server forgets Events after an hour.
    if (!isKubernetesError(error, 'notFound') || told === 0) throw error;
    await kubernetes.create(EVENTS, namespace, eventBody(seen, reporter));
  }
}
