import { beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { ManualClock } from '../../test/support/manual-clock.ts';
import { memoryKubernetes } from '../../test/support/memory-kubernetes.ts';
import type { MemoryKubernetes } from '../../test/support/memory-kubernetes.ts';
import { lamp } from '../../test/support/toy-kind.ts';
import type { LampAction, LampController, LampStatus } from '../../test/support/toy-kind.ts';
import type { Condition } from '../crds/shared.ts';
import { classifyAnswer } from '../elasticsearch/classify.ts';
import { withDeadline } from '../kubernetes/deadline.ts';
import { refusalError } from '../kubernetes/errors.ts';
import type { Decision, ReadyEvents } from './controller.ts';
import type { Engine } from './engine.ts';
import { TerminalError, WaitingError } from './errors.ts';
import { failingCleanups } from './failing-cleanups.ts';
import type { FailingCleanups } from './failing-cleanups.ts';
import { reconcile } from './reconcile.ts';
import { kindRefOf, objectRefOf } from './resource.ts';

type LampDecision = Decision<LampStatus, LampAction>;
const KEY = { namespace: 'default', name: 'a' };
const FINALIZER = 'es-steward.dev/cleanup';
const ready = { type: 'ready', reason: 'Shines', message: 'It shines.' } as const;
const shine = (brightness: number): LampAction => ({ type: 'shine', brightness });

let memory: MemoryKubernetes;
let clock: ManualClock;
let events: string[];
let performed: number[];
let isLeader: boolean;
let cleanups: FailingCleanups;

beforeEach(() => {
  memory = memoryKubernetes();
  clock = manualClock();
  events = [];
  performed = [];
  isLeader = true;
  cleanups = failingCleanups();
});

const engine = (more: Partial<Engine> = {}): Engine => ({
  kubernetes: memory,
  clock,
  serverNow: () => clock.now(),
  failingCleanups: cleanups,
  log: { info: () => undefined, warn: () => undefined },
  version: '1.2.3',
  mayAct: () => isLeader,
  record: (_, { reason }) => void events.push(reason),
  ...more,
});

interface Ways {
  readonly observe?: LampController['observe'];
  readonly decide?: (resource: Parameters<LampController['decide']>[0]) => Partial<LampDecision>;
  readonly perform?: LampController['perform'];
  readonly forget?: () => void;
  readonly handlesRunNow?: boolean;
  readonly readyEvents?: ReadyEvents;
  readonly definition?: LampController['definition'];
}

function controller({ observe, decide, perform, ...more }: Ways): LampController {
  return {
    definition: lamp,
    observe: observe ?? (async () => undefined),
    decide: (resource) => ({ status: resource.status ?? {}, ready, next: 'changed', ...decide?.(resource) }),
    perform: perform ?? (async ({ brightness }) => void performed.push(brightness)),
    ...more,
  };
}

const pass = (ways: Ways, more: Partial<Engine> = {}, signal = new AbortController().signal) =>
  reconcile(engine(more), controller(ways), KEY, signal);
const status = () => (memory.stored('a') as { status?: LampStatus } | undefined)?.status;
const conditions = () =>
  (status()?.conditions ?? []).map(({ type, status, reason }: Condition) => `${type}=${status} ${reason}`);
const finalizers = () => memory.stored('a')?.metadata.finalizers ?? [];
const writes = () => memory.requests.filter((request) => request.startsWith('PATCH'));
const throwing = (error: Error) => async () => {
  throw error;
};

describe('a pass', () => {
  it('forgets what is gone', async () => {
    let isForgotten = false;
    cleanups.failed({ ...KEY, uid: '1' }, { began: 0, ended: 0 });
    expect(await pass({ forget: () => (isForgotten = true) })).toEqual({ type: 'gone' });
    expect(cleanups.failed({ ...KEY, uid: '1' }, { began: 5, ended: 5 })).toBe(5);
    expect(isForgotten).toBe(true);
  });

  it('lets what it waits for be followed beside it', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const followed: unknown[] = [];
    const wait = async () => undefined;
    const perform: LampController['perform'] = async (_, __, { follow }) => follow?.('the bulb', wait);
    const follow: Engine['follow'] = (...all) => void followed.push(all);
    await pass({ decide: () => ({ actions: [shine(1)] }), perform }, { follow });
    expect(followed).toEqual([[KEY, 'the bulb', wait]]);
  });

  it('says which field of a spec cannot be acted on, and does nothing', async () => {
    memory.put('a', { spec: { brightness: 'very' } });
    expect(await pass({ decide: () => ({ actions: [shine(1)] }) })).toEqual({ type: 'stalled' });
    expect(conditions()).toEqual(['Ready=False InvalidSpec', 'Stalled=True InvalidSpec']);
    expect(status()?.conditions?.[0]?.message).toMatch(/^spec\.brightness: /);
    expect(performed).toEqual([]);
  });

  it('writes status once, and not at all when nothing differs', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({ decide: () => ({ status: { brightness: 1 } }) });
    await pass({ decide: () => ({ status: { brightness: 1 } }) });
    expect(writes()).toEqual(['PATCH a/status']);
    expect(status()).toMatchObject({ brightness: 1, observedGeneration: 1 });
  });

  it('remembers what its actions did, in the same write', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({
      decide: () => ({ actions: [shine(7)] }),
      perform: async () => (before) => ({ ...before, brightness: 7 }),
    });
    expect(status()?.brightness).toBe(7);
    expect(writes()).toHaveLength(1);
  });

  it('tells of events only once the status that they tell of is written', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const event = { type: 'Normal', reason: 'Lit', action: 'Shine', note: '' } as const;
    memory.before = (request) => {
      if (request === 'PATCH a/status')
        throw refusalError(request, { status: 409, body: '', mutating: true });
    };
    await pass({ decide: () => ({ events: [event] }) });
    expect(events).toEqual([]);
    memory.before = () => undefined;
    await pass({ decide: () => ({ events: [event] }) });
    expect(events).toEqual(['Lit']);
  });

  it.each([
    ['the object', new TerminalError('InvalidSpec', 'x')],
    ['what it waits for', new WaitingError('Busy', 'x', 1)],
    ['a fault', new Error('x')],
  ])('has a first status before anything is decided: %s', async (_, error) => {
    const definition = { ...lamp, firstStatus: { brightness: 0 } };
    memory.put('a', { spec: { brightness: 1 } });
    await pass({ definition, observe: throwing(error) });
    expect(status()?.brightness).toBe(0);
    memory.put('a', { spec: { brightness: 1 }, status: { brightness: 7 } });
    await pass({ definition, observe: throwing(error) });
    expect(status()?.brightness).toBe(7);
  });

  it('comes back at once when asked to, but does not spin on nothing', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    expect(await pass({ decide: () => ({ next: 'now' }) })).toEqual({ type: 'again', afterMs: 0 });
    expect(await pass({ decide: () => ({ next: 'now' }) })).toEqual({ type: 'again', afterMs: 1_000 });
  });

  it('goes on at once where an action had something to remember, and waits as long as asked where it had not', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const decide = () => ({ next: 'now', idleMs: 70, actions: [shine(1)] }) as const;
    // Also where the status was written: the first pass writes it.
    expect(await pass({ decide, perform: async () => undefined })).toEqual({ type: 'again', afterMs: 70 });
    expect(await pass({ decide, perform: async () => undefined })).toEqual({ type: 'again', afterMs: 70 });
    const perform = async () => (before: object) => before;
    expect(await pass({ decide, perform })).toEqual({ type: 'again', afterMs: 0 });
  });

  it('echoes of a long annotation what a status can hold', async () => {
    const annotations = { 'es-steward.dev/run-now': 'x'.repeat(300) };
    memory.put('a', { spec: { brightness: 1 }, metadata: { annotations } });
    await pass({ decide: () => ({ status: {} }) });
    expect(status()?.lastHandledRunNow).toBe('x'.repeat(255));
  });

  it('echoes the annotation run-now once it is handled, and not when something failed', async () => {
    memory.put('a', {
      spec: { brightness: 1 },
      metadata: { annotations: { 'es-steward.dev/run-now': 'x' } },
    });
    await pass({
      decide: () => ({ actions: [shine(1)] }),
      perform: throwing(new WaitingError('Busy', '', 1)),
    });
    expect(status()?.lastHandledRunNow).toBeUndefined();
    await pass({ decide: () => ({ status: {} }) });
    expect(status()?.lastHandledRunNow).toBe('x');
    await pass({ observe: throwing(new Error('x')) });
    expect(status()?.lastHandledRunNow).toBe('x');
  });

  it('leaves the echo to a controller that handles run-now itself', async () => {
    memory.put('a', {
      spec: { brightness: 1 },
      metadata: { annotations: { 'es-steward.dev/run-now': 'x' } },
    });
    await pass({ handlesRunNow: true });
    expect(status()?.lastHandledRunNow).toBeUndefined();
  });

  it('tells what a change of Ready means, also where a failure speaks, and once', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const readyEvents: ReadyEvents = (before, now) =>
      before?.reason === now.reason
        ? []
        : [{ type: 'Normal', reason: `${before?.reason}-${now.reason}`, action: 'Shine', note: '' }];
    const busy = throwing(new WaitingError('Busy', '', 1));
    await pass({ readyEvents });
    await pass({ readyEvents, decide: () => ({ actions: [shine(1)] }), perform: busy });
    await pass({ readyEvents, observe: busy });
    await pass({ readyEvents });
    expect(events).toEqual(['undefined-Shines', 'Shines-Busy', 'Busy-Shines']);
  });

  it.each([
    ['', {}],
    [', also by a pass that fails', { observe: throwing(new WaitingError('Busy', '', 1)) }],
  ])('echoes what a status that was lost has answered%s', async (_, ways) => {
    memory.put('a', {
      spec: { brightness: 1 },
      metadata: { annotations: { 'es-steward.dev/run-now': 'x' } },
    });
    clock.jump(601_000);
    await pass({ handlesRunNow: true, ...ways });
    expect(status()?.lastHandledRunNow).toBe('x');
    expect(conditions()).not.toEqual([]);
  });

  it('leaves alone what only a newer operator knows of a status', async () => {
    memory.put('a', { spec: { brightness: 1 }, status: { brightness: 1, novelty: 'kept' } });
    await pass({ decide: () => ({ status: { brightness: 2 } }) });
    expect(status()).toMatchObject({ brightness: 2, novelty: 'kept' });
  });

  it('tells who has written the status, and writes nothing when only that has changed', async () => {
    memory.put('a', { spec: { brightness: 1 }, status: { brightness: 1 } });
    await pass({ decide: () => ({ status: { brightness: 2 } }) });
    expect(status()?.writtenBy).toEqual({ version: '1.2.3', format: 1 });
    await pass({}, { version: '1.3.0' });
    expect([status()?.writtenBy?.version, writes().length]).toEqual(['1.2.3', 1]);
  });

  it('does nothing by a status of a newer format, and says which version has written it (F27)', async () => {
    const newer = { brightness: 'dazzling', writtenBy: { version: '9.0.0', format: 2 } };
    memory.put('a', { spec: { brightness: 1 }, status: newer });
    const outcome = await pass({ decide: () => ({ actions: [shine(1)] }) });
    expect([outcome.type, performed, conditions()]).toEqual([
      'waiting',
      [],
      ['Ready=False NewerStatus', 'Reconciling=True NewerStatus'],
    ]);
    expect(status()).toMatchObject(newer);
    expect(status()?.conditions?.[0]?.message).toContain('9.0.0');
  });

  it('does nothing by a status of another version that it cannot read, rather than begin anew (F27)', async () => {
    const other = { brightness: 'dazzling', writtenBy: { version: '1.9.0', format: 1 } };
    memory.put('a', { spec: { brightness: 1 }, status: other });
    const outcome = await pass({ decide: () => ({ actions: [shine(1)], status: { brightness: 3 } }) });
    expect([outcome.type, performed]).toEqual(['waiting', []]);
    expect(status()).toMatchObject(other);
    expect(status()?.conditions?.[0]?.message).toContain('1.9.0');
  });

  it('replaces a status that cannot be read: it is rebuilt from the world', async () => {
    memory.put('a', { spec: { brightness: 1 }, status: { brightness: 'bright', claim: 'x' } });
    await pass({ decide: ({ status: read }) => ({ status: { brightness: read === undefined ? 3 : 4 } }) });
    expect(status()?.brightness).toBe(3);
    expect(status()?.claim).toBeUndefined();
  });

  it('deletes a resource whose time is over, and only that one', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({ decide: () => ({ remove: true }) });
    expect(memory.stored('a')).toBeUndefined();
  });
});

