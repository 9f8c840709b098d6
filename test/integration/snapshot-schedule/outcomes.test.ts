import { describe, expect, it } from 'vitest';
import { updateAliases } from '../../../src/elasticsearch/aliases.ts';
import { isKubernetesError } from '../../../src/kubernetes/errors.ts';
import { createIndex, oneShard, write, numbered } from '../../support/reindex-indices.ts';
import {
  createSchedule,
  loseStatus,
  register,
  runNow,
  type SnapshotBed,
  snapshotsOf,
  takeSnapshot,
  useSnapshotBed,
  writeNoise,
} from '../../support/snapshot-bed.ts';
import { losingAnswerOf } from '../../support/snapshot-faults.ts';
import { endedRun, isRetained, reasonOf, startSnapshotProcess } from '../../support/snapshot-process.ts';

const bed = await useSnapshotBed();

/** An index whose only shard has no node to live on. */
async function createRedIndex({ es }: SnapshotBed, name: string): Promise<void> {
  const settings = { number_of_replicas: 0, 'index.routing.allocation.require.box': 'nowhere' };
  const query = { wait_for_active_shards: 0 };
  await es.request({ method: 'PUT', path: `/${name}`, query, body: { settings } });
}

async function heal({ es }: SnapshotBed, name: string): Promise<void> {
  const body = { 'index.routing.allocation.require.box': null };
  await es.request({ method: 'PUT', path: `/${name}/_settings`, body });
  const query = { wait_for_status: 'green' };
  await es.request({ method: 'GET', path: `/_cluster/health/${name}`, query });
}

/** Waits until it is there: its creation date is that of the origin. */
async function restoreAs({ es, repository, index }: SnapshotBed, snapshot: string, name: string) {
  await es.request({
    method: 'POST',
    path: `/_snapshot/${repository}/${snapshot}/_restore`,
    query: { wait_for_completion: true },
    body: { indices: [index], rename_pattern: '.+', rename_replacement: name, include_aliases: false },
  });
}

/** The snapshots of one slot, by the names that follow from it. */
async function madeBy(name: string) {
  return (await snapshotsOf(bed)).filter((snapshot) => snapshot.name.startsWith(`${name}-`));
}

