import { describe, expect, it } from 'vitest';
import { distantSlots } from '../../support/distant-slots.ts';
import { eventually } from '../../support/eventually.ts';
import { AHEAD_MS } from '../../support/maintenance-clock.ts';
import {
  createPolicy,
  editPolicy,
  readPolicy,
  runNow,
  startMaintenance,
} from '../../support/maintenance-process.ts';
import type { MaintenanceProcessOptions } from '../../support/maintenance-process.ts';
import {
  aliasesOf,
  daysAgo,
  indicesOf,
  makeIndices,
  namesOf,
  writeDocument,
} from '../../support/maintenance-indices.ts';
import type { SnapshotSchedule } from '../../../src/crds/snapshot-schedule.ts';
import { useReindexBed } from '../../support/reindex-bed.ts';
import type { Around } from '../../support/server-calls.ts';

const bed = await useReindexBed();
/** Each run is asked for: one more at the full hour would be one too many. */
const { schedule } = distantSlots(1440);

/** By the clock that its indexes are named by. */
const start = ({ later = 0, ...options }: MaintenanceProcessOptions = {}) =>
  startMaintenance(bed, { ...options, later: later + AHEAD_MS });

/** A policy with a prefix of its own, brought to rest by a process of its own. */
async function open(target: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  const name = bed.name();
  const prefix = `${name}-`;
  const written = JSON.stringify({ name: 'logs', ...target }).replaceAll('~', prefix);
  await createPolicy(bed, name, { schedule, targets: [JSON.parse(written)], ...more });
  const settle = async (options: MaintenanceProcessOptions = {}) => {
    const process = start(options);
    const policy = await process.settle(name);
    await process.close();
    return policy?.status ?? {};
  };
  const run = async (options?: MaintenanceProcessOptions) => {
    await runNow(bed, name);
    return settle(options);
  };
  const make = (names: readonly string[], body?: object) =>
    makeIndices(
      bed.es,
      names.map((each) => prefix + each),
      body,
    );
  return {
    name,
    prefix,
    settle,
    run,
    make,
    names: () => namesOf(bed.es, prefix),
    aliases: () => aliasesOf(bed.es, prefix),
  };
}

const calls = (): { readonly around: Around; readonly made: string[] } => {
  const made: string[] = [];
  return {
    made,
    around: (call, send) => {
      if (call.mutates && call.server === 'elasticsearch') made.push(call.shape);
      return send();
    },
  };
};

const SERIES = '~v{version}-{date:yyyyMMdd}';