describe('a pass that judges by the view', () => {
  /** What the watch has told so far. */
  const seenNow = () =>
    ({
      view: (
        (object) => () =>
          object
      )(memory.stored('a')),
    }) as Partial<Engine>;
  const reads = () => memory.requests.filter((request) => request.startsWith('GET'));
  const ref = objectRefOf(kindRefOf(lamp), KEY);

  it('asks the API server nothing when there is nothing to do', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({ decide: () => ({ status: { brightness: 1 } }) });
    memory.requests.length = 0;
    await pass({ decide: () => ({ status: { brightness: 1 } }) }, seenNow());
    expect(memory.requests).toEqual([]);
  });

  it('judges anew by what is there before it does anything', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const seen = seenNow();
    await memory.mergePatch(ref, { spec: { brightness: 5 } });
    await pass({ decide: ({ spec }) => ({ actions: [shine(spec.brightness)] }) }, seen);
    expect(performed).toEqual([5]);
  });

  it('reads once more than for its fence when the view was right', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({ decide: () => ({ actions: [shine(1)] }) }, seenNow());
    expect(performed).toEqual([1]);
    expect(reads()).toHaveLength(2);
  });

  it('does nothing for an object that is gone', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const seen = seenNow();
    await memory.remove(ref, { uid: memory.stored('a')?.metadata.uid ?? '' });
    expect(await pass({ decide: () => ({ actions: [shine(1)] }) }, seen)).toEqual({ type: 'fenced' });
    expect(performed).toEqual([]);
  });

  it('does not spin on an object that is gone while its watch is silent', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const seen = seenNow();
    await memory.remove(ref, { uid: memory.stored('a')?.metadata.uid ?? '' });
    expect(await pass({ decide: () => ({ status: { brightness: 9 } }) }, seen)).toEqual({ type: 'fenced' });
  });

  it('learns what is there when its own status write came too late', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    const seen = seenNow();
    await memory.mergePatch(ref, { spec: { brightness: 2 } });
    const learnt: string[] = [];
    const wrote = ({ metadata }: { metadata: { resourceVersion: string } }) =>
      void learnt.push(metadata.resourceVersion);
    expect(await pass({ decide: () => ({ status: { brightness: 9 } }) }, { ...seen, wrote })).toEqual({
      type: 'conflict',
    });
    expect(learnt).toEqual([memory.stored('a')?.metadata.resourceVersion]);
  });
});

