import { describe, expect, it, vi } from 'vitest';
import { sums } from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { ElasticsearchRequest } from '../../elasticsearch/elasticsearch.ts';
import { FencedError } from '../../runtime/errors.ts';
import type { Holder, Obligation } from '../../runtime/obligations.ts';
import { blockSource, prepareBlock } from './perform-block.ts';
import type { EffectContext } from './perform-effect.ts';

/** Both indexes, the source blocked or not, and what was asked of them beside reading. */
function cluster(isBlocked: boolean, isRed = false) {
  const sent: string[] = [];
  const timeouts: (number | undefined)[] = [];
  const index = (uuid: string, blocks: object) => ({
    aliases: {},
    mappings: {},
    settings: { index: { uuid, number_of_shards: '1', number_of_replicas: '0', ...blocks } },
  });
  const source = () => index('old-uuid', isBlocked ? { blocks: { write: 'true' } } : {});
  const request = async ({ method, path, timeoutMs }: ElasticsearchRequest) => {
    if (method === 'GET') return path === '/old' ? { old: source() } : { new: index('new-uuid', {}) };
    sent.push(path);
    timeouts.push(timeoutMs);
    return {
      acknowledged: true,
      shards_acknowledged: true,
      indices: [{ name: 'old', blocked: true }],
      _shards: { total: 1, successful: isRed ? 0 : 1, failed: 0 },
    };
  };
  const told: string[] = [];
  const context = {
    es: { request },
    resource: { metadata: { uid: 'abcdef01-2', namespace: 'n', name: 'r' }, spec: {}, status: {} },
    pass: {
      now: Date.parse('2026-03-01T12:00:00.000Z'),
      signal: new AbortController().signal,
      log: { warn: (_fields: object, message: string) => told.push(message) },
    },
    obligations: { owe: () => {} },
  } as unknown as EffectContext; // only what is used
  return { context, sent, timeouts, told };
}

const action = {
  type: 'BlockWrites',
  target: { index: 'old', uuid: 'old-uuid' },
  through: 'es-steward-abcdef01-1',
  liftFirst: false,
  note: { target: { index: 'new', uuid: 'new-uuid' }, meta: {} },
} as const;

it('says whose the block is before it is there', async () => {
  const { context, sent } = cluster(false);
  await blockSource(action, context);
  expect(sent).toEqual(['/new/_mapping', '/es-steward-abcdef01-1/_block/write']);
});

