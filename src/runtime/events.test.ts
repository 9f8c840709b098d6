import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { KubernetesObject } from '../kubernetes/api.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesErrorClass } from '../kubernetes/errors.ts';
import type { ResourceEvent } from './controller.ts';
import { cut, eventName } from './event-body.ts';
import { createEventRecorder } from './events.ts';

const orders: KubernetesObject = {
  apiVersion: 'es-steward.dev/v1alpha1',
  kind: 'ReindexRequest',
  metadata: { name: 'orders', namespace: 'shop', uid: 'u1', resourceVersion: '7' },
};
const completed: ResourceEvent = { type: 'Normal', reason: 'Completed', action: 'CutOver', note: 'done' };

function refusal(errorClass: KubernetesErrorClass): KubernetesError {
  const fields = { class: errorClass, status: 0, reason: '', outcomeUnknown: false };
  return new KubernetesError('POST events', errorClass, fields);
}

function recorder(capacity = 1000) {
  const clock = manualClock();
  const sent: { verb: string; body: Record<string, unknown> }[] = [];
  const dropped: string[] = [];
  const faults: KubernetesError[] = [];
  const take = async (verb: string, body: unknown) => {
    await Promise.resolve();
    const fault = faults.shift();
    if (fault) throw fault;
    sent.push({ verb, body: body as Record<string, unknown> });
    return {} as never;
  };
  const events = createEventRecorder({
    kubernetes: {
      create: (_kind, namespace, body) => take(`create in ${namespace}`, body),
      mergePatch: (ref, patch) => take(`patch ${ref.name}`, patch),
    },
    clock,
    log: { info: () => undefined, warn: () => undefined },
    reporter: { controller: 'es-steward.dev/es-steward', instance: 'pod-1' },
    capacity,
    onDropped: (reason) => dropped.push(reason),
  });
  const stop = new AbortController();
  let isOver = false;
  const start = () =>
    void events.run(stop.signal).then(() => {
      isOver = true;
    });
  return { clock, sent, dropped, faults, events, stop, start, isOver: () => isOver };
}

describe('one event', () => {
  it('has all that events.k8s.io/v1 demands', async () => {
    const { clock, sent, events, start } = recorder();
    start();
    events.record(orders, completed);
    await clock.advance(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      verb: 'create in shop',
      body: {
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'es-steward.dev/es-steward',
        reportingInstance: 'pod-1',
        type: 'Normal',
        reason: 'Completed',
        action: 'CutOver',
        note: 'done',
        regarding: {
          apiVersion: 'es-steward.dev/v1alpha1',
          kind: 'ReindexRequest',
          name: 'orders',
          uid: 'u1',
        },
      },
    });
    expect(sent[0]?.body).not.toHaveProperty('series');
  });

  it('has a note of at most 1,024 bytes without half characters', () => {
    const note = cut('ä'.repeat(600), 1024);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
    expect(note).toBe(`${'ä'.repeat(510)}…`);
    expect(cut('short', 1024)).toBe('short');
  });

  it('has a name of its own that begins with that of the object', () => {
    expect(eventName(orders, 1, 1)).not.toBe(eventName(orders, 1, 2));
    expect(eventName(orders, 1, 1)).toMatch(/^orders\./);
    const long = { ...orders, metadata: { ...orders.metadata, name: 'n'.repeat(253) } };
    expect(eventName(long, Date.now(), 1)).toHaveLength(253);
  });
});

