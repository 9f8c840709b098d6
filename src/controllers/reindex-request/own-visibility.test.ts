import { describe, expect, it } from 'vitest';
import {
  destination,
  EPOCH,
  hardened,
  index,
  inCopy,
  markWith,
  observed,
  planned,
  prepared,
  request,
  run,
  source,
  wholeCopy,
} from '../../../test/support/reindex-situations.ts';
import type { ReindexRequestStatus } from '../../crds/reindex-request.ts';
import type { Peer } from './observed.ts';
import { isHidden, withOwnVisibility } from './own-visibility.ts';
import { peersOf } from './observe-peers.ts';

const HIDDEN = { number_of_shards: '1', number_of_replicas: '1', hidden: 'true' };
const hidden = source({ aliases: { [EPOCH]: {} }, settings: HIDDEN });

/** How another request whose source this was is seen. */
const peers = (status: ReindexRequestStatus) => {
  const other = request(
    { source: { index: 'orders-v1', uuid: 'orders-v1-uuid' }, ...status },
    {},
    { uid: 'u' },
  );
  return peersOf(request(), [other]);
};

describe('a source that another request hides for its way back', () => {
  it.each([
    ['in its window', { phase: 'RollbackWindow', sourceHidden: false }, false],
    ['until it is at its end', { phase: 'CleaningUp', sourceHidden: false }, false],
    ['but not where it was hidden before', { phase: 'RollbackWindow', sourceHidden: true }, true],
    ['but not once that is over', { phase: 'Completed', sourceHidden: false }, true],
    ['but not before', { phase: 'Copying' }, true],
  ] as const)('is visible of its own: %s', (_, status, expected) => {
    expect(isHidden(withOwnVisibility(hidden, peers(status)))).toBe(expected);
  });

  it('is not one of the same name that came later', () => {
    const later = { ...hidden, uuid: 'another' };
    const other = peers({ phase: 'RollbackWindow', sourceHidden: false });
    expect(isHidden(withOwnVisibility(later, other))).toBe(true);
  });

  it('is copied to an index that is visible at the end', () => {
    const untuned = markWith();
    const { restore: _restore, ...mark } = untuned;
    const made = index('orders-v2', { settings: HIDDEN, mappings: { _meta: { 'es-steward': mark } } });
    const world = observed({
      sources: [hidden],
      destination: made,
      peers: peers({ phase: 'RollbackWindow', sourceHidden: false }),
    });
    expect(run(request({ ...planned, ...prepared }), world).actions).toMatchObject([
      { type: 'Tune', meta: { 'es-steward': { restore: { 'index.hidden': null } } } },
    ]);
  });

  it('is remembered as visible when its aliases move', () => {
    const shards = [{ shard: 0, maxSeqNo: 99, globalCheckpoint: 99, documents: 100, primaryTerm: 1 }];
    const status = {
      ...prepared,
      phase: 'CuttingOver',
      fence: { verified: true },
      copy: wholeCopy,
      cutoverMaxSeq: { source: [99], destination: [99] },
      verification: { verdict: 'Equal' },
    } as unknown as ReindexRequestStatus;
    const world = observed({
      ...inCopy,
      sources: [
        {
          ...source({ aliases: { orders: {}, [EPOCH]: {} } }),
          settings: { ...HIDDEN, blocks: { write: 'true' } },
        },
      ],
      destination: hardened(),
      shards,
      destinationShards: shards,
      peers: peers({ phase: 'RollbackWindow', sourceHidden: false }),
    });
    expect(run(request(status), world).actions).toMatchObject([
      { type: 'SetMeta', meta: { 'es-steward': { cutover: { sourceHidden: false } } } },
    ]);
  });
});

describe('a source that two requests have hidden', () => {
  const ending: ReindexRequestStatus = {
    ...prepared,
    phase: 'CleaningUp',
    completionTime: '2026-03-01T11:59:00Z',
    aliasesMoved: [],
    sourceHidden: false,
  };
  const world = (others: readonly Peer[]) =>
    observed({
      sources: [source({ aliases: {}, settings: HIDDEN })],
      destination: index('orders-v2'),
      peers: others,
    });
  const shown = [{ type: 'SetSettings', target: { index: 'orders-v1' }, settings: { 'index.hidden': null } }];

  it.each<[string, ReindexRequestStatus, readonly object[]]>([
    ['stays hidden while the other has its window', { phase: 'RollbackWindow', sourceHidden: false }, []],
    ['is shown by the last of two that end at once', { phase: 'CleaningUp', sourceHidden: false }, shown],
    ['is shown by the last of them', { phase: 'Completed', sourceHidden: false }, shown],
  ])('%s', (_, status, actions) => {
    expect(run(request(ending), world(peers(status))).actions).toMatchObject(actions);
  });

  it('is no matter of a window on another index', () => {
    const other = peers({ phase: 'RollbackWindow', sourceHidden: false });
    const elsewhere = other.map((peer) => ({ ...peer, hides: 'another' }));
    expect(run(request(ending), world(elsewhere)).actions).toMatchObject(shown);
  });
});

describe('an index whose aliases were moved back', () => {
  const rolledBack = (restore: object) =>
    destination({ rollback: 'yes', restore: { 'index.hidden': null, ...restore } }, { settings: HIDDEN });

  it('is as it was before that', () => {
    expect(isHidden(withOwnVisibility(rolledBack({}), []))).toBe(false);
    expect(isHidden(withOwnVisibility(rolledBack({ 'index.hidden': true }), []))).toBe(true);
    expect(isHidden(withOwnVisibility(destination({}, { settings: HIDDEN }), []))).toBe(true);
  });
});