describe('maintenance', () => {
  it('moves aliases as the day changes, by one call, and by none when nothing differs (M3, M7, M8, M10)', async () => {
    const policy = await open({
      series: SERIES,
      aliases: [{ name: '~all' }, { name: '~today', window: '1d' }, { name: '~of-{date:yyyyMMdd}' }],
    });
    const days = [2, 1, 0, -1].map(daysAgo);
    await policy.make(days.map((day) => `v1-${day}`));
    const first = calls();
    expect(await policy.run(first)).toMatchObject({ lastRun: { aliasesAdded: 11, failed: 0 } });
    expect(first.made).toHaveLength(1);
    expect(await policy.aliases()).toMatchObject({
      all: days.map((day) => `v1-${day}`),
      today: days.slice(1).map((day) => `v1-${day}`),
      [`of-${days[0]}`]: [`v1-${days[0]}`],
    });
    const second = calls();
    await policy.run(second);
    expect(second.made).toEqual([]);
    await policy.run({ later: 86_400_000 });
    expect((await policy.aliases())['today']).toEqual(days.slice(2).map((day) => `v1-${day}`));
  });

  it('does not take the aliases back from a version that others have switched to (W8)', async () => {
    const policy = await open({
      series: SERIES,
      aliases: [{ name: '~all' }, { name: '~of-{date:yyyyMMdd}' }],
    });
    const day = daysAgo(0);
    await policy.make([`v1-${day}`]);
    await policy.run();
    await policy.make([`v2-${day}`]);
    const swap = ['all', `of-${day}`].flatMap((alias) => [
      { remove: { index: `${policy.prefix}v1-${day}`, alias: policy.prefix + alias } },
      { add: { index: `${policy.prefix}v2-${day}`, alias: policy.prefix + alias } },
    ]);
    await bed.es.request({ method: 'POST', path: '/_aliases', body: { actions: swap } });
    expect(await policy.run()).toMatchObject({
      lastRun: { aliasesAdded: 0, aliasesRemoved: 0 },
      targets: [{ currentVersion: 2 }],
    });
    expect(await policy.aliases()).toEqual({ all: [`v2-${day}`], [`of-${day}`]: [`v2-${day}`] });
  });

  it('keeps what people have added to an alias, and sets filter and write index', async () => {
    const filter = { term: { level: { value: 'error' } } };
    const policy = await open({
      series: SERIES,
      aliases: [{ name: '~errors', filter, writeIndex: 'Newest' }],
    });
    const [old, today] = [daysAgo(1), daysAgo(0)];
    await policy.make([`v1-${old}`], {
      aliases: { [`${policy.prefix}errors`]: { routing: '7', is_write_index: true } },
    });
    await policy.make([`v1-${today}`]);
    await policy.run();
    const indices = await indicesOf(bed.es, policy.prefix);
    expect(indices.get(`v1-${old}`)?.aliases).toMatchObject({
      [`${policy.prefix}errors`]: { filter, index_routing: '7', is_write_index: false },
    });
    expect(indices.get(`v1-${today}`)?.aliases).toMatchObject({
      [`${policy.prefix}errors`]: { filter, is_write_index: true },
    });
    const again = calls();
    await policy.run(again);
    expect(again.made).toEqual([]);
  });

  it('changes all others when Elasticsearch refuses one, and hides new members of a hidden one', async () => {
    const filter = { term: { n: { value: 'no number' } } };
    const aliases = [{ name: '~all' }, { name: '~bad', filter }, { name: '~hidden' }];
    const policy = await open({ series: SERIES, aliases });
    const mappings = { properties: { n: { type: 'long' } } };
    const [old, today] = [`v1-${daysAgo(1)}`, `v1-${daysAgo(0)}`];
    await policy.make([old], { mappings, aliases: { [`${policy.prefix}hidden`]: { is_hidden: true } } });
    await policy.make([today], { mappings });
    const status = await policy.run();
    expect(status).toMatchObject({
      lastRun: { aliasesAdded: 3, failed: 1, aliasesRefused: [`${policy.prefix}bad`] },
      plan: { held: [{ index: `${policy.prefix}bad`, reason: 'AliasRefused' }] },
    });
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.message).toContain(
      `Elasticsearch has refused to change alias ${policy.prefix}bad`,
    );
    expect(await policy.aliases()).toEqual({ all: [old, today], hidden: [old, today] });
  });
});