describe('the fence before an action', () => {
  const act: Ways = { decide: () => ({ actions: [shine(1)] }) };
  /** Something happens between the judgement and the action. */
  const meanwhile = (what: () => void) => {
    memory.before = () => {
      if (memory.requests.length === 2) what();
    };
  };
  beforeEach(() => memory.put('a', { spec: { brightness: 1 } }));

  it.each<[string, () => void]>([
    ['the spec changed', () => memory.edit('a', { spec: { brightness: 2 } })],
    [
      'the resource is being deleted',
      () => memory.edit('a', { metadata: { finalizers: ['x'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    ],
    ['another one of the same name took its place', () => memory.put('a', { spec: { brightness: 1 } })],
    ['leadership was lost', () => (isLeader = false)],
  ])('holds when %s: nothing is done and nothing is written', async (_, what) => {
    meanwhile(what);
    expect(await pass(act)).toEqual({ type: 'fenced' });
    expect(performed).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it('opens again for the status: a write of somebody else to it does not stop the action, but stops our own', async () => {
    meanwhile(() => memory.edit('a', { status: { claim: 'other' } }));
    expect(await pass(act)).toEqual({ type: 'conflict' });
    expect(performed).toEqual([1]);
  });

  it('is left out while the operator is paused if it can wait, and the object is judged without it', async () => {
    const waits = { decide: () => ({ actions: [{ ...shine(1), canWait: true }] }) };
    await pass(waits, { paused: () => true });
    expect([performed, conditions()]).toEqual([[], ['Ready=True Shines']]);
    await pass(waits);
    expect(performed).toEqual([1]);
  });

  it.each<[string, () => void, boolean]>([
    ['nothing happens', () => undefined, true],
    ['its status is written', () => memory.edit('a', { status: { claim: 'other' } }), true],
    ['the spec is changed', () => memory.edit('a', { spec: { brightness: 2 } }), false],
    [
      'the resource is being deleted',
      () => memory.edit('a', { metadata: { finalizers: ['x'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      false,
    ],
    [
      'another one of the same name took its place',
      () => memory.put('a', { spec: { brightness: 1 } }),
      false,
    ],
    [
      'the resource is gone',
      () => memory.edit('a', { metadata: { finalizers: [], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      false,
    ],
  ])('can be looked through once more at the end of a long action: %s', async (_, what, isUnchanged) => {
    const perform: LampController['perform'] = async ({ brightness }, _resource, { assertUnchanged }) => {
      what();
      assertUnchanged?.();
      performed.push(brightness);
    };
    // A cast: what is stored has all that a view shows.
    const view = (() => structuredClone(memory.stored('a'))) as unknown as NonNullable<Engine['view']>;
    const outcome = await pass({ ...act, perform }, { view });
    expect(performed).toEqual(isUnchanged ? [1] : []);
    expect(outcome.type === 'fenced').toBe(!isUnchanged);
  });

  it('is not fooled by a view that lags behind what it has read', async () => {
    const lagging = structuredClone(memory.stored('a'));
    memory.edit('a', { spec: { brightness: 2 } });
    const perform: LampController['perform'] = async (_action, _resource, { assertUnchanged }) => {
      assertUnchanged?.();
      performed.push(2);
    };
    const view = (() => lagging) as unknown as NonNullable<Engine['view']>;
    await pass({ ...act, perform }, { view });
    expect(performed).toEqual([2]);
  });

  it('holds while the operator is paused, and the status says so', async () => {
    expect(await pass(act, { paused: () => true })).toEqual({ type: 'waiting', afterMs: 5_000 });
    expect(performed).toEqual([]);
    expect(conditions()).toEqual(['Ready=False Paused', 'Reconciling=True Paused']);
  });

  it('holds for each action by itself: what the others did is remembered', async () => {
    const perform: LampController['perform'] = async ({ brightness }) => {
      if (brightness === 1) throw new WaitingError('Busy', 'busy', 5);
      return (before) => ({ ...before, brightness });
    };
    const outcome = await pass({ decide: () => ({ actions: [shine(1), shine(2)] }), perform });
    expect(outcome).toEqual({ type: 'waiting', afterMs: 5 });
    expect(status()?.brightness).toBe(2);
    expect(conditions()).toEqual(['Ready=False Busy', 'Reconciling=True Busy']);
  });
});

describe('a pass that fails', () => {
  beforeEach(() => memory.put('a', { spec: { brightness: 1 } }));

  it('is stalled by what only a change of the resource can cure', async () => {
    expect(await pass({ observe: throwing(new TerminalError('Wrong', 'wrong')) })).toEqual({
      type: 'stalled',
    });
    expect(conditions()).toEqual(['Ready=False Wrong', 'Stalled=True Wrong']);
  });

  it.each([
    [new Error('a fault'), { type: 'failed', atMostMs: 300 }],
    [new WaitingError('Busy', 'busy', 700), { type: 'waiting', afterMs: 300 }],
    [new WaitingError('Busy', 'busy', 200), { type: 'waiting', afterMs: 200 }],
    [new TerminalError('Wrong', 'wrong'), { type: 'stalled', afterMs: undefined }],
  ])('by an action comes back no later than the clock wants it: %s', async (error, outcome) => {
    const decide = () => ({ actions: [shine(1)], next: 'now', dueIn: 300 }) as const;
    expect({ afterMs: undefined, ...(await pass({ decide, perform: throwing(error) })) }).toMatchObject(
      outcome,
    );
  });

  it('waits for what must become true outside', async () => {
    expect(await pass({ observe: throwing(new WaitingError('Busy', 'busy', 700)) })).toEqual({
      type: 'waiting',
      afterMs: 700,
    });
    expect(conditions()).toEqual(['Ready=False Busy', 'Reconciling=True Busy']);
  });

  it('keeps the last Ready over a fault, and shows no text of an unknown error', async () => {
    await pass({});
    const outcome = await pass({ observe: throwing(new TypeError('password=hunter2')) });
    expect(outcome).toMatchObject({ type: 'failed' });
    expect(conditions()).toEqual(['Ready=True Shines', 'Reconciling=True Retrying']);
    expect(JSON.stringify(status())).not.toContain('hunter2');
  });

  it('is not ready over a fault that lasts until a person acts, and retries all the same', async () => {
    await pass({});
    const error = classifyAnswer(
      { method: 'GET', path: '/_cat' },
      { status: 403, body: { error: { type: 'security_exception', reason: 'no' } } },
    );
    expect(await pass({ observe: throwing(error) })).toEqual({ type: 'failed', error });
    expect(conditions()).toEqual(['Ready=False MissingPrivileges', 'Reconciling=True MissingPrivileges']);
    await pass({});
    expect(conditions()).toEqual(['Ready=True Shines']);
  });

  it('does not take the 403 of a proxy for one that lasts', async () => {
    await pass({});
    await pass({
      observe: throwing(classifyAnswer({ method: 'GET', path: '/' }, { status: 403, body: 'no' })),
    });
    expect(conditions()).toEqual(['Ready=True Shines', 'Reconciling=True Retrying']);
  });

  it('writes the same fault once', async () => {
    await pass({ observe: throwing(new TypeError('one')) });
    await pass({ observe: throwing(new TypeError('two')) });
    expect(writes()).toHaveLength(1);
  });

  it.each(['observe', 'perform'] as const)('treats a synchronous throw in %s as any other', async (where) => {
    const broken = () => {
      throw new TypeError('x');
    };
    expect(await pass({ decide: () => ({ actions: [shine(1)] }), [where]: broken })).toMatchObject({
      type: 'failed',
    });
  });

  it('is quiet about a conflict: somebody wrote in between', async () => {
    memory.before = (request) => {
      if (request === 'PATCH a/status')
        memory.edit('a', { status: { claim: String(memory.requests.length) } });
    };
    expect(await pass({ decide: () => ({ status: { brightness: 5 } }) })).toEqual({ type: 'conflict' });
    expect(status()?.brightness).toBeUndefined();
  });

  it('ends with its deadline even when what it reads never comes, and counts as failed', async () => {
    const limit = { what: 'one pass', ms: 60_000, clock };
    const running = withDeadline(limit, undefined, (signal) =>
      pass({ observe: () => new Promise(() => undefined) }, {}, signal),
    );
    await clock.advance(60_000);
    expect(await running).toMatchObject({ type: 'failed', error: { name: 'DeadlineError' } });
  });

  it('is neither counted nor written when the process stops', async () => {
    const stop = new AbortController();
    const running = pass({ observe: () => new Promise(() => undefined) }, {}, stop.signal);
    await clock.advance(0);
    stop.abort();
    expect(await running).toEqual({ type: 'aborted' });
    expect(writes()).toEqual([]);
  });

  it('hands on when an overloaded server wants to hear from us again', async () => {
    memory.before = () => {
      throw refusalError('GET', { status: 429, body: '', retryAfter: '7', mutating: false });
    };
    expect(await pass({})).toMatchObject({ type: 'failed', atLeastMs: 7_000 });
  });
});

describe('the finalizer', () => {
  it('is there before the first action of a run that holds something, and goes when nothing is held', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    let seen: readonly string[] = [];
    const perform: LampController['perform'] = async () => void (seen = finalizers());
    await pass({ decide: () => ({ holds: true, actions: [shine(1)] }), perform });
    expect(seen).toEqual([FINALIZER]);
    await pass({ decide: () => ({ holds: false }) });
    expect(finalizers()).toEqual([]);
  });

  it('leaves those of others', async () => {
    memory.put('a', { spec: { brightness: 1 }, metadata: { finalizers: ['other/one'] } });
    await pass({ decide: () => ({ holds: true }) });
    expect(finalizers()).toEqual(['other/one', FINALIZER]);
    await pass({});
    expect(finalizers()).toEqual(['other/one']);
  });

  it('is never put on a resource without a run', async () => {
    memory.put('a', { spec: { brightness: 1 } });
    await pass({});
    expect(finalizers()).toEqual([]);
  });

  it('lets a deleted resource go once nothing is held any more', async () => {
    memory.put('a', {
      spec: { brightness: 1 },
      metadata: { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    await pass({});
    expect(memory.stored('a')).toBeUndefined();
  });

  describe('of a deleted resource whose cleanup keeps failing', () => {
    const failures: readonly [string, Ways][] = [
      ['a fault', { observe: throwing(new Error('x')) }],
      ['waiting', { observe: throwing(new WaitingError('Unreachable', 'x', 600_000)) }],
      ['a terminal error', { observe: throwing(new TerminalError('Wrong', 'x')) }],
      [
        'an action',
        { decide: () => ({ holds: true, actions: [shine(1)] }), perform: throwing(new Error('x')) },
      ],
    ];
    beforeEach(() =>
      memory.put('a', {
        spec: { brightness: 1 },
        metadata: { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' },
      }),
    );

    it.each(failures)('stays for two minutes, with a try at their end: %s', async (_, ways) => {
      await pass(ways);
      await clock.advance(100_000);
      const outcome = await pass(ways);
      expect(finalizers()).toEqual([FINALIZER]);
      const waits =
        outcome.type === 'failed' ? outcome.atMostMs : 'afterMs' in outcome ? outcome.afterMs : undefined;
      expect(waits).toBe(20_000);
    });

    it.each(failures)('is given up after two minutes, with an Event: %s', async (_, ways) => {
      await pass(ways);
      expect(finalizers()).toEqual([FINALIZER]);
      await clock.advance(120_000);
      await pass(ways);
      expect(memory.stored('a')).toBeUndefined();
      expect(events).toEqual(['CleanupAbandoned']);
    });

    it.each([
      ['CutOver', '{"index.blocks.write": null}'],
      ['RollbackWindow', '{"index.blocks.write": null, "index.hidden": null}'],
    ])('names the block that it leaves (%s), the way to lift it, and why', async (reason, settings) => {
      const message = 'writes to orders-v1 are blocked';
      const blocked = { type: 'WritesBlocked', status: 'True', reason, message };
      memory.put('a', {
        spec: { brightness: 1 },
        status: { conditions: [{ ...blocked, lastTransitionTime: '2026-01-01T00:00:00Z' }] },
        metadata: { finalizers: [FINALIZER], deletionTimestamp: '2026-01-01T00:00:00Z' },
      });
      const notes: string[] = [];
      const failing = () =>
        pass(
          { observe: throwing(new WaitingError('Unreachable', 'no connection to es.', 1)) },
          { record: (_, { note }) => void notes.push(note) },
        );
      await failing();
      await clock.advance(120_000);
      await failing();
      expect(notes.join()).toMatch(/orders-v1.*no connection to es\./);
      expect(notes.join()).toContain(settings);
    });

    it('says what its kind leaves behind', async () => {
      const notes: string[] = [];
      const definition = { ...lamp, leaves: 'Look for bulbs.' };
      const failing = () =>
        pass(
          { definition, observe: throwing(new Error('x')) },
          { record: (_, { note }) => void notes.push(note) },
        );
      await failing();
      await clock.advance(120_000);
      await failing();
      expect(notes.join()).toContain('Look for bulbs.');
    });

    it.each(failures)('stays as long as the kill switch is on: %s', async (_, ways) => {
      await clock.advance(3_600_000);
      await pass(ways, { paused: () => true, pausedByHand: () => true });
      expect(finalizers()).toEqual([FINALIZER]);
      expect(events).toEqual([]);
    });

    it('is given up where nobody can know whether the kill switch is on: it may stay so for good', async () => {
      const unknown = { paused: () => true, pausedByHand: () => false };
      await pass({ observe: throwing(new Error('x')) }, unknown);
      await clock.advance(120_000);
      await pass({ observe: throwing(new Error('x')) }, unknown);
      expect(events).toEqual(['CleanupAbandoned']);
    });

    it.each([
      ['an hour ahead of the API server', 3_600_000],
      ['an hour behind it', -3_600_000],
    ])('stays for two minutes and no longer by a clock that is %s', async (_, ahead) => {
      const serverNow = () => clock.now();
      const own = { ...clock, now: () => clock.now() + ahead };
      const failing = () => pass({ observe: throwing(new Error('x')) }, { clock: own, serverNow });
      await failing();
      await clock.advance(119_000);
      await failing();
      expect(finalizers()).toEqual([FINALIZER]);
      await clock.advance(1_000);
      await failing();
      expect(memory.stored('a')).toBeUndefined();
    });

    describe('while nobody looked after it', () => {
      const failing = () => pass({ observe: throwing(new Error('x')) });
      beforeEach(() => clock.advance(3_600_000));

      it('gets another chance from a process that has just come', async () => {
        expect(await failing()).toMatchObject({ type: 'failed', atMostMs: 30_000 });
        expect(finalizers()).toEqual([FINALIZER]);
      });

      it('does not wait for the two minutes of a process that never lives so long', async () => {
        await failing();
        await clock.advance(30_000);
        await failing();
        expect(memory.stored('a')).toBeUndefined();
      });

      it('counts the time that the first failure took', async () => {
        await pass({
          observe: async () => {
            await clock.advance(30_000);
            throw new Error('x');
          },
        });
        expect(memory.stored('a')).toBeUndefined();
      });
    });

    it('begins to count anew for a failure long after another, and for another object', async () => {
      const at = (ms: number) => ({ began: ms, ended: ms });
      const object = { ...KEY, uid: '1' };
      expect(cleanups.failed(object, at(0))).toBe(0);
      expect(cleanups.failed(object, at(120_000))).toBe(0);
      expect(cleanups.failed(object, at(500_000))).toBe(500_000);
      expect(cleanups.failed({ ...KEY, uid: '2' }, at(500_001))).toBe(500_001);
    });

    it('is given up although the failure cannot be written: the namespace takes its Roles with it first', async () => {
      memory.before = (request) => {
        if (request === 'PATCH a/status')
          throw refusalError(request, { status: 403, body: '', mutating: true });
      };
      await pass({ observe: throwing(new Error('x')) });
      expect(finalizers()).toEqual([FINALIZER]);
      await clock.advance(120_000);
      await pass({ observe: throwing(new Error('x')) });
      expect(memory.stored('a')).toBeUndefined();
      expect(events).toEqual(['CleanupAbandoned']);
    });

    it('is tried again, by the failure, when it may not even be given up', async () => {
      memory.before = (request) => {
        if (request.startsWith('PATCH a'))
          throw refusalError(request, { status: 403, body: '', mutating: true });
      };
      const error = new Error('x');
      await pass({ observe: throwing(error) });
      await clock.advance(120_000);
      expect(await pass({ observe: throwing(error) })).toEqual({ type: 'failed', error });
    });

    it('is not given up by a process that does not lead', async () => {
      await pass({ observe: throwing(new Error('x')) });
      await clock.advance(120_000);
      isLeader = false;
      await pass({ observe: throwing(new Error('x')) });
      expect(finalizers()).toEqual([FINALIZER]);
    });
  });
});
