import { describe, expect, it } from 'vitest';
import { index, NOW, observed, request, run } from '../../../test/support/reindex-situations.ts';
import { decide } from './decide.ts';
import { ABANDONED_MS, LockWatch, SILENT_MS } from './lock-watch.ts';
import type { HeldClaim, Peer } from './observed.ts';

const peerOf = (at: number, phase: string | undefined): Peer => ({
  namespace: 'n',
  name: `r${at}`,
  uid: `uid-${String(at).padStart(3, '0')}`,
  // Ten of a second each: age alone does not tell them apart.
  created: new Date(NOW - 3_600_000 + Math.floor(at / 10) * 1_000).toISOString(),
  phase,
  suspended: false,
  refused: false,
  waitsForName: false,
  awaitsApproval: false,
  source: `s${at}`,
  destination: `d${at}`,
});

describe('a hundred requests in a queue (H39)', () => {
  const COUNT = 100;
  const LIMIT = 3;

  /** All judge by the same view, as several workers do; then everyone who runs ends. */
  function round(phases: readonly (string | undefined)[]) {
    const peers = phases.map((phase, at) => peerOf(at, phase));
    return phases.map((phase, at) => {
      const me = peerOf(at, phase);
      if (phase === 'Copying') return { phase: 'Completed', place: 0 };
      if (phase === 'Completed') return { phase, place: 0 };
      const status = phase === undefined ? {} : { phase: phase as 'Pending' };
      const resource = request(
        status,
        { source: { index: me.source }, destination: { index: me.destination } },
        { uid: me.uid, creationTimestamp: me.created },
      );
      const world = observed({
        maxConcurrentOperations: LIMIT,
        sources: [],
        peers: peers.filter(({ uid }) => uid !== me.uid),
      });
      const decision = decide(resource, world, NOW);
      const begins = decision.status.phase === 'Validating';
      return { phase: begins ? 'Copying' : 'Pending', place: decision.status.turn?.place ?? 0 };
    });
  }

  it('run in order of their age, never more than the limit, and each knows its place', () => {
    let phases: readonly (string | undefined)[] = Array.from({ length: COUNT }, () => undefined);
    const begun: number[] = [];
    for (let rounds = 0; phases.some((phase) => phase !== 'Completed'); rounds += 1) {
      expect(rounds).toBeLessThan(COUNT);
      const next = round(phases);
      const running = next.flatMap(({ phase }, at) => (phase === 'Copying' ? [at] : []));
      expect(running.length).toBeLessThanOrEqual(LIMIT);
      begun.push(...running);
      const waiting = next.filter(({ phase }) => phase === 'Pending').map(({ place }) => place);
      const last = Math.max(0, ...waiting);
      expect(waiting).toEqual(waiting.map((_, at) => at + 1 + last - waiting.length));
      phases = next.map(({ phase }) => phase);
    }
    expect(begun).toEqual(Array.from({ length: COUNT }, (_, at) => at));
  });
});

describe('a place', () => {
  const judge = (over: Partial<Peer>) =>
    decide(
      request(),
      observed({ maxConcurrentOperations: 1, peers: [{ ...peerOf(1, 'Copying'), ...over }] }),
      NOW,
    ).status.phase;

  it.each<[string, Partial<Peer>, string]>([
    ['one that copies', {}, 'Pending'],
    ['one that waits for approval', { phase: 'AwaitingApproval', awaitsApproval: true }, 'Validating'],
    ['an older one that waits for an index', { phase: 'Pending', waitsForName: true }, 'Validating'],
    ['an older one that waits for a place', { phase: 'Pending' }, 'Pending'],
  ])('is held by %s', (_, over, phase) => {
    expect(judge(over)).toBe(phase);
  });

  it('is no reason to work on a source that an older request waits for', () => {
    const older = { ...peerOf(1, 'Pending'), source: 'orders-v1', waitsForName: true };
    const decision = decide(request(), observed({ maxConcurrentOperations: 5, peers: [older] }), NOW);
    expect(decision.status).toMatchObject({
      phase: 'Pending',
      turn: { holder: 'n/r1', name: 'orders-v1', place: 2 },
    });
  });
});

