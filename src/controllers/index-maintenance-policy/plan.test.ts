import {
  array,
  assert,
  boolean,
  constantFrom,
  date,
  integer,
  option,
  property,
  record,
  uniqueArray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calm, indexOf, policyOf, seenOf } from '../../../test/support/maintenance-facts.ts';
import type { IndexMaintenancePolicySpec } from '../../crds/index-maintenance-policy.ts';
import { withChanges } from './alias-changes.ts';
import { isDate } from './archival.ts';
import { nextDocuments } from './archive-steps.ts';
import { fingerprintsOf, indexFingerprint } from './fingerprints.ts';
import { isOwn } from './guards.ts';
import type { ArchiveFacts, ListedIndex, Surroundings } from './observed.ts';
import { planHash, planOf, specHashOf } from './plan.ts';
import { newRun } from './run.ts';
import { pendingOf } from './status-plan.ts';
import { compileTargets, type Member } from './targets.ts';

const NOW = Date.parse('2016-03-01T12:00:00Z');

const day = date({ min: new Date('2015-11-01'), max: new Date('2016-04-01'), noInvalidDate: true }).map(
  (at) => at.toISOString().slice(0, 10).replaceAll('-', '.'),
);
const name = record({
  prefix: constantFrom('logs-v', 'logs-v', 'logs-v', 'xlogs-v', '.logs-v', 'es-steward-'),
  version: integer({ min: 1, max: 3 }),
  day,
  suffix: constantFrom('', '', '', '', '-error', '.bak'),
}).map(({ prefix, version, day, suffix }) => `${prefix}${version}-${day}${suffix}`);

const aliases = array(constantFrom('logs', 'a', 'b'), { maxLength: 2 }).map((all) =>
  Object.fromEntries(all.map((alias) => [alias, {}])),
);
const flag = integer({ min: 0, max: 9 }).map((value) => value === 0);

const index = record({
  name,
  aliases,
  hidden: flag,
  closed: flag,
  mounted: flag,
  lifecycleManaged: flag,
  streams: flag,
  writes: flag,
}).map(({ name, aliases, streams, writes, ...flags }) =>
  indexOf(name, {
    ...flags,
    aliases: writes ? { ...aliases, w: { is_write_index: true } } : aliases,
    dataStream: streams ? 'stream' : undefined,
  }),
);
const cluster = uniqueArray(index, { selector: (each) => each.name, maxLength: 7 });
const retention = record({
  maxAge: option(constantFrom('1s', '1d', '10d', '60d'), { nil: undefined }),
  maxCount: option(integer({ min: 1, max: 5 }), { nil: undefined }),
  maxTotalSize: option(constantFrom('1', '2500', '1Gi'), { nil: undefined }),
  minCount: integer({ min: 0, max: 4 }),
});
const around = record({
  snapshotted: array(name, { maxLength: 2 }),
  reindexed: array(name, { maxLength: 2 }),
  archived: array(name, { maxLength: 2 }),
  health: constantFrom('green', 'green', 'yellow', 'red'),
});
/** What is to be archived, if anything; the archives may look like the indexes themselves. */
const archival = record({
  destination: constantFrom('archive-{date:yyyy}', 'logs-v1-{date:yyyy.MM.dd}', 'xlogs-v2-{date:yyyy.MM.dd}'),
  facts: array(
    record({
      documents: constantFrom(0, 0, 5),
      type: constantFrom('date', 'date', 'date_nanos', 'keyword', undefined),
      isRed: flag,
    }),
    { minLength: 7, maxLength: 7 },
  ),
});
const plans = record({
  cluster,
  retention,
  around,
  pattern: boolean(),
  upkeep: boolean(),
  archival: option(archival, { nil: undefined }),
  minHealth: constantFrom('green', 'yellow', 'red'),
  hiddenGo: flag,
  picks: array(integer({ min: 0, max: 6 }), { maxLength: 3 }),
}).map(({ cluster, retention, around, pattern, upkeep, archival, minHealth, hiddenGo, picks }) => {
  const at = (pick: number) => cluster[pick % Math.max(cluster.length, 1)]?.name ?? 'none';
  const shape = pattern ? { pattern: '*ogs-*' } : { series: 'logs-v{version}-{date:yyyy.MM.dd}' };
  const aliases = upkeep ? [{ name: 'a', window: '10d' }, { name: 'logs' }] : [];
  const archive = archival && { olderThan: '1d', field: 'date', destination: archival.destination };
  const target = { name: 'a', ...shape, aliases, retention: JSON.parse(JSON.stringify(retention)), archive };
  const skip = ['LifecycleManaged', 'SoleAliasMember', 'MountedSnapshot', ...(hiddenGo ? [] : ['Hidden'])];
  const policy = policyOf([target], { deletion: { minHealth, skip } });
  const reindexed = [...around.reindexed, ...picks.slice(1, 2).map(at)];
  const surroundings = {
    ...calm,
    health: around.health,
    snapshotted: new Set([...around.snapshotted, ...picks.slice(0, 1).map(at)]),
    reindexed: new Set([...reindexed, ...around.archived]),
    reindexedByOthers: new Set(reindexed),
    written: new Set(picks.slice(2).map((pick) => `uuid-of-${at(pick)}`)),
  };
  const facts = archival && factsOf(cluster, archival.facts);
  const seen = seenOf(cluster, { around: surroundings, archive: new Map(facts && [['a', facts]]) });
  const plan = planOf(policy, compileTargets(policy.spec), seen, NOW);
  return { spec: policy.spec, cluster, surroundings, facts, plan };
});

