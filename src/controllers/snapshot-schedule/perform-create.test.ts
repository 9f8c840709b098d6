import { wishedRun as run } from '../../../test/support/snapshot-schedule.ts';
import { describe, expect, it } from 'vitest';
import { answering } from '../../../test/support/scenario-elasticsearch.ts';
import { snapshotSchedule } from '../../crds/snapshot-schedule.ts';
import { classifyAnswer, deadlinePassed } from '../../elasticsearch/classify.ts';
import type { Run, Schedule } from './observed.ts';
import { create } from './perform-create.ts';
import type { EffectContext } from './perform-effect.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');

const spec = { connectionRef: { name: 'main' }, repository: 'backups', schedule: '@hourly' };
const resource = { spec: snapshotSchedule.spec.parse(spec), status: { active: run } } as unknown as Schedule;
const answer = (status: number, type: string) =>
  classifyAnswer(
    { method: 'PUT', path: '/' },
    { status, body: { error: { type, reason: 'taken' }, status } },
  );

const pass = { signal: new AbortController().signal, now: NOW, log: { info: () => {}, warn: () => {} } };
const action = { type: 'CreateSnapshot', ...run, metadata: {} } as const;
const NO_ALIKE = { cluster_uuid: 'c', metadata: { indices: {} } };

/** What the run in status comes to by the answer to its creation; undefined when nothing is written. */
async function after(created: unknown): Promise<Run | undefined> {
  const es = answering({ nodes: {} }, NO_ALIKE, created);
  const change = await create(action, { es, resource, pass } as unknown as EffectContext);
  return change?.({ active: run }).active;
}

it('leaves whatever has the name to the pass that reads it', async () => {
  expect(await after(answer(400, 'snapshot_name_already_in_use_exception'))).toBeUndefined();
});

it.each([
  [403, 'security_exception', 'MissingPrivileges', 'lacks a privilege'],
  [503, 'concurrent_snapshot_execution_exception', 'WaitingForTurn', 'cleans up a repository'],
])(
  'waits, without a try used up, for the end of what hinders it: %i %s',
  async (status, type, reason, text) => {
    const hindered = await after(answer(status, type));
    expect(hindered).toMatchObject({
      attempt: 1,
      retryTime: '2026-06-15T12:00:20Z',
      hindrance: { reason, message: expect.stringContaining(text), since: run.slot },
    });
    expect(hindered?.refused).toBeUndefined();
  },
);

const unanswered = deadlinePassed({ method: 'POST', path: '/' }, 5_000);

it('does not wait for a trial of the repository that is not answered: other snapshots may hold its threads', async () => {
  const es = answering(unanswered, NO_ALIKE, { accepted: true });
  const change = await create(action, { es, resource, pass } as unknown as EffectContext);
  expect(change?.({ active: run }).active?.accepted).toBe(true);
  const trial = es.requests.find(({ path }) => path.endsWith('/_verify'));
  expect(trial?.timeoutMs).toBeLessThanOrEqual(10_000);
});

it('heeds what a trial of the repository finds', async () => {
  const broken = answer(500, 'repository_verification_exception');
  const es = answering(broken);
  await expect(create(action, { es, resource, pass } as unknown as EffectContext)).rejects.toBe(broken);
});

it('tells that its creation is not answered', async () => {
  expect((await after(unanswered))?.hindrance).toMatchObject({ reason: 'Retrying', since: run.slot });
});

it('forgets what hindered it once it is begun', async () => {
  const es = answering({ nodes: {} }, NO_ALIKE, { accepted: true });
  const change = await create(action, { es, resource, pass } as unknown as EffectContext);
  const hindrance = { reason: 'MissingPrivileges', message: 'no', since: run.slot };
  expect(change?.({ active: { ...run, hindrance } }).active).toEqual({ ...run, accepted: true });
});

it('asks for nothing when exclude leaves nothing: an empty list would be everything', async () => {
  const es = answering();
  const nothing = { ...resource, spec: { ...resource.spec, indices: ['a'], exclude: ['*'] } };
  const change = await create(action, { es, resource: nothing, pass } as unknown as EffectContext);
  expect(change?.({ active: run }).active?.refused).toContain('spec.exclude leaves nothing');
  expect(es.requests).toEqual([]);
});

describe('the indexes of restore checks', () => {
  const ours = 'app-restore-check-a1b2c36850f2a0';
  const theirs = 'app-restore-check-2026';
  /** What is asked for while these are there. */
  async function askedFor(...names: readonly string[]): Promise<readonly string[]> {
    const born = names.map((name) => [name, { settings: { index: { creation_date: '1' } } }]);
    const alike = { cluster_uuid: 'c', metadata: { indices: Object.fromEntries(born) } };
    const es = answering({ nodes: {} }, alike, { accepted: true });
    await create(action, { es, resource, pass } as unknown as EffectContext);
    const asked = es.requests.at(-1)?.body as { readonly indices: readonly string[] } | undefined;
    return asked?.indices ?? [];
  }

  it('are left out, also those that come in the last moment', async () => {
    const expected = ['*', '-*-restore-check-*'];
    expect(await askedFor()).toEqual(expected);
    expect(await askedFor(ours)).toEqual(expected);
  });

  it('are left out by name beside an index of somebody that looks alike', async () => {
    expect(await askedFor(theirs, ours)).toEqual(['*', `-${ours}*`]);
    expect(await askedFor(theirs)).toEqual(['*']);
  });
});

it.each([
  ['no such index [b]', 'b of spec.indices'],
  // As when the index behind an alias has gone.
  ['no such index [elsewhere]', 'an index of spec.indices'],
])('names the index that does not exist: %s', async (reason, text) => {
  const body = { error: { type: 'index_not_found_exception', reason }, status: 404 };
  const missing = classifyAnswer({ method: 'PUT', path: '/' }, { status: 404, body });
  const es = answering({ nodes: {} }, NO_ALIKE, missing);
  const plain = { ...resource, spec: { ...resource.spec, indices: ['a', 'b'], ignoreUnavailable: false } };
  const change = await create(action, { es, resource: plain, pass } as unknown as EffectContext);
  expect(change?.({ active: run }).active?.refused).toContain(text);
});

describe('features', () => {
  const of = (featureStates: readonly string[]) => ({
    ...resource,
    metadata: { namespace: 'team', name: 'nightly' },
    spec: { ...resource.spec, featureStates },
  });
  const features = { features: [{ name: 'tasks' }, { name: 'kibana' }] };
  const refusedOf = async (featureStates: readonly string[], ...answers: readonly unknown[]) => {
    const es = answering(...answers, { nodes: {} }, NO_ALIKE, { accepted: true });
    const change = await create(action, {
      es,
      resource: of(featureStates),
      pass,
    } as unknown as EffectContext);
    return change?.({ active: run }).active?.refused;
  };

  it('that Elasticsearch does not have are refused by name', async () => {
    expect(await refusedOf(['tasks', 'kibanna'], features)).toContain('no feature kibanna');
    expect(await refusedOf(['tasks', 'kibana'], features)).toBeUndefined();
  });

  it('are not asked about where there are none, and no reason to refuse where the login may not ask', async () => {
    expect(await refusedOf(['none'])).toBeUndefined();
    expect(await refusedOf(['kibanna'], answer(403, 'security_exception'))).toBeUndefined();
  });
});
