import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { ManualClock } from '../../test/support/manual-clock.ts';
import { WorkQueue } from './queue.ts';
import type { QueueOptions } from './queue.ts';

function newQueue(options: Partial<QueueOptions> = {}) {
  const clock = manualClock();
  return { clock, queue: new WorkQueue({ clock, random: () => 0.5, ...options }) };
}
const drain = (queue: WorkQueue): string[] => {
  const keys: string[] = [];
  for (let task = queue.next(); task !== undefined; task = queue.next()) keys.push(task.key);
  return keys;
};

describe('the work queue', () => {
  it('collapses wishes for one key', () => {
    const { queue } = newQueue();
    queue.add('a');
    queue.add('a');
    expect(drain(queue)).toEqual(['a']);
  });

  it('never hands out a key that runs, and runs it again after a wish meanwhile', () => {
    const { queue } = newQueue();
    queue.add('a');
    queue.next();
    queue.add('a');
    expect(queue.next()).toBeUndefined();
    queue.done('a');
    expect(drain(queue)).toEqual(['a']);
  });

  it('takes the earlier of two wishes', async () => {
    const { queue, clock } = newQueue();
    queue.add('a', { afterMs: 60_000 });
    queue.add('a', { afterMs: 5_000 });
    queue.add('a', { afterMs: 90_000 });
    await clock.advance(4_999);
    expect(queue.next()).toBeUndefined();
    await clock.advance(1);
    expect(drain(queue)).toEqual(['a']);
    await clock.advance(100_000);
    expect(queue.next()).toBeUndefined();
  });

  it('puts an edit before a resync, but lets the resync wait no longer than half a minute', async () => {
    const { queue, clock } = newQueue();
    queue.add('resync', { urgency: 'background' });
    queue.add('edit');
    expect(queue.next()?.key).toBe('edit');
    await clock.advance(30_001);
    queue.add('late edit');
    expect(drain(queue)).toEqual(['resync', 'late edit']);
  });

  it('backs off a key that fails, longer each time, between one second and five minutes', async () => {
    const { queue, clock } = newQueue({ random: () => 0.999_999 });
    queue.add('a');
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      queue.next();
      queue.retry('a');
      waits.push(Math.round(await untilReady(queue, clock)));
      queue.add('a');
    }
    expect(waits[0]).toBeGreaterThanOrEqual(1);
    expect(waits.slice(1).every((wait, index) => wait >= (waits[index] ?? 0))).toBe(true);
    expect(waits.at(-1)).toBe(300);
  });

  it('starts from the beginning after a success', () => {
    const { queue } = newQueue();
    for (const end of ['retry', 'done'] as const) {
      queue.add('a');
      queue.next();
      queue[end]('a');
    }
    queue.add('a');
    expect(queue.next()?.failures).toBe(0);
  });

  it('honours the wish of a server that is overloaded, and the patience of a deletion', async () => {
    const { queue, clock } = newQueue({ random: () => 0 });
    queue.add('a');
    queue.next();
    queue.retry('a', { atLeastMs: 7_000 });
    await clock.advance(6_999);
    expect(queue.next()).toBeUndefined();
    await clock.advance(1);
    queue.next();
    queue.retry('a', { atMostMs: 10 });
    await clock.advance(10);
    expect(queue.next()?.failures).toBe(2);
  });

  it('wakes one waiting worker per key, by one timer', async () => {
    const { queue, clock } = newQueue();
    const taken = [queue.take(), queue.take()];
    queue.add('later', { afterMs: 2_000 });
    queue.add('soon', { afterMs: 1_000 });
    await clock.advance(1_000);
    expect((await Promise.race(taken))?.key).toBe('soon');
    await clock.advance(1_000);
    expect(new Set((await Promise.all(taken)).map((task) => task?.key))).toEqual(new Set(['later', 'soon']));
  });

  it('lets waiting workers go when it is closed', async () => {
    const { queue } = newQueue();
    const taken = queue.take();
    queue.close();
    expect(await taken).toBeUndefined();
  });

  it('lets one group hold no more than its share', () => {
    const { queue } = newQueue({ groupOf: (key) => key[0], groupLimit: 2 });
    for (const key of ['a1', 'a2', 'a3', 'a4', 'b1']) queue.add(key);
    expect(drain(queue)).toEqual(['a1', 'a2', 'b1']);
    queue.done('b1');
    expect(queue.next()).toBeUndefined();
    queue.done('a1');
    expect(drain(queue)).toEqual(['a3']);
    queue.done('a2');
    expect(drain(queue)).toEqual(['a4']);
  });

  it('lets every key of a group come that waits for its share, although some objects go meanwhile', async () => {
    const gone = new Set<string>();
    const { queue, clock } = newQueue({
      groupOf: (key) => (gone.has(key) ? undefined : 'main'),
      groupLimit: 2,
    });
    for (const key of ['x', 'y', 'a', 'b', 'c', 'd']) {
      queue.add(key);
      await clock.advance(1);
    }
    expect(drain(queue)).toEqual(['x', 'y']);
    gone.add('a').add('b');
    queue.done('x');
    queue.done('y');
    expect(drain(queue)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets the next of a group come when the one that came back is wished for anew, and then gone', () => {
    const gone = new Set<string>();
    const { queue } = newQueue({ groupOf: (key) => (gone.has(key) ? undefined : 'main'), groupLimit: 1 });
    for (const key of ['x', 'a', 'b']) queue.add(key, { urgency: 'background' });
    expect(queue.next()?.key).toBe('x');
    expect(queue.next()).toBeUndefined();
    queue.done('x');
    queue.add('a');
    gone.add('a');
    expect(drain(queue)).toEqual(['a', 'b']);
  });
});