describe('expiry', () => {
  it('deletes exactly what is older than its age, with partial aliases too (M9, CI1, CI4, H71)', async () => {
    const policy = await open({ series: SERIES, aliases: [{ name: '~all' }], retention: { maxAge: '2d' } });
    const [oldest, old, edge, today] = [9, 4, 2, 0].map(daysAgo);
    await policy.make([
      `v1-${oldest}`,
      `v1-${edge}`,
      `v1-${today}`,
      `v1-${oldest}-error`,
      'v1-20160230',
      `xv1-${oldest}`,
    ]);
    await policy.make([`v1-${old}`], { aliases: { [`${policy.prefix}all`]: {} } });
    const status = await policy.run();
    expect(status).toMatchObject({
      lastRun: { deleted: 2, failed: 0, dropped: 0 },
      plan: { deletes: { count: 0 }, held: [{ reason: 'Unparsable' }, { reason: 'Unparsable' }] },
    });
    expect(await policy.names()).toEqual(
      [`v1-20160230`, `v1-${edge}`, `v1-${oldest}-error`, `v1-${today}`, `xv1-${oldest}`].sort(),
    );
    expect((await policy.aliases())['all']).toEqual([`v1-${edge}`, `v1-${today}`].sort());
  });

  it('spares write indexes, the last index of an alias, hidden ones, those of snapshots, and what was just written (H72, H73)', async () => {
    const policy = await open({ series: SERIES, retention: { maxAge: '1d' } });
    const days = [20, 19, 18, 17, 16].map((age) => `v1-${daysAgo(age)}`);
    const [write, sole, hidden, busy, free] = days;
    const of = (index: string | undefined) => [index ?? ''];
    await policy.make(of(write), { aliases: { [`${policy.prefix}w`]: { is_write_index: true } } });
    await policy.make(of(sole), { aliases: { [`${policy.prefix}s`]: {} } });
    await policy.make(of(hidden), { settings: { hidden: true } });
    await policy.make([...of(busy), ...of(free)]);
    const process = start();
    await process.settle(policy.name);
    await writeDocument(bed.es, policy.prefix + busy, { a: 1 });
    await runNow(bed, policy.name);
    const settled = await process.settle(policy.name);
    await process.close();
    expect(await policy.names()).toEqual(days.slice(0, 4).sort());
    const reasons = ['Hidden', 'RecentlyWritten', 'SoleAliasMember', 'WriteIndex'];
    expect(settled?.status?.plan?.kept.map(({ reason }) => reason)).toEqual(reasons);
    // The next process has seen no write, and goes by what this one has seen.
    const { plan } = await policy.run();
    expect(plan?.kept.map(({ reason }) => reason)).toEqual(reasons);
    expect(await policy.names()).toEqual(days.slice(0, 4).sort());
  });

  it('spares what a copy reads that somebody began by a pattern', async () => {
    const policy = await open({ series: SERIES, retention: { maxAge: '1d' } });
    const index = `${policy.prefix}v1-${daysAgo(9)}`;
    await policy.make([`v1-${daysAgo(9)}`]);
    for (const at of [1, 2]) await writeDocument(bed.es, index, { at });
    const asked = {
      method: 'POST',
      query: { wait_for_completion: false, requests_per_second: 0.1 },
    } as const;
    const source = { index: `${policy.prefix}v1-*`, size: 1 };
    const body = { source, dest: { index: `${policy.prefix}copy` } };
    const { task } = (await bed.es.request({ ...asked, path: '/_reindex', body })) as { task: string };
    expect(await policy.run()).toMatchObject({
      lastRun: { deleted: 0 },
      plan: { held: [{ index, reason: 'BeingReindexed' }] },
    });
    await bed.es.request({ method: 'POST', path: `/_tasks/${task}/_cancel` });
  });

  it('asks before a policy edit deletes everything, and then deletes exactly what was approved (H74, S4)', async () => {
    const policy = await open(
      { series: SERIES, retention: { maxAge: '300d' } },
      { deletion: { maxDeletes: '50%' } },
    );
    await policy.make([40, 30, 20, 10].map((age) => `v1-${daysAgo(age)}`));
    await policy.run();
    await editPolicy(bed, policy.name, {
      spec: {
        targets: [{ name: 'logs', series: SERIES.replace('~', policy.prefix), retention: { maxAge: '1d' } }],
      },
    });
    const waiting = await policy.run();
    expect(waiting.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe('ApprovalRequired');
    expect(await policy.names()).toHaveLength(4);
    await policy.make([`v1-${daysAgo(50)}`]);
    await editPolicy(bed, policy.name, {
      metadata: { annotations: { 'es-steward.dev/approve': waiting.plan?.hash } },
    });
    expect(await policy.settle()).toMatchObject({ lastRun: { deleted: 4 }, plan: { deletes: { count: 1 } } });
    expect(await policy.names()).toEqual([`v1-${daysAgo(50)}`]);
  });

  it('goes in batches of fifty, names read before they are deleted (M15)', { timeout: 240_000 }, async () => {
    const policy = await open(
      { series: SERIES, retention: { maxAge: '1d' } },
      { deletion: { maxDeletes: '100%' } },
    );
    const ages = Array.from({ length: 60 }, (_, at) => at + 10);
    for (let from = 0; from < ages.length; from += 20)
      await policy.make(ages.slice(from, from + 20).map((age) => `v1-${daysAgo(age)}`));
    const seen = calls();
    expect(await policy.run(seen)).toMatchObject({ lastRun: { deleted: 60, failed: 0 } });
    expect(seen.made.filter((call) => call.startsWith('DELETE'))).toHaveLength(2);
    expect(await policy.names()).toEqual([]);
  });
});

describe('a policy that finds nothing', () => {
  it('ends well, and not when it could not look (CI2, M10)', async () => {
    const policy = await open({ series: SERIES, aliases: [{ name: '~all' }], retention: { maxAge: '1d' } });
    const seen = calls();
    const status = await policy.run(seen);
    expect([status.lastRun, seen.made]).toMatchObject([{ deleted: 0, failed: 0, aliasesAdded: 0 }, []]);
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    await runNow(bed, policy.name);
    const blind: Around = (call, send) =>
      call.shape === 'GET /*' ? Promise.reject(new Error('the listing fails')) : send();
    const process = start({ around: blind });
    expect((await process.pass(policy.name)).type).toBe('failed');
    await process.close();
    const found = await readPolicy(bed, policy.name);
    expect(found?.status?.conditions?.find(({ type }) => type === 'Reconciling')?.status).toBe('True');
  });

  it('looks after all of its targets in one run, by one change of aliases (M2)', async () => {
    const policy = await open({ series: '~a-{date:yyyyMMdd}', aliases: [{ name: '~a' }] });
    const second = {
      name: 'second',
      series: `${policy.prefix}b-{date:yyyyMMdd}`,
      aliases: [{ name: `${policy.prefix}b` }],
    };
    const found = await readPolicy(bed, policy.name);
    await editPolicy(bed, policy.name, { spec: { targets: [...(found?.spec.targets ?? []), second] } });
    const day = daysAgo(0);
    await policy.make([`a-${day}`, `b-${day}`]);
    const seen = calls();
    expect(await policy.run(seen)).toMatchObject({ lastRun: { aliasesAdded: 2 } });
    expect([seen.made.length, await policy.aliases()]).toEqual([1, { a: [`a-${day}`], b: [`b-${day}`] }]);
  });
});

describe('between plan and deletion', () => {
  /** Somebody does something right after the batch is in status. */
  async function disturbed(how: (index: string, prefix: string) => Promise<unknown>) {
    const policy = await open({ series: SERIES, retention: { maxAge: '1d' } });
    const [old, older] = [10, 11].map((age) => `v1-${daysAgo(age)}`);
    await policy.make([old ?? '', older ?? '']);
    await runNow(bed, policy.name);
    const process = start();
    while ((await readPolicy(bed, policy.name))?.status?.plan?.batch === undefined)
      await process.pass(policy.name);
    await how(policy.prefix + old, policy.prefix);
    const settled = await process.settle(policy.name);
    await process.close();
    const { lastRun } = settled?.status ?? {};
    return {
      run: [lastRun?.deleted, lastRun?.dropped, lastRun?.failed],
      left: await policy.names(),
      kept: [old],
    };
  }

  it.each<[string, (index: string, prefix: string) => Promise<unknown>]>([
    [
      'that becomes a write index (H80, F14)',
      (index, prefix) =>
        bed.es.request({
          method: 'PUT',
          path: `/${index}/_alias/${prefix}w`,
          body: { is_write_index: true },
        }),
    ],
    [
      'that was made anew under its name (F14)',
      async (index) => {
        await bed.es.request({ method: 'DELETE', path: `/${index}` });
        await makeIndices(bed.es, [index]);
      },
    ],
    ['that is written to', (index) => writeDocument(bed.es, index, { a: 1 })],
    [
      'that becomes the last one of an alias',
      (index, prefix) => bed.es.request({ method: 'PUT', path: `/${index}/_alias/${prefix}only`, body: {} }),
    ],
  ])('an index stays %s', async (_, how) => {
    const { run, left, kept } = await disturbed(how);
    expect([run, left]).toEqual([[1, 1, 0], kept]);
  });
});

describe('a deletion that is acknowledged', () => {
  it('counts only when the index is gone (H76)', async () => {
    const policy = await open({ series: SERIES, retention: { maxAge: '1d' } });
    await policy.make([`v1-${daysAgo(9)}`]);
    const lying: Around = async (call, send) =>
      call.shape.startsWith('DELETE') ? ({ acknowledged: true } as Awaited<ReturnType<typeof send>>) : send();
    const status = await policy.run({ around: lying });
    expect(status).toMatchObject({ lastRun: { deleted: 0, failed: 1 }, consecutiveFailures: 1 });
    expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ActionFailed',
    });
  });
});

