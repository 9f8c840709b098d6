import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Heap } from './heap.ts';

/** A person's edit goes first; a resync or the first list may wait for it, but never longer than BACKGROUND_LAG_MS. */
export type Urgency = 'edit' | 'background';

export interface Wish {
  /** Not before so many milliseconds from now; default 0. */
  readonly afterMs?: number;
  /** Default `edit`. */
  readonly urgency?: Urgency;
}

export interface Task {
  readonly key: string;
  /** Failed tries in a row before this one. */
  readonly failures: number;
}

export interface QueueHooks {
  added?(): void;
  retried?(): void;
  /** A key was taken after it had been due for so long. */
  waited?(seconds: number): void;
  worked?(seconds: number): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Keys of one group share what is slow, for example one Elasticsearch cluster. Undefined = no group. */
  readonly groupOf?: (key: string) => string | undefined;
  /** So many keys of one group run at once; a dead cluster cannot hold all workers. Default: no limit. */
  readonly groupLimit?: number;
  readonly hooks?: QueueHooks;
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
}

const BACKGROUND_LAG_MS = 30_000;
const BACKOFF = { baseMs: 1_000, capMs: 300_000 };

interface Schedule {
  readonly readyAt: number;
  /** Readiness plus what a background wish concedes to edits: the order among those that are ready. */
  readonly dueAt: number;
}

/**
 * All that is known of a key. It is queued, or running, or kept for its count of failures alone. Members are emptied,
 * not deleted: there is one for each resource, and an object that something was deleted from is four times as large.
 */
interface Entry {
  readonly key: string;
  failures: number;
  /** There while it waits for its turn. */
  queued: Schedule | undefined;
  running: { readonly since: number; readonly group: string | undefined } | undefined;
  /** What was wished while it ran. */
  again: Schedule | undefined;
}

/** A place in a heap; stale when the entry has been scheduled anew since. */
interface Place {
  readonly entry: Entry;
  readonly schedule: Schedule;
  /** The group that has a place free, for which it was taken out of those that are parked. */
  readonly freed?: string;
}