describe('repetitions', () => {
  it('become one series: told at the second, then once a minute', async () => {
    const { clock, sent, events, start } = recorder();
    start();
    for (let second = 0; second < 120; second += 1) {
      events.record(orders, completed);
      await clock.advance(1_000);
    }
    expect(sent.map(({ verb }) => verb.split(' ')[0])).toEqual(['create', 'patch', 'patch']);
    await clock.advance(60_000);
    expect(sent.at(-1)?.body).toMatchObject({ series: { count: 120 } });
    expect(sent.at(-1)?.body).not.toHaveProperty('note');
  });

  it('are told in full when the process stops', async () => {
    const { clock, sent, events, stop, start, isOver } = recorder();
    start();
    for (let times = 0; times < 10; times += 1) {
      events.record(orders, completed);
      await clock.advance(1_000);
    }
    stop.abort();
    await clock.advance(0);
    expect(sent.at(-1)?.body).toMatchObject({ series: { count: 10 } });
    expect(isOver()).toBe(true);
  });

  it('begin a new event after six quiet minutes', async () => {
    const { clock, sent, events, start } = recorder();
    start();
    events.record(orders, completed);
    await clock.advance(360_000);
    events.record(orders, completed);
    await clock.advance(0);
    expect(sent.map(({ verb }) => verb)).toEqual(['create in shop', 'create in shop']);
  });

  it.each<[string, KubernetesObject, ResourceEvent]>([
    ['another reason', orders, { ...completed, reason: 'Failed' }],
    ['another type', orders, { ...completed, type: 'Warning' }],
    ['another note', orders, { ...completed, note: 'done again' }],
    ['another action', orders, { ...completed, action: 'Copy' }],
    ['a new object of the same name', { ...orders, metadata: { ...orders.metadata, uid: 'u2' } }, completed],
  ])('do not include %s', async (_what, regarding, event) => {
    const { clock, sent, events, start } = recorder();
    start();
    events.record(orders, completed);
    events.record(regarding, event);
    await clock.advance(0);
    expect(sent.map(({ verb }) => verb)).toEqual(['create in shop', 'create in shop']);
  });

  it('create the event again when the API server has forgotten it', async () => {
    const { clock, sent, faults, events, start } = recorder();
    start();
    events.record(orders, completed);
    await clock.advance(0);
    faults.push(refusal('notFound'));
    events.record(orders, completed);
    await clock.advance(0);
    expect(sent.at(-1)).toMatchObject({ verb: 'create in shop', body: { series: { count: 2 } } });
  });
});

describe('faults', () => {
  it('tries again after a short one', async () => {
    const { clock, sent, dropped, faults, events, start } = recorder();
    faults.push(refusal('unavailable'), refusal('throttled'));
    start();
    events.record(orders, completed);
    await clock.advance(10_000);
    expect([sent.length, dropped.length]).toEqual([1, 0]);
  });

  it('takes "already exists" for the answer that was lost', async () => {
    const { clock, dropped, faults, events, start } = recorder();
    faults.push(refusal('unavailable'), refusal('alreadyExists'));
    start();
    events.record(orders, completed);
    await clock.advance(10_000);
    expect(dropped).toEqual([]);
  });

  it.each<KubernetesErrorClass>(['forbidden', 'terminating', 'invalid'])(
    'drops what is refused: %s',
    async (refused) => {
      const { clock, sent, dropped, faults, events, start } = recorder();
      faults.push(refusal(refused));
      start();
      events.record(orders, completed);
      events.record(orders, { ...completed, reason: 'Other' });
      await clock.advance(0);
      expect(dropped).toEqual(['refused']);
      expect(sent.map(({ body }) => body['reason'])).toEqual(['Other']);
    },
  );

  it('gives up after five tries, and at once when the process stops', async () => {
    const { clock, dropped, faults, events, stop, start, isOver } = recorder();
    faults.push(...Array.from({ length: 6 }, () => refusal('unavailable')));
    start();
    events.record(orders, completed);
    await clock.advance(60_000);
    expect(dropped).toEqual(['refused']);
    events.record(orders, completed);
    stop.abort();
    await clock.advance(0);
    expect(isOver()).toBe(true);
  });

  it('drops the oldest when too many wait', async () => {
    const { clock, sent, dropped, events, start } = recorder(2);
    for (const reason of ['A', 'B', 'C']) events.record(orders, { ...completed, reason });
    start();
    await clock.advance(0);
    expect(dropped).toEqual(['full']);
    expect(sent.map(({ body }) => body['reason'])).toEqual(['B', 'C']);
  });
});