describe('two policies', () => {
  it('that want the same index report it and neither acts (H77, F26)', async () => {
    const policy = await open({ series: SERIES, retention: { maxAge: '1d' } });
    const rival = await createPolicy(bed, bed.name(), {
      targets: [{ name: 'x', pattern: `${policy.prefix}*`, retention: { maxAge: '1d' } }],
    });
    await policy.make([`v1-${daysAgo(9)}`]);
    const status = await policy.run({ policies: () => [rival] });
    expect(status.conditions?.filter(({ status }) => status === 'True').map(({ type }) => type)).toEqual([
      'Stalled',
      'Conflict',
    ]);
    expect(await policy.names()).toHaveLength(1);
  });
});

describe('an age by documents', () => {
  it('deletes what holds nothing new, and leaves what has no date', async () => {
    const policy = await open({
      pattern: '~*',
      age: { from: 'MaxTimestamp', field: 'at' },
      retention: { maxAge: '30d' },
    });
    await policy.make(['old', 'young', 'empty', 'seconds']);
    await policy.make(['seconds-as-date'], { mappings: { properties: { at: { type: 'date' } } } });
    await policy.make(['text'], { mappings: { properties: { at: { type: 'keyword' } } } });
    await writeDocument(bed.es, `${policy.prefix}old`, { at: '2016-02-29T00:00:00Z' });
    await writeDocument(bed.es, `${policy.prefix}young`, { at: new Date().toISOString() });
    // Elasticsearch maps it as a number, or takes it for milliseconds: both would be of January 1970.
    for (const name of ['seconds', 'seconds-as-date'])
      await writeDocument(bed.es, policy.prefix + name, { at: Math.floor(Date.now() / 1_000) });
    await writeDocument(bed.es, `${policy.prefix}text`, { at: 'yesterday' });
    expect(await policy.run()).toMatchObject({
      lastRun: { deleted: 1 },
      plan: { kept: [{ reason: 'AgeUnknown', count: 4 }, { reason: 'Young' }] },
    });
    expect(await policy.names()).toEqual(['empty', 'seconds', 'seconds-as-date', 'text', 'young']);
  });
});