function factsOf(
  cluster: readonly ListedIndex[],
  given: readonly {
    readonly documents: number;
    readonly type: string | undefined;
    readonly isRed: boolean;
  }[],
): ArchiveFacts {
  const all = cluster.map((index, at) => ({ index, ...given[at] }));
  const typed = all.flatMap(({ index, type }) => (type === undefined ? [] : [[index.name, type] as const]));
  return {
    types: new Map(typed),
    documents: new Map(
      all.map(({ index, type, documents = 0 }) => [index.uuid, isDate(type) ? documents : 0]),
    ),
    unread: new Map(
      all.flatMap(({ index, isRed }) => (isRed ? [[index.name, 'IndexUnhealthy'] as const] : [])),
    ),
  };
}

const RUN = newRun(NOW);
const RUNS = 100_000;

describe('a plan', () => {
  it('never contains what is protected, and leaves every alias an index, in 100,000 random clusters', {
    timeout: 300_000,
  }, () => {
    assert(
      property(plans, ({ cluster, surroundings, plan, spec }) => {
        const gone = new Set(plan.deletes.map(({ index }) => index.name));
        const wrong = plan.deletes.filter(
          ({ index }) =>
            isUntouchable(index, spec) ||
            surroundings.snapshotted.has(index.name) ||
            surroundings.reindexed.has(index.name) ||
            surroundings.written.has(index.uuid),
        );
        if (wrong.length > 0 || (isIll(surroundings, spec) && gone.size > 0)) return false;
        if (emptied(withChanges(cluster, plan.aliasChanges), gone, cluster).length > 0) return false;
        const floor = spec.targets[0]?.retention?.minCount ?? 0;
        const isCounted = ({ hidden, name }: ListedIndex) =>
          !hidden || (!spec.deletion.skip.includes('Hidden') && !surroundings.reindexed.has(name));
        return floorHolds(plan.matched[0]?.members ?? [], isCounted, gone, floor);
      }),
      { numRuns: RUNS },
    );
  });

  it('moves nothing out of what is protected, and deletes nothing that is to be archived, in 50,000', {
    timeout: 300_000,
  }, () => {
    let moving = 0;
    assert(
      property(plans, ({ cluster, surroundings, facts, plan, spec }) => {
        if (facts === undefined) return plan.archive.length === 0;
        const gone = new Set(plan.deletes.map(({ index }) => index.name));
        const step = nextDocuments({}, RUN, plan);
        const index = cluster.find(({ name }) => name === step?.index);
        moving += index === undefined ? 0 : 1;
        if (step !== undefined && (index === undefined || !mayMove(index, surroundings, facts, spec)))
          return false;
        return cluster.every(({ name, uuid }) => !gone.has(name) || isArchived(facts, name, uuid));
      }),
      { numRuns: RUNS / 2 },
    );
    expect(moving).toBeGreaterThan(RUNS / 40);
  });

  it('speaks of every index that its target matches once, and of no other', () => {
    assert(
      property(plans, ({ plan }) => {
        const matched = plan.matched.flatMap(({ members, unparsable }) => [
          ...members.map(({ index }) => index.name),
          ...unparsable,
        ]);
        const told = [...plan.deletes.map(({ index }) => index.name), ...plan.kept.map((stay) => stay.index)];
        return [...matched].sort().join() === [...told].sort().join();
      }),
      { numRuns: 2_000 },
    );
  });

  it('never contains an index behind an alias that is protected', () => {
    const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '1d' } }]);
    const indices = [indexOf('logs-2015.01.01'), indexOf('logs-2015.01.02', { aliases: { '.kept': {} } })];
    const seen = seenOf([...indices, indexOf('other', { aliases: { '.kept': {} } })]);
    const plan = planOf(policy, compileTargets(policy.spec), seen, NOW);
    expect(plan.deletes.map(({ index }) => index.name)).toEqual(['logs-2015.01.01']);
    expect(plan.held).toEqual([{ index: 'logs-2015.01.02', reason: 'Protected' }]);
  });

  it('names what a block hides, and leaves it alone', () => {
    const policy = policyOf([{ name: 'a', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '1d' } }]);
    const seen = seenOf([indexOf('logs-2015.01.01')], { unreadable: ['logs-2015.01.02', 'other'] });
    const plan = planOf(policy, compileTargets(policy.spec), seen, NOW);
    expect(plan.deletes.map(({ index }) => index.name)).toEqual(['logs-2015.01.01']);
    expect(plan.held).toEqual([{ index: 'logs-2015.01.02', reason: 'MetadataBlocked' }]);
  });

  it('leaves a name to a later target that can read it', () => {
    const policy = policyOf([
      { name: 'days', series: 'logs-{date:yyyy.MM.dd}', retention: { maxAge: '1d' } },
      { name: 'rest', pattern: 'logs-*' },
    ]);
    const seen = seenOf([indexOf('logs-2015.01.01'), indexOf('logs-other')]);
    const plan = planOf(policy, compileTargets(policy.spec), seen, NOW);
    expect(plan.deletes.map(({ index }) => index.name)).toEqual(['logs-2015.01.01']);
    expect(plan.kept).toEqual([{ index: 'logs-other', reason: 'NoRetention' }]);
  });

  it('deletes nothing without a rule (M6)', () => {
    assert(
      property(cluster, (indices) => {
        const policy = policyOf([{ name: 'a', pattern: '*', retention: { minCount: 0 } }]);
        return planOf(policy, compileTargets(policy.spec), seenOf(indices), NOW).deletes.length === 0;
      }),
      { numRuns: 2_000 },
    );
  });
});