describe('a series', () => {
  const series = { source: 'logs-v1-{date:yyyy.MM.dd}', destination: 'logs-v2-{date:yyyy.MM.dd}' };
  const atFirst = { source: 'logs-v1-2026.02.01', destination: 'logs-v2-2026.02.01', series };
  const judge = (source: string, peer: Partial<Peer>) =>
    decide(
      request({}, { source: { index: source }, destination: { index: 'elsewhere' } }),
      observed({ maxConcurrentOperations: 5, sources: [], peers: [{ ...peerOf(1, 'Copying'), ...peer }] }),
      NOW,
    ).status;

  it.each([
    ['that it works on', 'logs-v1-2026.02.01', 'Copying'],
    ['that it is to work on', 'logs-v1-2026.02.09', 'Copying'],
    ['that it is to work on, between two of them', 'logs-v1-2026.02.09', 'Pending'],
    ['that it is to make', 'logs-v2-2026.02.09', 'Copying'],
  ])('keeps every index %s', (_, source, phase) => {
    expect(judge(source, { ...atFirst, phase })).toMatchObject({
      phase: 'Pending',
      turn: { holder: 'n/r1', name: source },
    });
  });

  it.each([
    ['an index of another name', 'logs-v1-2026.02.30', 'Copying'],
    ['its indexes once it has ended', 'logs-v1-2026.02.09', 'Completed'],
  ])('does not keep %s', (_, source, phase) => {
    expect(judge(source, { ...atFirst, phase }).phase).toBe('Validating');
  });
});

describe('a sign of life', () => {
  const lock = { name: 'orders-v1', seqNo: 1, primaryTerm: 1, owner: undefined };
  const settings = { blocks: { write: 'true' } };
  const left = index('orders-v1', { settings, aliases: { 'es-steward-ffffffff-3': {} } });
  const message = (over: Partial<HeldClaim>, source = left) => {
    const claim = { name: 'orders-v1', by: 'other', holder: 'far/away', lock, abandoned: false } as const;
    const claims = [
      { ...claim, name: 'orders', blocks: true, ...over },
      { ...claim, blocks: true, ...over },
    ];
    return run(request(), observed({ claims, sources: [source] })).ready.message;
  };

  it('that is missing is told, with what becomes of what is left, and that writers wait for it', () => {
    expect(message({})).toMatch(/^waiting for far\/away: it works on orders, place 1/);
    const silent = message({ silentMs: SILENT_MS });
    expect(silent).toMatch(/no sign of life.*taken over after ten minutes.*writes to orders-v1 are blocked/);
    expect(message({ silentMs: SILENT_MS, blocks: false })).not.toContain('are blocked');
    for (const over of [{ settings }, { aliases: left.aliases }])
      expect(message({ silentMs: SILENT_MS }, index('orders-v1', over))).not.toContain('are blocked');
  });

  it('is missed of nobody where a peer goes first', () => {
    const claims = [{ name: 'orders-v1', by: 'nobody' }] as const;
    const peers = [{ ...peerOf(1, 'Copying'), source: 'orders-v1' }];
    expect(run(request(), observed({ claims, peers })).status.turn).toEqual({
      holder: 'n/r1',
      place: 1,
      name: 'orders-v1',
    });
  });

  it('has to be missing for ten minutes of the own clock, from when it was first seen', () => {
    let now = 0;
    const watch = new LockWatch({ monotonic: () => now, cluster: async () => 'c' });
    const look = (sign: string) => watch.silentMs('me', 'orders', sign) >= ABANDONED_MS;
    const lookAllAlong = (sign: string, ms: number) => {
      for (const end = now + ms; now < end; now += 30_000) if (look(sign)) return true;
      return false;
    };
    expect(lookAllAlong('1/5', ABANDONED_MS)).toBe(false);
    expect(look('1/5')).toBe(true);
    expect(lookAllAlong('1/6', ABANDONED_MS)).toBe(false);
    expect(watch.silentMs('another', 'orders', '1/6')).toBe(0);
  });

  it('is missed for as long as an earlier process has seen, where this one has not looked yet', () => {
    let now = 0;
    const watch = new LockWatch({ monotonic: () => now, cluster: async () => 'c' });
    const look = (sign: string) => watch.silentMs('me', 'orders', sign, 300_000);
    expect([look('1/5'), (now += 1_000), look('1/5'), look('1/6')]).toEqual([300_000, 1_000, 301_000, 0]);
    now += 2 * ABANDONED_MS;
    expect(look('1/6')).toBe(0);
  });

  it('could not be given while nobody could look: the wait begins anew', () => {
    let now = 0;
    const watch = new LockWatch({ monotonic: () => now, cluster: async () => 'c' });
    expect(watch.silentMs('me', 'orders', '1/5')).toBe(0);
    now += 2 * ABANDONED_MS;
    expect(watch.silentMs('me', 'orders', '1/5')).toBe(0);
  });
});