describe('an index that cannot be looked into', () => {
  const put = (path: string, body: object) => bed.es.request({ method: 'PUT', path, body });

  it('stays, as does one whose newest documents nobody has refreshed, and keeps no other', async () => {
    const policy = await open({
      pattern: '~*',
      age: { from: 'MaxTimestamp', field: 'at' },
      retention: { maxAge: '30d' },
    });
    await policy.make(['barred', 'old']);
    await policy.make(['unsorted'], {
      mappings: { properties: { at: { type: 'date', doc_values: false } } },
    });
    await policy.make(['lazy'], { settings: { refresh_interval: '-1' } });
    for (const name of ['barred', 'lazy', 'old', 'unsorted'])
      await writeDocument(bed.es, policy.prefix + name, { at: '2016-02-29T00:00:00Z' });
    await put(`/${policy.prefix}lazy/_doc/new`, { at: new Date().toISOString() });
    await put(`/${policy.prefix}barred/_settings`, { 'index.blocks.read': true });
    expect(await policy.run()).toMatchObject({
      lastRun: { deleted: 1, dropped: 1, failed: 0 },
      plan: { kept: [{ reason: 'AgeUnknown', count: 2 }, { reason: 'Young' }] },
    });
    expect(await policy.names()).toEqual(['barred', 'lazy', 'unsorted']);
  });

  it('is named where a block hides all about it, and the others go on', async () => {
    const policy = await open({ series: SERIES, aliases: [{ name: '~all' }], retention: { maxAge: '2d' } });
    const [old, bad, today] = [9, 8, 0].map((age) => `v1-${daysAgo(age)}`) as [string, string, string];
    await policy.make([old, bad], { aliases: { [`${policy.prefix}all`]: {} } });
    await policy.make([today]);
    const hide = (hidden: boolean) =>
      put(`/${policy.prefix}${bad}/_settings`, { 'index.blocks.metadata': hidden });
    await hide(true);
    const status = await policy.run().catch((error: unknown) => error);
    // Nobody else's list of indexes is to meet it.
    await hide(false);
    expect(status).toMatchObject({
      lastRun: { deleted: 1, aliasesAdded: 1, failed: 0 },
      plan: { held: [{ index: policy.prefix + bad, reason: 'MetadataBlocked' }] },
    });
    expect(await policy.names()).toEqual([bad, today].sort());
  });
});