function isUntouchable(index: ListedIndex, { deletion }: IndexMaintenancePolicySpec): boolean {
  const isHidden = index.hidden && deletion.skip.includes('Hidden');
  const isMarked = isHidden || index.mounted || index.lifecycleManaged || index.dataStream !== undefined;
  return isMarked || isOwn(index) || index.name.startsWith('.') || 'w' in index.aliases;
}

const HEALTH = ['red', 'yellow', 'green'];

const isIll = ({ health }: Surroundings, { deletion }: IndexMaintenancePolicySpec): boolean =>
  HEALTH.indexOf(health) < HEALTH.indexOf(deletion.minHealth);

/** Said anew here, so that a mistake in the guards does not excuse itself. */
function mayMove(
  index: ListedIndex,
  surroundings: Surroundings,
  { documents, types, unread }: ArchiveFacts,
  spec: IndexMaintenancePolicySpec,
): boolean {
  const { aliases: _aliases, ...bare } = index;
  const [target] = spec.targets;
  const own = target?.series ? /^logs-v[123]-\d{4}\.\d\d\.\d\d$/ : /^x?logs-v[123]-\d{4}\.\d\d\.\d\d/;
  const prefix = target?.archive?.destination.split('{')[0] ?? '';
  const isArchive = index.name.startsWith(prefix) && /-\d{4}\.\d\d\.\d\d$/.test(index.name);
  const isKept =
    isUntouchable({ ...bare, aliases: {} }, spec) || index.closed || !own.test(index.name) || isArchive;
  const isBusy =
    surroundings.reindexedByOthers.has(index.name) || unread.has(index.name) || isIll(surroundings, spec);
  return !isKept && !isBusy && isDate(types.get(index.name)) && (documents.get(index.uuid) ?? 0) > 0;
}

