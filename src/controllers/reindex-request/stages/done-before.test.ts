import { describe, expect, it } from 'vitest';
import { destination, index, observed, request, run } from '../../../../test/support/reindex-situations.ts';
import type { DestinationMark } from '../destination-mark.ts';
import type { Claim, IndexFacts, Observed, Peer } from '../observed.ts';

const cutover = {
  time: '2026-03-01T11:00:00Z',
  aliases: ['orders'],
  sourceHidden: false,
  maxSeq: { source: [], destination: [] },
};
const done = (mark: Partial<DestinationMark> = {}) =>
  destination({ uid: 'earlier', state: 'final', blocks: true, cutover, ...mark });
const left = (over: Partial<IndexFacts> = {}) =>
  index('orders-v1', { settings: { blocks: { write: 'true' }, hidden: 'true' }, ...over });
const world = (over: Partial<Observed> = {}) => observed({ sources: [left()], destination: done(), ...over });
const end = (over: Partial<Observed> = {}) => run(request({ phase: 'Validating' }), world(over));

describe('a request whose work an earlier one has done', () => {
  it('says the same of it in every pass, whether its source is there or not', () => {
    const first = end();
    const second = run(request(first.status), observed({ sources: [] }));
    expect(first.status.phase).toBe('Completed');
    expect(second.ready).toEqual(first.ready);
    expect(second.conditions).toEqual(first.conditions);
    expect(end({ sources: [] }).conditions).toEqual(first.conditions);
  });

  it('says how to free a source that nobody gives back any more', () => {
    expect(end().ready.message).toContain(
      'PUT /orders-v1/_settings {"index.blocks.write": null, "index.hidden": null}',
    );
    const hiddenBefore = done({ cutover: { ...cutover, sourceHidden: true } });
    expect(end({ destination: hiddenBefore }).ready.message).toMatch(/ {"index.blocks.write": null}$/);
  });

  const peer = { source: 'orders-v1', destination: 'orders-v3', phase: 'RollbackWindow' } as Peer; // only what is used
  const claim: Claim = { name: 'orders-v1', by: 'other', holder: 'n/x', blocks: true, abandoned: false };
  it.each<[string, Partial<Observed>]>([
    ['that is gone', { sources: [] }],
    ['that is free', { sources: [left({ settings: {} })] }],
    ['that was made anew', { sources: [left({ uuid: 'another' })] }],
    ['that others had blocked before', { destination: done({ blockedBefore: true }) }],
    ['that was given back, and that others have blocked since', { destination: done({ blocks: false }) }],
    [
      'whose aliases did not move by a block',
      { destination: destination({ uid: 'earlier', state: 'final', blocks: true }) },
    ],
    ['that the earlier request still keeps', { owners: new Set(['earlier']) }],
    ['that another one keeps', { peers: [peer] }],
    ['that somebody elsewhere works on', { claims: [claim] }],
  ])('says nothing of a source %s', (_, over) => {
    expect(end(over).ready.message).toMatch(/: nothing to do$/);
  });
});