describe('a snapshot', () => {
  it('is made on run-now, and what became of it is told', async () => {
    const name = bed.name();
    const { metadata } = await createSchedule(bed, name, {
      indices: [bed.index],
      metadata: { team: 'search' },
    });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'please');
    const schedule = await operator.until(name, 'it has ended', isRetained);
    expect([reasonOf(schedule), reasonOf(schedule, 'Healthy')]).toEqual(['Succeeded', 'Fresh']);
    expect(schedule.status).toMatchObject({
      lastHandledRunNow: 'please',
      lastSnapshot: { state: 'SUCCESS' },
      retained: { count: 1 },
      consecutiveFailures: 0,
    });
    const [snapshot, ...others] = await madeBy(name);
    expect(others).toEqual([]);
    expect(snapshot?.indices).toEqual([bed.index]);
    expect(snapshot?.metadata).toEqual({
      team: 'search',
      'es-steward': {
        uid: metadata.uid,
        slot: schedule.status?.lastScheduleTime,
        schedule: `${bed.namespace}/${name}`,
        cluster: expect.any(String),
      },
    });
  });

  it('tells what spec.indices names and nothing matches', async () => {
    const name = bed.name();
    // Out of reach of what clears the bed: this build has no call that deletes a data stream.
    const [alias, stream, both] = [`${name}-alias`, `stream-${name}`, `both-${name}`];
    await updateAliases(bed.es, [{ add: { index: bed.index, alias } }]);
    const template = { index_patterns: [stream], data_stream: {} };
    await bed.es.request({ method: 'PUT', path: `/_index_template/${stream}`, body: template });
    const document = { '@timestamp': '2026-06-15T12:00:00Z' };
    await bed.es.request({ method: 'POST', path: `/${stream}/_doc`, body: document });
    await updateAliases(bed.es, [{ add: { index: stream, alias: both } }]);
    const missing = [`${name}-orderz`, `${name}-none-*`];
    await createSchedule(bed, name, { indices: [alias, stream, both, `${stream}*`, ...missing] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'please');
    const { status } = await operator.until(name, 'it has ended', isRetained);
    expect(status?.lastSnapshot).toMatchObject({
      state: 'SUCCESS',
      message: `nothing in the cluster matches ${missing.join(', ')}, which spec.indices names`,
    });
  });

  it('that is partial is no success, is tried again and told (H51)', async () => {
    const name = bed.name();
    await Promise.all([createIndex(bed.es, `${name}-good`, oneShard), createRedIndex(bed, `${name}-red`)]);
    await createSchedule(bed, name, { indices: [`${name}-*`], partial: true, backoffLimit: 1 });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const failed = await operator.until(name, 'the run is over', endedRun);
    expect([reasonOf(failed), reasonOf(failed, 'Healthy')]).toEqual(['SnapshotPartial', 'NeverSucceeded']);
    expect(failed.status).toMatchObject({
      lastSnapshot: { state: 'PARTIAL', failures: [{ index: `${name}-red`, shard: 0 }] },
      consecutiveFailures: 1,
      history: [{ attempts: 2 }],
      retained: { count: 0 },
    });
    const made = (await madeBy(name)).map((snapshot) => snapshot.name);
    expect(made).toEqual([made[0], `${made[0]}-2`]);
    await heal(bed, `${name}-red`);
    await runNow(bed, name, 'two');
    const healed = await operator.until(name, 'it is a success', isRetained);
    expect(reasonOf(healed)).toBe('Succeeded');
    expect(healed.status).toMatchObject({ consecutiveFailures: 0, retained: { count: 1 } });
  });

  it('that cannot begin because of a red index is tried again until the limit, and nothing is left of it', async () => {
    const name = bed.name();
    await createRedIndex(bed, `${name}-red`);
    await createSchedule(bed, name, { indices: [`${name}-*`], backoffLimit: 2 });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const failed = await operator.until(name, 'the run is over', endedRun);
    expect(reasonOf(failed)).toBe('SnapshotFailed');
    expect(failed.status?.history).toMatchObject([{ state: 'FAILED', attempts: 3 }]);
    expect(await madeBy(name)).toEqual([]);
    expect(operator.events.filter(({ type }) => type === 'Warning')).toHaveLength(1);
  });

  it('of nothing is no success', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [`${name}-nothing-*`], backoffLimit: 0 });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const schedule = await operator.until(name, 'the run is over', endedRun);
    expect([reasonOf(schedule), schedule.status?.lastSnapshot?.state]).toEqual(['SnapshotEmpty', 'EMPTY']);
  });

  it.each([
    ['excludes', ['-log-*', '-data'], ['-data', '-log-a', '-log-x-restore-check-1']],
    ['plain names', ['-data', '-log-a'], ['-data']],
  ])('leaves out what %s say', async (_what, indices, taken) => {
    const name = bed.name();
    const temporary = '-log-x-restore-check-a1b2c36850f2a0';
    for (const index of ['-data', '-log-a', '-log-tmp', '-log-x-restore-check-1', temporary])
      await createIndex(bed.es, name + index, oneShard);
    const exclude = [`${name}-log-tmp`, ...(taken.includes('-log-a') ? [] : [`${name}-log*`])];
    await createSchedule(bed, name, { indices: indices.map((index) => name + index), exclude });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const schedule = await operator.until(name, 'the run is over', endedRun);
    expect(reasonOf(schedule)).toBe('Succeeded');
    const [snapshot] = await madeBy(name);
    expect(snapshot?.indices.toSorted()).toEqual(taken.map((index) => name + index));
  });

  it.each([
    ['alone', []],
    ['beside a pattern', ['-more-*']],
  ])('leaves out an index behind an alias that is named %s', async (_how, beside) => {
    const name = bed.name();
    for (const index of ['-data-1', '-data-2', '-more-1']) await createIndex(bed.es, name + index, oneShard);
    const actions = ['-data-1', '-data-2'].map((index) => ({
      add: { index: name + index, alias: `${name}-both` },
    }));
    await bed.es.request({ method: 'POST', path: '/_aliases', body: { actions } });
    const indices = ['-both', ...beside].map((index) => name + index);
    await createSchedule(bed, name, { indices, exclude: [`${name}-data-2`], backoffLimit: 0 });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const schedule = await operator.until(name, 'the run is over', endedRun);
    expect(reasonOf(schedule)).toBe('Succeeded');
    const [snapshot] = await madeBy(name);
    const taken = ['-data-1', ...(beside.length > 0 ? ['-more-1'] : [])];
    expect(snapshot?.indices.toSorted()).toEqual(taken.map((index) => name + index));
  });

  it('is made once when the answer of its creation is lost (H54)', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index] });
    await using operator = startSnapshotProcess(bed, { around: losingAnswerOf('PUT /_snapshot') });
    await runNow(bed, name, 'one');
    const schedule = await operator.until(name, 'it has ended', endedRun);
    expect(reasonOf(schedule)).toBe('Succeeded');
    expect(await madeBy(name)).toHaveLength(1);
  });

  it('takes the next name when a stranger has its own', async () => {
    const name = bed.name();
    const { metadata } = await createSchedule(bed, name, { indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const wished = await operator.until(
      name,
      'it is wished for',
      ({ status }) => status?.active !== undefined,
    );
    const own = wished.status?.active?.snapshot ?? '';
    expect(own).toContain(metadata.uid.slice(0, 6));
    await takeSnapshot(bed, own);
    const schedule = await operator.until(name, 'it has ended', endedRun);
    expect(schedule.status?.lastSnapshot).toMatchObject({ name: `${own}-2`, state: 'SUCCESS' });
    expect(operator.events.map(({ reason }) => reason)).toContain('NameTaken');
    expect((await madeBy(name)).map((snapshot) => snapshot.name)).toEqual([own, `${own}-2`]);
  });

  it('is found again when the status is lost, and not made twice', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    const before = await operator.until(name, 'it has ended', isRetained);
    await loseStatus(bed, name);
    // Until then nobody knows a lost status from a new object, and the annotation counts.
    operator.clock.skip(601_000);
    const after = await operator.until(name, 'it is told anew', (one) => reasonOf(one) === 'Succeeded');
    const { lastSuccessfulTime, lastSuccessfulSnapshot, retained } = before.status ?? {};
    expect(after.status).toMatchObject({
      lastSuccessfulTime,
      lastSuccessfulSnapshot,
      lastHandledRunNow: 'one',
      retained: { count: retained?.count },
      lastSnapshot: { state: 'SUCCESS', slot: before.status?.lastSnapshot?.slot },
    });
    expect(await madeBy(name)).toHaveLength(1);
  });

  it('that has ended leaves nothing to do: nothing is written, and nothing asked that changes anything', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { indices: [bed.index], retention: { expireAfter: '30d' } });
    const changes: string[] = [];
    await using operator = startSnapshotProcess(bed, {
      around: (call, send) => {
        if (call.mutates) changes.push(call.shape);
        return send();
      },
    });
    await runNow(bed, name, 'one');
    await operator.until(
      name,
      'retention has run after the success',
      ({ status }) =>
        status?.lastSuccessfulSnapshot !== undefined &&
        status.retention?.handledSnapshot === status.lastSuccessfulSnapshot,
    );
    changes.length = 0;
    for (let count = 0; count < 10; count += 1) await operator.pass(name);
    expect(changes).toEqual([]);
  });

  it('says which field is wrong when its metadata are too long', async () => {
    const name = bed.name();
    await createSchedule(bed, name, { metadata: { note: 'x'.repeat(1000) } });
    await using operator = startSnapshotProcess(bed);
    await operator.pass(name);
    const schedule = await operator.read(name);
    expect(reasonOf(schedule)).toBe('InvalidSpec');
    expect(schedule.status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain(
      'spec.metadata',
    );
  });

  it.each(['Nightly', 'my backups', '_a', 'a/b'])(
    'never gets the illegal name %j (H52)',
    async (namePrefix) => {
      const refused = createSchedule(bed, bed.name(), { namePrefix });
      await expect(refused).rejects.toSatisfy((error) => isKubernetesError(error, 'invalid'));
    },
  );

  it('grows up beside writes: every index that was there is inside', async () => {
    const name = bed.name();
    await createIndex(bed.es, `${name}-data`, oneShard);
    await write(bed.es, `${name}-data`, numbered(100));
    await createSchedule(bed, name, { indices: [`${name}-*`] });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    await operator.until(name, 'it is wished for', ({ status }) => status?.active !== undefined);
    await createIndex(bed.es, `${name}-late`, oneShard);
    const schedule = await operator.until(name, 'it has ended', endedRun);
    expect(reasonOf(schedule)).toBe('Succeeded');
  });

  it('is not asked for an index that was restored while it ran, however old that says to be', async () => {
    const name = bed.name();
    await takeSnapshot(bed, `origin-${name}`);
    await createIndex(bed.es, `${name}-data`, oneShard);
    await writeNoise(bed, `${name}-data`, 300);
    await register(bed, bed.repository, bed.folder, { max_snapshot_bytes_per_sec: '40kb' });
    await createSchedule(bed, name, { indices: [`${name}-*`], backoffLimit: 0 });
    await using operator = startSnapshotProcess(bed);
    await runNow(bed, name, 'one');
    await operator.until(name, 'it runs', ({ status }) => status?.active?.startTime !== undefined);
    await restoreAs(bed, `origin-${name}`, `${name}-restored`);
    const schedule = await operator.until(name, 'it has ended', endedRun);
    await register(bed, bed.repository, bed.folder);
    expect([schedule.status?.lastSnapshot?.state, reasonOf(schedule)]).toEqual(['SUCCESS', 'Succeeded']);
    expect((await madeBy(name)).at(-1)?.indices).toEqual([`${name}-data`]);
  });
});