/** Somebody has looked, and there is nothing. */
const isArchived = ({ documents, types, unread }: ArchiveFacts, name: string, uuid: string): boolean =>
  (documents.get(uuid) ?? 0) === 0 && isDate(types.get(name)) && !unread.has(name);

/** Aliases that had an index, before or once the aliases have changed, and would have none. */
function emptied(
  changed: readonly ListedIndex[],
  gone: ReadonlySet<string>,
  before: readonly ListedIndex[],
): readonly string[] {
  const had = new Set([...before, ...changed].flatMap(({ aliases }) => Object.keys(aliases)));
  const left = changed.filter(({ name }) => !gone.has(name));
  const have = new Set(left.flatMap(({ aliases }) => Object.keys(aliases)));
  return [...had].filter((alias) => !have.has(alias));
}

/** What is left has at least so many periods, unless there never were as many. */
function floorHolds(
  members: readonly Member[],
  isCounted: (index: ListedIndex) => boolean,
  gone: ReadonlySet<string>,
  floor: number,
): boolean {
  const counted = members.filter(
    ({ period, index }) =>
      period !== undefined && period.start <= NOW && isCounted(index) && !(index.hidden && isOwn(index)),
  );
  const periods = (all: readonly Member[]) => new Set(all.map(({ period }) => period?.end)).size;
  const left = counted.filter(({ index }) => !gone.has(index.name));
  return periods(left) >= Math.min(floor, periods(counted));
}

describe('the hash of a plan', () => {
  const targets = [{ name: 'a', pattern: 'logs-*', retention: { maxAge: '1d' } }];
  const member = (index: string, uuid = 'u') => ({
    index: indexOf(index, { uuid }),
    version: undefined,
    partition: undefined,
    period: undefined,
  });
  const hash = (more: object, deletes: readonly Member[]) =>
    planHash(policyOf(targets, { ...more }), deletes);

  it('is that of names and identities, in any order', () => {
    expect(hash({}, [member('a'), member('b')])).toBe(hash({}, [member('b'), member('a')]));
    expect(hash({}, [member('a')])).not.toBe(hash({}, [member('a', 'other')]));
    expect(hash({}, [member('a')])).not.toBe(hash({}, [member('a'), member('b')]));
  });

  it.each([{ mode: 'DryRun' }, { suspend: true }, { deletion: { approvedPlan: 'abcdef0123456789' } }])(
    'does not depend on %j',
    (more) => {
      expect(hash(more, [member('a')])).toBe(hash({}, [member('a')]));
    },
  );

  it.each([{ deletion: { maxDeletes: 21 } }, { schedule: '@daily' }, { connectionRef: { name: 'other' } }])(
    'depends on %j',
    (more) => {
      expect(hash(more, [member('a')])).not.toBe(hash({}, [member('a')]));
      expect(specHashOf(policyOf(targets, more).spec)).not.toBe(specHashOf(policyOf(targets).spec));
    },
  );

  it('is that of this very policy', () => {
    const again = policyOf(targets, {}, { metadata: { ...policyOf(targets).metadata, uid: 'policy-2' } });
    expect(planHash(again, [member('a')])).not.toBe(hash({}, [member('a')]));
  });
});

describe('fingerprints', () => {
  it('come back from the text that status keeps', () => {
    const deletes = Array.from({ length: 4_000 }, (_, at) => ({
      index: indexOf(`logs-${at}`),
      version: undefined,
      partition: undefined,
      period: undefined,
    }));
    const pending = fingerprintsOf(pendingOf(deletes));
    expect(deletes.every(({ index }) => pending.has(indexFingerprint(index)))).toBe(true);
    expect([pending.size, pendingOf(deletes).length]).toEqual([4_000, 32_000]);
    expect(fingerprintsOf(undefined).size).toBe(0);
  });

  it('tell an index from one that was made anew under its name', () => {
    expect(indexFingerprint(indexOf('a', { uuid: '1' }))).not.toBe(
      indexFingerprint(indexOf('a', { uuid: '2' })),
    );
  });
});