/**
 * Keys that wait for a worker. A key is never run twice at once; wishes for the same key collapse to the earliest and
 * most urgent. Does no I/O; time comes from the clock, and one timer serves all delays.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Heap<Place>((a, b) => a.schedule.readyAt < b.schedule.readyAt);
  readonly #ready = new Heap<Place>(isDueBefore);
  readonly #parked = new Map<string, Heap<Place>>();
  readonly #groups = new Map<string, number>();
  #changed = Promise.withResolvers<void>();
  #timer: { readonly at: number; readonly stop: AbortController } | undefined;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that are due and wait for a worker. */
  get depth(): number {
    this.#promote();
    let depth = 0;
    const now = this.#now();
    for (const { queued } of this.#entries.values())
      if (queued !== undefined && queued.readyAt <= now) depth += 1;
    return depth;
  }

  /** Seconds that each running key has been worked on. */
  get running(): readonly number[] {
    const now = this.#now();
    return [...this.#entries.values()].flatMap(({ running }) =>
      running === undefined ? [] : [(now - running.since) / 1000],
    );
  }

  add(key: string, wish: Wish = {}): void {
    const entry = this.#entry(key);
    const schedule = this.#schedule(wish);
    if (entry.running === undefined) this.#enqueue(entry, schedule);
    else entry.again = earliest(entry.again, schedule);
    this.#options.hooks?.added?.();
  }

  /** The next key that may run now, undefined when there is none. */
  next(): Task | undefined {
    this.#promote();
    for (let place = this.#ready.pop(); place !== undefined; place = this.#ready.pop()) {
      const isStale = place.entry.queued !== place.schedule;
      const group = isStale ? undefined : this.#options.groupOf?.(place.entry.key);
      if (place.freed !== undefined && place.freed !== group) this.#unpark(place.freed);
      if (isStale) continue;
      if (this.#isFull(group)) this.#park(group, place);
      else return this.#start(place.entry, group, place.schedule);
    }
    return undefined;
  }

  /** Waits for the next key; undefined once the queue is closed. */
  async take(): Promise<Task | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const task = this.next();
      if (task !== undefined) return task;
      this.#armTimer();
      await this.#changed.promise;
    }
  }

  /** The pass is over without a failure; `wish` says when to run again, undefined only on the next `add`. */
  done(key: string, wish?: Wish): void {
    const entry = this.#finish(key);
    entry.failures = 0;
    this.#settle(entry, wish === undefined ? undefined : this.#schedule(wish));
  }

  /** The pass failed: again after a back-off that grows, within the given bounds. */
  retry(key: string, bounds: { readonly atLeastMs?: number; readonly atMostMs?: number } = {}): void {
    const entry = this.#finish(key);
    entry.failures += 1;
    const wait = backoffMs(entry.failures, this.#options.backoff ?? BACKOFF, this.#options.random);
    const bounded = Math.min(
      Math.max(wait, bounds.atLeastMs ?? 0),
      bounds.atMostMs ?? Number.POSITIVE_INFINITY,
    );
    this.#settle(entry, this.#schedule({ afterMs: bounded }));
    this.#options.hooks?.retried?.();
  }

  /** The object is gone: nothing is remembered, but a wish that came meanwhile is kept. */
  forget(key: string): void {
    this.done(key);
  }

  /** Wakes all who wait in `take`; nothing is handed out any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.stop.abort();
    this.#notify();
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { key, failures: 0, queued: undefined, running: undefined, again: undefined };
    this.#entries.set(key, entry);
    return entry;
  }

  #schedule({ afterMs = 0, urgency = 'edit' }: Wish): Schedule {
    const readyAt = this.#now() + Math.max(0, afterMs);
    return { readyAt, dueAt: readyAt + (urgency === 'background' ? BACKGROUND_LAG_MS : 0) };
  }

  #enqueue(entry: Entry, wished: Schedule): void {
    const schedule = earliest(entry.queued, wished);
    if (schedule === entry.queued) return;
    entry.queued = schedule;
    this.#waiting.push({ entry, schedule });
    this.#notify();
  }

  #promote(): void {
    const now = this.#now();
    for (let place = this.#waiting.peek(); place !== undefined; place = this.#waiting.peek()) {
      const isStale = place.entry.queued !== place.schedule;
      if (!isStale && place.schedule.readyAt > now) return;
      this.#waiting.pop();
      if (!isStale) this.#ready.push(place);
    }
  }

  #isFull(group: string | undefined): group is string {
    const { groupLimit } = this.#options;
    return group !== undefined && groupLimit !== undefined && (this.#groups.get(group) ?? 0) >= groupLimit;
  }

  #park(group: string, place: Place): void {
    const parked = this.#parked.get(group) ?? new Heap<Place>(isDueBefore);
    this.#parked.set(group, parked);
    parked.push(place);
  }

  #start(entry: Entry, group: string | undefined, schedule: Schedule): Task {
    const since = this.#now();
    entry.queued = undefined;
    entry.running = { since, group };
    if (group !== undefined) this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    this.#options.hooks?.waited?.((since - schedule.readyAt) / 1000);
    return { key: entry.key, failures: entry.failures };
  }

  #finish(key: string): Entry {
    const entry = this.#entries.get(key);
    if (entry?.running === undefined)
      throw new Error(`${key} is not running: only a key that was taken can be over`);
    const { since, group } = entry.running;
    entry.running = undefined;
    if (group !== undefined) this.#leaveGroup(group);
    this.#options.hooks?.worked?.((this.#now() - since) / 1000);
    return entry;
  }

  #leaveGroup(group: string): void {
    const left = (this.#groups.get(group) ?? 1) - 1;
    if (left === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
    this.#unpark(group);
    this.#notify();
  }

  /** One place became free, so one key comes back. One that leaves it, as its object is gone, gives it to the next. */
  #unpark(group: string): void {
    const parked = this.#parked.get(group);
    if (parked === undefined) return;
    let place = parked.pop();
    while (place !== undefined && place.entry.queued !== place.schedule) place = parked.pop();
    if (place !== undefined) this.#ready.push({ ...place, freed: group });
    if (parked.size === 0) this.#parked.delete(group);
  }

  #settle(entry: Entry, next: Schedule | undefined): void {
    const { again } = entry;
    entry.again = undefined;
    if (next !== undefined) this.#enqueue(entry, earliest(again, next));
    else if (again !== undefined) this.#enqueue(entry, again);
    else this.#entries.delete(entry.key);
  }

  #armTimer(): void {
    const at = this.#waiting.peek()?.schedule.readyAt;
    if (at === this.#timer?.at) return;
    this.#timer?.stop.abort();
    this.#timer = undefined;
    if (at === undefined) return;
    const timer = { at, stop: new AbortController() };
    this.#timer = timer;
    this.#options.clock.sleep(at - this.#now(), timer.stop.signal).then(
      () => this.#fire(timer),
      () => undefined, // replaced by an earlier one, or closed
    );
  }

  #fire(timer: { readonly at: number }): void {
    if (this.#timer === timer) this.#timer = undefined;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}

const isDueBefore = (a: Place, b: Place): boolean => a.schedule.dueAt < b.schedule.dueAt;

/** The earlier of each: an urgent wish for later and a background one for now are one urgent wish for now. */
function earliest(before: Schedule | undefined, wished: Schedule): Schedule {
  if (before === undefined) return wished;
  const readyAt = Math.min(before.readyAt, wished.readyAt);
  const dueAt = Math.min(before.dueAt, wished.dueAt);
  return readyAt === before.readyAt && dueAt === before.dueAt ? before : { readyAt, dueAt };
}