async function untilReady(queue: WorkQueue, clock: ManualClock): Promise<number> {
  const start = clock.monotonic();
  while (queue.depth === 0) await clock.advance(250);
  return (clock.monotonic() - start) / 1000;
}

type Command =
  | { readonly do: 'add'; readonly key: string; readonly afterMs: number; readonly background: boolean }
  | { readonly do: 'take' }
  /** Its object goes, so it belongs to no group; or it is there again. */
  | { readonly do: 'gone' | 'back'; readonly key: string }
  | { readonly do: 'done' | 'retry'; readonly pick: number }
  | { readonly do: 'advance'; readonly ms: number };

const anyKey = fc.constantFrom('a1', 'a2', 'a3', 'a4', 'b1');
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key: anyKey,
    afterMs: fc.oneof(fc.constant(0), fc.nat(5_000)),
    background: fc.boolean(),
  }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constantFrom('gone' as const, 'back' as const), key: anyKey }),
  fc.record({ do: fc.constantFrom('done' as const, 'retry' as const), pick: fc.nat(10) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(10_000) }),
);

/** What the queue has to remember, in the simplest form: when each key is due, what runs, what failed how often. */
class QueueModel {
  readonly #due = new Map<string, number>();
  /** With the group that each had when it began. */
  readonly #running = new Map<string, string | undefined>();
  readonly #gone = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #groupOf = (key: string) => (this.#gone.has(key) ? undefined : key[0]);
  readonly #bed = newQueue({ groupOf: this.#groupOf, groupLimit: 1 });

  async run(command: Command): Promise<void> {
    if (command.do === 'advance') await this.#bed.clock.advance(command.ms);
    else if (command.do === 'add') this.#add(command);
    else if (command.do === 'take') this.#take();
    else if ('key' in command) this.#gone[command.do === 'gone' ? 'add' : 'delete'](command.key);
    else this.#end(command.do, [...this.#running.keys()][command.pick % Math.max(1, this.#running.size)]);
  }

  /** Everything ends well from now on. */
  async drain(): Promise<void> {
    await this.#bed.clock.advance(600_000);
    while (this.#due.size > 0) {
      for (let taken = -1; taken < this.#running.size; ) {
        taken = this.#running.size;
        this.#take();
      }
      for (const key of this.#running.keys()) this.#end('done', key);
    }
  }

  #add({ key, afterMs, background }: Extract<Command, { do: 'add' }>): void {
    this.#bed.queue.add(key, { afterMs, urgency: background ? 'background' : 'edit' });
    this.#wish(key, afterMs);
  }

  #take(): void {
    // One that is gone may still wait with those that it belonged to, until one of them ends.
    const certain = this.#free((key) => key[0]);
    const free = this.#free(this.#groupOf);
    const task = this.#bed.queue.next();
    assert.ok(task !== undefined || certain.length === 0, 'a key is handed out when one is free');
    if (task === undefined) return;
    assert.ok(free.includes(task.key), `${task.key} is due, does not run, and its group has a place`);
    assert.equal(task.failures, this.#failures.get(task.key) ?? 0);
    this.#due.delete(task.key);
    this.#running.set(task.key, this.#groupOf(task.key));
  }

  #free(groupOf: (key: string) => string | undefined): readonly string[] {
    const busy = new Set([...this.#running.values()].filter((group) => group !== undefined));
    const now = this.#bed.clock.monotonic();
    const hasPlace = (group: string | undefined) => group === undefined || !busy.has(group);
    const due = [...this.#due].flatMap(([key, at]) => (at <= now && !this.#running.has(key) ? key : []));
    return due.filter((key) => hasPlace(groupOf(key)));
  }

  #end(how: 'done' | 'retry', key: string | undefined): void {
    if (key === undefined) return;
    this.#running.delete(key);
    this.#bed.queue[how](key);
    const failures = how === 'done' ? 0 : (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    // random() is one half: the middle between the floor and the ceiling.
    if (how === 'retry') this.#wish(key, 1_000 + 0.5 * (Math.min(300_000, 1_000 * 2 ** failures) - 1_000));
  }

  #wish(key: string, afterMs: number): void {
    const at = this.#bed.clock.monotonic() + afterMs;
    this.#due.set(key, Math.min(this.#due.get(key) ?? at, at));
  }
}

describe('the work queue, against a model', () => {
  it('loses no wish, repeats none, runs no key twice and keeps every share', async () => {
    const property = fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { maxLength: 60, size: 'max' }), async (commands) => {
        const model = new QueueModel();
        for (const command of commands) await model.run(command);
        await model.drain();
      }),
      { numRuns: 1_000 },
    );
    await expect(property).resolves.toBeUndefined();
  });
});