describe('what writers would wait for', () => {
  const ahead = {
    type: 'PrepareBlock',
    source: { index: 'old', uuid: 'old-uuid' },
    destination: { index: 'new', uuid: 'new-uuid' },
  } as const;
  const copying = { copy: { shards: [], done: [], running: [] } } as unknown as ReindexRequestStatus; // only what is used

  const whole = { round: 1, shards: [], done: [], running: [], sums, startTime: '' };
  const copy = { ...whole, pit: 'now', previousPit: 'before' };

  it('is done before the block', async () => {
    const { context, sent } = cluster(false);
    const change = await prepareBlock(ahead, context);
    expect(sent).toEqual(['/old/_flush', '/new/_refresh']);
    expect(change(copying).copy?.flushed).toBe(true);
  });

  it('is not done to an index that was made anew under the name', async () => {
    const { context, sent } = cluster(false);
    const anew = { ...ahead, destination: { index: 'new', uuid: 'another' } };
    await expect(prepareBlock(anew, context)).rejects.toBeInstanceOf(FencedError);
    expect(sent).toEqual([]);
  });

  it('does not keep the block from being set where it fails, and that is told', async () => {
    const { context, told } = cluster(false, true);
    expect((await prepareBlock(ahead, context))(copying).copy?.flushed).toBe(true);
    expect(told).toEqual([expect.stringContaining('writers will wait longer')]);
  });

  it('leaves what came in meanwhile to another round', async () => {
    const change = await prepareBlock(ahead, cluster(false).context);
    expect(change({ copy: { ...whole, caughtUp: true, operations: 7 } }).copy).toEqual({
      ...whole,
      flushed: true,
      caughtUp: false,
    });
  });

  it('is done once more right before the block, and before it is looked whose block is there', async () => {
    const { context, sent, timeouts } = cluster(false);
    const at = { ...context, resource: { ...context.resource, status: { copy } } } as EffectContext;
    const change = await blockSource({ ...action, readied: ahead.destination }, at);
    expect(sent).toEqual([
      '/old/_flush',
      '/new/_refresh',
      '/_pit',
      '/new/_mapping',
      '/es-steward-abcdef01-1/_block/write',
    ]);
    expect(change({ copy }).copy).toEqual({ ...whole, pit: 'now' });
    // What it was judged by gets old meanwhile.
    expect(timeouts).toEqual([5_000, 5_000, 5_000, undefined, undefined]);
  });

  it('closes no point in time that an unfinished round is to be compared with', async () => {
    const unfinished = { ...copy, departed: false };
    const { context, sent } = cluster(false);
    const status = { copy: unfinished };
    const at = { ...context, resource: { ...context.resource, status } } as EffectContext;
    const change = await prepareBlock(ahead, at);
    expect(sent).toEqual(['/old/_flush', '/new/_refresh']);
    expect(change(status).copy?.previousPit).toBe('before');
  });

  it('takes no time of that which writers may be kept waiting', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(1_000).mockReturnValueOnce(1_750.4);
    const { context } = cluster(false);
    const owed: (number | undefined)[] = [];
    const status = {
      plan: { blockedBefore: false },
      blockedSince: '2026-03-01T12:00:00.000Z',
      fence: { verified: false, deadline: '2026-03-01T12:00:01.000Z' },
    } as ReindexRequestStatus;
    const obligations = { owe: (_holder: Holder, { until }: Obligation) => owed.push(until) };
    const at = { ...context, obligations, resource: { ...context.resource, status } };
    const change = await blockSource(
      { ...action, readied: ahead.destination },
      at as unknown as EffectContext,
    );
    clock.mockRestore();
    const deadline = '2026-03-01T12:00:01.750Z';
    expect(owed).toEqual([Date.parse(deadline)]);
    expect(change(status)).toMatchObject({
      blockedSince: '2026-03-01T12:00:00.750Z',
      fence: { verified: true, deadline },
    });
  });

  const intended = {
    plan: { blockedBefore: false },
    blockedSince: '2026-03-01T11:59:40.000Z',
    fence: { verified: false, deadline: '2026-03-01T12:00:10.000Z' },
  } as ReindexRequestStatus;

  it('counts from the first call, however long ago a process that has ended wanted it', async () => {
    const { context } = cluster(false);
    const owed: (number | undefined)[] = [];
    const obligations = { owe: (_holder: Holder, { until }: Obligation) => owed.push(until) };
    const at = { ...context, obligations, resource: { ...context.resource, status: intended } };
    const change = await blockSource(action, at as unknown as EffectContext);
    const deadline = '2026-03-01T12:00:30.000Z';
    expect(owed).toEqual([Date.parse(deadline)]);
    const fence = { verified: true, deadline };
    expect(change(intended)).toMatchObject({ blockedSince: '2026-03-01T12:00:00.000Z', fence });
  });

  it.each([
    ['is called again', { ...action, note: undefined }, false],
    ['is there already', { ...action, liftFirst: true }, true],
  ])('counts on where the block %s', async (_, again, isBlocked) => {
    const { context } = cluster(isBlocked);
    const at = { ...context, resource: { ...context.resource, status: intended } };
    const { note, ...rest } = again;
    const change = await blockSource(note ? { ...rest, note } : rest, at);
    expect(change(intended)).toMatchObject({
      blockedSince: intended.blockedSince,
      fence: { deadline: intended.fence?.deadline },
    });
  });

  it('finds a block that somebody has set meanwhile', async () => {
    const foreign = cluster(true);
    await expect(
      blockSource({ ...action, readied: ahead.destination }, foreign.context),
    ).rejects.toBeInstanceOf(FencedError);
    expect(foreign.sent).toEqual(['/old/_flush', '/new/_refresh']);
  });
});

it('neither takes nor touches a block that somebody was quicker to set', async () => {
  const { context, sent } = cluster(true);
  await expect(blockSource(action, context)).rejects.toBeInstanceOf(FencedError);
  expect(sent).toEqual([]);
});

it('lifts one of its own whose proof was not seen, and sets it anew', async () => {
  const { context, sent } = cluster(true);
  await blockSource({ ...action, liftFirst: true }, context);
  // Through the epoch: a lift that comes late finds nothing in the epoch of the move.
  const epoch = '/es-steward-abcdef01-1';
  expect(sent).toEqual(['/new/_mapping', `${epoch}/_settings`, `${epoch}/_block/write`]);
});