describe('requireSnapshot', () => {
  /** A proof compares the clock of the operator with that of the cluster. */
  const inRealTime = { later: -AHEAD_MS };
  const reasonOf = (status: { conditions?: readonly { type: string; reason: string }[] | undefined }) =>
    status.conditions?.find(({ type }) => type === 'Ready')?.reason;

  /** Of a policy that wants a snapshot of its expired index. */
  async function openWithIndex() {
    const policy = await open({
      series: SERIES,
      retention: { maxAge: '1d' },
      beforeDelete: { requireSnapshot: { repository: 'backups' } },
    });
    await policy.make([`v1-${daysAgo(9)}`]);
    return { policy, index: `${policy.prefix}v1-${daysAgo(9)}` };
  }

  it('lets an index go only when a snapshot holds all of it, the very same index', async () => {
    const { policy, index } = await openWithIndex();
    await writeDocument(bed.es, index, { a: 1 });
    const without = await policy.run(inRealTime);
    expect([reasonOf(without), without.plan?.held]).toEqual([
      'SnapshotMissing',
      [{ index, reason: 'NotSnapshotted' }],
    ]);
    const snapshot = `/_snapshot/backups/${policy.name}`;
    await bed.es.request({
      method: 'PUT',
      path: snapshot,
      query: { wait_for_completion: true },
      body: { indices: index },
    });
    expect(await policy.run(inRealTime)).toMatchObject({ lastRun: { deleted: 1 } });
    await policy.make([`v1-${daysAgo(9)}`]);
    expect(reasonOf(await policy.run(inRealTime))).toBe('SnapshotMissing');
    expect(await policy.names()).toHaveLength(1);
    await bed.es.request({ method: 'DELETE', path: snapshot });
  });

  it('keeps an index that was written to and committed right after its snapshot, until the next one', async () => {
    const { policy, index } = await openWithIndex();
    const commit = async (n: number) => {
      await writeDocument(bed.es, index, { n });
      await bed.es.request({ method: 'POST', path: `/${index}/_flush` });
    };
    const snapshots = ['first', 'second'].map((which) => `/_snapshot/backups/${policy.name}-${which}`);
    const [first = '', second = ''] = snapshots;
    const take = (path: string) =>
      bed.es.request({
        method: 'PUT',
        path,
        query: { wait_for_completion: true },
        body: { indices: index },
      });
    await commit(1);
    const { snapshot } = (await take(first)) as { snapshot: { end_time_in_millis: number } };
    // As far as it can be told from the commit of the snapshot.
    await eventually('the snapshot is over', () => Date.now() > snapshot.end_time_in_millis + 300);
    await commit(2);
    const held = await policy.run(inRealTime);
    expect([reasonOf(held), held.plan?.held]).toEqual([
      'SnapshotMissing',
      [{ index, reason: 'NotSnapshotted' }],
    ]);
    await take(second);
    expect(await policy.run(inRealTime)).toMatchObject({ lastRun: { deleted: 1 } });
    for (const path of snapshots) await bed.es.request({ method: 'DELETE', path });
  });

  /** The clock by which a snapshot begins is set every 200 ms: it may be of before its indexes, and is made anew then. */
  async function snapshotAfterItsIndices(
    { name, prefix }: { readonly name: string; readonly prefix: string },
    metadata: object,
  ): Promise<void> {
    const path = `/_snapshot/backups/${name}`;
    const indices = [...(await indicesOf(bed.es, prefix)).values()];
    const made = Math.max(...indices.map(({ created }) => created));
    await eventually(`snapshot ${name} begins after its indexes`, async () => {
      const answer = await bed.es.request({
        method: 'PUT',
        path,
        query: { wait_for_completion: true },
        body: { indices: `${prefix}*`, metadata },
      });
      const { snapshot } = answer as { snapshot: { start_time_in_millis: number } };
      if (snapshot.start_time_in_millis > made) return true;
      await bed.es.request({ method: 'DELETE', path });
      return undefined;
    });
  }

  it('takes nothing of another cluster for a proof that shares the repository', async () => {
    const { backups } = (await bed.es.request({ method: 'GET', path: '/_snapshot/backups' })) as {
      backups: { settings: object };
    };
    const shared = bed.name();
    const settings = { ...backups.settings, readonly: true };
    await bed.es.request({ method: 'PUT', path: `/_snapshot/${shared}`, body: { type: 'fs', settings } });
    const prove = (requireSnapshot: object) =>
      open({ series: SERIES, retention: { maxAge: '1d' }, beforeDelete: { requireSnapshot } });
    const scheduleRef = { name: 'nightly' };
    const [foreign, marked] = [
      await prove({ repository: shared }),
      await prove({ repository: 'backups', scheduleRef }),
    ];
    const uid = '11111111-2222-3333-4444-555555555555';
    const mark = { uid, slot: '2026-06-15T12:00:00Z', schedule: `${bed.namespace}/nightly` };
    for (const { make } of [foreign, marked]) await make([`v1-${daysAgo(9)}`]);
    for (const policy of [foreign, marked]) await snapshotAfterItsIndices(policy, { 'es-steward': mark });
    const connectionRef = { name: (await readPolicy(bed, marked.name))?.spec.connectionRef.name };
    const nightly = (of: string) =>
      ({
        metadata: { uid: of, namespace: bed.namespace, name: 'nightly' },
        spec: { connectionRef },
      }) as unknown as SnapshotSchedule;
    expect(reasonOf(await foreign.run(inRealTime))).toBe('SnapshotMissing');
    expect(reasonOf(await marked.run({ ...inRealTime, schedules: () => [nightly('another')] }))).toBe(
      'SnapshotMissing',
    );
    expect(await marked.run({ ...inRealTime, schedules: () => [nightly(uid)] })).toMatchObject({
      lastRun: { deleted: 1 },
    });
    expect([await foreign.names(), await marked.names()]).toMatchObject([{ length: 1 }, { length: 0 }]);
    await bed.es.request({ method: 'DELETE', path: `/_snapshot/${shared}` });
    for (const { name } of [foreign, marked])
      await bed.es.request({ method: 'DELETE', path: `/_snapshot/backups/${name}` });
  });
});
