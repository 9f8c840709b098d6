import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { indexMaintenancePolicy } from '../../../src/crds/index-maintenance-policy.ts';
import type { Resource } from '../../../src/crds/shared.ts';
import type { KindRef, KubernetesObject, ObjectRef } from '../../../src/kubernetes/api.ts';
import { kindRefOf } from '../../../src/runtime/resource.ts';
import { CANARY, LOGIN } from '../../support/canary.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { condition, policyPlan } from '../../support/plugin-objects.ts';
import { plugin } from '../../support/plugin-run.ts';
import {
  createRequest,
  editRequest,
  readRequest,
  requestRef,
  useReindexBed,
} from '../../support/reindex-bed.ts';
import { addAliases, createSource, indexOf, write } from '../../support/reindex-indices.ts';
import { bringToRest } from '../../support/reindex-run.ts';
import { tell } from '../../support/told.ts';
import { apiServer } from '../crds/api-server.ts';

const bed = await useReindexBed();
const { api, namespace } = bed;
const inNamespace = ['-n', namespace];
const folder = mkdtempSync(join(tmpdir(), 'es-steward-plugin-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POLICIES = kindRefOf(indexMaintenancePolicy);
const core = (plural: string): KindRef => ({ group: '', version: 'v1', plural });
type Stored = KubernetesObject & Resource<unknown, unknown>;

/** A policy whose plan waits for approval, as the operator would leave it. */
async function waitingPolicy(): Promise<ObjectRef> {
  const ref = { kind: POLICIES, namespace, name: bed.name() };
  await api.create(POLICIES, namespace, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'IndexMaintenancePolicy',
    metadata: { name: ref.name },
    spec: {
      connectionRef: { name: 'main' },
      mode: 'Enforce',
      targets: [{ name: 'logs', pattern: 'logs-*' }],
    },
  });
  await setStatus(ref, waitingStatus(policyPlan.hash));
  return ref;
}

const waitingStatus = (hash: string) => ({
  matched: 120,
  plan: { ...policyPlan, hash },
  conditions: [
    condition('Ready', 'False', 'ApprovalRequired'),
    condition('Reconciling', 'True', 'ApprovalRequired'),
    condition('ApprovalRequired', 'True', 'WaitingForApproval'),
  ],
});

const setStatus = (ref: ObjectRef, status: unknown) =>
  api.mergePatch(ref, { status }, { subresource: 'status' });

const approvalOf = async (ref: ObjectRef): Promise<string | undefined> =>
  (await api.get<Stored>(ref))?.metadata.annotations?.['es-steward.dev/approve'];

describe('status', () => {
  it('tells what is good, what is not and what to do, for people and for programs', async () => {
    const { name } = await waitingPolicy();
    const { code, out } = await plugin(['status', ...inNamespace]);
    expect(code).toBe(0);
    expect(out).toMatch(/^esconn\/main +good/m);
    expect(out).toMatch(new RegExp(`^imp/${name} +needs you`, 'm'));
    expect(out).toContain(`$ kubectl es-steward approve imp/${name} -n ${namespace}`);
    const { out: json } = await plugin(['status', `imp/${name}`, ...inNamespace, '-o', 'json']);
    expect(JSON.parse(json)).toMatchObject({
      resources: [{ kind: 'IndexMaintenancePolicy', name, level: 'needs you' }],
    });
  });

  it('ends with 1 on --check when somebody must act', async () => {
    const { name } = await waitingPolicy();
    expect((await plugin(['status', `imp/${name}`, ...inNamespace, '--check'])).code).toBe(1);
  });
});

describe('approve', () => {
  it('approves exactly the plan that was shown', async () => {
    const ref = await waitingPolicy();
    const { code, out } = await plugin(['approve', `imp/${ref.name}`, ...inNamespace], {
      ask: async () => 'y',
    });
    expect([code, await approvalOf(ref)]).toEqual([0, policyPlan.hash]);
    expect(out).toContain('Deletes 3 of 120 indexes');
  });

  it('refuses when the plan has changed while the person thought', async () => {
    const ref = await waitingPolicy();
    const ask = async () => {
      await setStatus(ref, waitingStatus('ffffffffffffffff'));
      return 'y';
    };
    const { code, err } = await plugin(['approve', `imp/${ref.name}`, ...inNamespace], { ask });
    expect([code, await approvalOf(ref)]).toEqual([1, undefined]);
    expect(err).toContain(`from ${policyPlan.hash} to ffffffffffffffff: nothing was approved`);
  });

  it('approves the same plan although something else was written meanwhile', async () => {
    const ref = await waitingPolicy();
    const ask = async () => {
      await setStatus(ref, { matched: 121 });
      return 'yes';
    };
    const { code } = await plugin(['approve', ref.name, ...inNamespace], { ask });
    expect([code, await approvalOf(ref)]).toEqual([0, policyPlan.hash]);
  });

  it('approves nothing of an object that was made anew under the name', async () => {
    const ref = await waitingPolicy();
    const ask = async () => {
      const { uid } = ((await api.get<Stored>(ref)) as Stored).metadata; // was made above
      await api.remove(ref, { uid });
      await api.create(POLICIES, namespace, {
        apiVersion: 'es-steward.dev/v1alpha1',
        kind: 'IndexMaintenancePolicy',
        metadata: { name: ref.name },
        spec: { connectionRef: { name: 'main' }, mode: 'Enforce', targets: [{ name: 'a', pattern: 'a-*' }] },
      });
      await setStatus(ref, waitingStatus(policyPlan.hash));
      return 'y';
    };
    const { code, err } = await plugin(['approve', `imp/${ref.name}`, ...inNamespace], { ask });
    expect([code, await approvalOf(ref)]).toEqual([1, undefined]);
    expect(err).toContain('is gone');
  });

  it('asks, and takes nothing but yes for an answer', async () => {
    const ref = await waitingPolicy();
    const args = ['approve', `imp/${ref.name}`, ...inNamespace];
    expect((await plugin(args, { ask: async () => '' })).code).toBe(1);
    expect(await plugin(args)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect((await plugin([...args, '--yes', '--hash=0000000000000000'])).code).toBe(1);
    expect(await approvalOf(ref)).toBeUndefined();
    expect((await plugin([...args, '--yes', `--hash=${policyPlan.hash}`])).code).toBe(0);
  });

  it('refuses where nobody waits for it', async () => {
    const ref = await waitingPolicy();
    await setStatus(ref, { conditions: [condition('Ready', 'True', 'Scheduled')] });
    const { code, err } = await plugin(['approve', `imp/${ref.name}`, ...inNamespace, '--yes']);
    expect([code, await approvalOf(ref)]).toEqual([1, undefined]);
    expect(err).toContain('does not wait for approval');
  });
});

/** A copy that is done, with its window open; `then` is what the person does. */
async function copied(then: (name: string, to: string) => Promise<void>) {
  const { name, from, to } = await createSource(bed);
  await addAliases(bed.es, from, { [`${from}-alias`]: {} });
  await createRequest(bed, name, { from, to, sourceAfter: { rollbackWindow: '10m' } });
  const ended = await bringToRest(bed, name, { at: { RollbackWindow: () => then(name, to) } });
  return { ...ended, source: from };
}

/** Asks for a rollback and lets the operator go on once it is asked for. */
function asking(args: readonly string[], answers: Promise<Awaited<ReturnType<typeof plugin>>>[]) {
  return async (name: string) => {
    answers.push(plugin(['rollback', name, ...inNamespace, '--yes', ...args]));
    await eventually('the rollback is asked for', async () => {
      const request = await readRequest(bed, name);
      return request?.metadata.annotations?.['es-steward.dev/rollback'];
    });
  };
}

describe('rollback', () => {
  it('moves the aliases back, says before what will happen and after what has', async () => {
    const answers: ReturnType<typeof plugin>[] = [];
    const { status, source } = await copied(asking([], answers));
    expect(status.phase).toBe('RolledBack');
    expect(await answers[0]).toMatchObject({
      code: 0,
      out: expect.stringContaining(`lead to ${source} again`),
    });
    expect(Object.keys((await indexOf(bed.es, source))?.aliases ?? {})).toEqual([`${source}-alias`]);
  });

  it('is refused with their number when writes would be lost, and done when they may be', async () => {
    const answers: ReturnType<typeof plugin>[] = [];
    const { status } = await copied(async (name, to) => {
      await write(bed.es, to, [{ id: 'new', source: { n: 1 } }]);
      await asking([], answers)(name);
    });
    const { code, err } = (await answers[0]) ?? { code: 0, err: '' };
    expect([code, status.rollbackRefused]).toEqual([1, 'NewWrites']);
    expect(err).toMatch(/has taken 1 write since/);
    const discarded: ReturnType<typeof plugin>[] = [];
    const again = await copied(async (name, to) => {
      await write(bed.es, to, [{ id: 'new', source: { n: 1 } }]);
      await asking(['--discard-new-writes'], discarded)(name);
    });
    expect(again.status.phase).toBe('RolledBack');
    expect(await discarded[0]).toMatchObject({ code: 0 });
  });

  it('is refused without asking the operator when there is no window', async () => {
    const name = bed.name();
    await createRequest(bed, name, { from: 'nowhere', to: bed.name() });
    const refused = async () => {
      const { code, err } = await plugin(['rollback', name, ...inNamespace, '--yes']);
      expect([code, (await readRequest(bed, name))?.metadata.annotations]).toEqual([1, undefined]);
      return err;
    };
    expect(await refused()).toContain('has not looked at it yet');
    await setStatus(requestRef(bed, name), { phase: 'Copying' });
    expect(await refused()).toContain('spec.cancel');
  });
});

describe('watch', () => {
  const phase = (name: string, status: object) => setStatus(requestRef(bed, name), status);

  it.each([
    ['Completed', 0],
    ['Failed', 1],
  ])('follows a copy, and ends when it is %s with %i', async (end, code) => {
    const name = bed.name();
    await createRequest(bed, name, { from: 'a', to: 'b' });
    await phase(name, { phase: 'Copying', progress: { percent: 10, display: '10%', message: 'copying' } });
    let seen = '';
    const ended = plugin(['watch', `reindex/${name}`, ...inNamespace], {
      onOutput: (text) => (seen += text),
    });
    await eventually('it shows the copy', () => seen.includes('Copying  10%'));
    await phase(name, { progress: { percent: 50, display: '50%', message: 'copying' } });
    await eventually('it shows the progress', () => seen.includes('Copying  50%'));
    await phase(name, { phase: end, progress: { percent: 100, display: '100%', message: '' } });
    expect((await ended).code).toBe(code);
  });

  it('ends when what it watches is deleted, when its time is over, and when it is interrupted', async () => {
    const name = bed.name();
    const { metadata } = await createRequest(bed, name, { from: 'a', to: 'b' });
    const args = ['watch', `reindex/${name}`, ...inNamespace];
    expect(await plugin([...args, '--timeout=1s'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--timeout'),
    });
    const stop = new AbortController();
    const interrupted = plugin(args, { signal: stop.signal, onOutput: () => stop.abort() });
    expect((await interrupted).code).toBe(130);
    let removed: Promise<void> | undefined;
    const deleted = plugin(args, {
      onOutput: () => {
        removed ??= api.remove(requestRef(bed, name), { uid: metadata.uid });
      },
    });
    expect(await deleted).toMatchObject({ code: 1, out: expect.stringContaining('Deleted') });
    await removed;
  });
});

describe('report', () => {
  const canary = 'canary-4hW8vTq2';

  /** All that the operator and its users may have put a secret into. */
  async function poisoned(): Promise<string> {
    const name = bed.name();
    await api.create(core('secrets'), namespace, { metadata: { name }, stringData: LOGIN });
    await createRequest(bed, name, {
      from: 'a',
      to: 'b',
      transform: { script: { source: 'ctx._source.token = params.token', params: { token: canary } } },
      aliases: { move: 'None' },
      source: { index: 'a', query: { term: { iban: canary } } },
    });
    await editRequest(bed, name, {
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': canary } },
    });
    await setStatus(requestRef(bed, name), {
      failures: [{ index: 'b', id: canary, type: 'document_parsing_exception', reason: `value [${canary}]` }],
      conditions: [condition('Ready', 'False', 'InProgress', `Authorization: Bearer ${canary}AAAA`)],
    });
    await api.create({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }, namespace, {
      metadata: { name: 'es-steward' },
      spec: { holderIdentity: 'pod', leaseDurationSeconds: 15, renewTime: '2999-01-01T00:00:00.000000Z' },
    });
    const env = [{ name: 'HTTPS_PROXY', value: `http://user:${canary}@proxy` }];
    const containers = [{ name: 'operator', image: 'es-steward', env, args: [`--password=${canary}`] }];
    await api.create(core('pods'), namespace, {
      metadata: { name, labels: { 'app.kubernetes.io/name': 'es-steward' } },
      spec: { containers, automountServiceAccountToken: false, serviceAccountName: 'default' },
    });
    return name;
  }

  it('has what explains a fault and no secret, as a folder and as one file', async () => {
    await eventually('Pods may be made', () =>
      api.get({ kind: core('serviceaccounts'), namespace, name: 'default' }),
    );
    const name = await poisoned();
    const to = join(folder, 'report');
    const { code, out } = await plugin(['report', ...inNamespace, `--to=${to}`]);
    expect(code).toBe(0);
    const files = readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(yaml|txt|log)$/.test(file),
    );
    const texts = files.map((file) => readFileSync(join(to, file), 'utf8'));
    for (const text of texts) tell('report.txt', text);
    expect(texts.filter((text) => text.includes(canary) || text.includes(CANARY))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'status.txt',
        'versions.yaml',
        'events.yaml',
        'definitions.yaml',
        'operator/pods.yaml',
      ]),
    );
    const request = readFileSync(join(to, `resources/${namespace}/reindexrequest/${name}.yaml`), 'utf8');
    expect(parse(request)).toMatchObject({ kind: 'ReindexRequest', spec: { source: { index: 'a' } } });
    // No node runs here, so there is no log: a gap that is told rather than a report that fails.
    expect(out).toContain(`Not in it: the log of ${name}/operator`);
    const archive = join(folder, 'report.tar.gz');
    expect((await plugin(['report', ...inNamespace, `--to=${archive}`])).code).toBe(0);
    expect(readFileSync(archive).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });
});

/** The kubeconfig of these tests, changed. */
const kubeconfigWith = (
  change: (config: { clusters: [{ cluster: object }]; users: [{ user: object }] }) => void,
) => {
  const config = parse(readFileSync(environment().kubeconfig, 'utf8')) as Parameters<typeof change>[0]; // written by us
  change(config);
  const path = join(folder, bed.name());
  writeFileSync(path, JSON.stringify(config));
  return path;
};

/** A login that may see objects of this kind, and nothing else. */
async function loginFor(resource: string): Promise<string> {
  const name = bed.name();
  const rbac = (plural: string): KindRef => ({ group: 'rbac.authorization.k8s.io', version: 'v1', plural });
  await api.create(core('serviceaccounts'), namespace, { metadata: { name } });
  await api.create(rbac('roles'), namespace, {
    metadata: { name },
    rules: [{ apiGroups: ['es-steward.dev'], resources: [resource], verbs: ['get', 'list', 'watch'] }],
  });
  await api.create(rbac('rolebindings'), namespace, {
    metadata: { name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { body } = await apiServer(environment().kubeconfig)('POST', path, { spec: {} });
  const { token } = (body as { readonly status: { readonly token: string } }).status; // a TokenRequest
  return kubeconfigWith(({ users }) => {
    users[0].user = { token };
  });
}

describe('a login that may see copies only', () => {
  it('sees them, and is told what is left out', async () => {
    const kubeconfig = await loginFor('reindexrequests');
    const name = bed.name();
    await createRequest(bed, name, { from: 'a', to: 'b' });
    await setStatus(requestRef(bed, name), {
      phase: 'Completed',
      conditions: [condition('Ready', 'True', 'Completed')],
    });
    const { code, out } = await plugin(['status', ...inNamespace], { kubeconfig });
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^reindex/${name} +good`, 'm'))]);
    expect(out).toContain(
      'Not shown: ElasticsearchConnections, SnapshotSchedules, IndexMaintenancePolicies (not allowed)',
    );
    // Without a kind it may mean a schedule too, which cannot be seen.
    expect((await plugin(['watch', name, ...inNamespace], { kubeconfig })).code).toBe(0);
    const to = join(folder, bed.name());
    const report = await plugin(['report', ...inNamespace, `--to=${to}`], { kubeconfig });
    expect([report.code, report.out]).toEqual([
      0,
      expect.stringMatching(/Not in it: .*IndexMaintenancePolicies: not allowed/),
    ]);
  });

  it('is refused what it names of another kind, and everything where it may see none', async () => {
    const kubeconfig = await loginFor('reindexrequests');
    const none = await loginFor('lamps');
    const refused = { code: 3, err: expect.stringContaining('may not do that') };
    expect(await plugin(['status', 'imp/logs', ...inNamespace], { kubeconfig })).toMatchObject(refused);
    expect(await plugin(['status', ...inNamespace], { kubeconfig: none })).toMatchObject(refused);
  });
});

describe('what goes wrong', () => {
  it.each([
    [
      'an object that is not there',
      ['plan', 'imp/nothing'],
      /^error: there is no IndexMaintenancePolicy nothing in namespace .* status -A/,
      1,
    ],
    ['a context that is not there', ['status', '--context=moon'], /has no context moon; it has /, 2],
    [
      'a folder that cannot be written',
      ['report', '--to=/dev/null/report'],
      /\/dev\/null\/report cannot be written.*--to/,
      2,
    ],
  ])('is explained with its cure: %s', async (_, args, message, code) => {
    const { code: ended, err } = await plugin([...args, ...inNamespace]);
    expect([ended, err]).toEqual([code, expect.stringMatching(message)]);
  });

  it('is explained when the API server does not answer', async () => {
    const kubeconfig = kubeconfigWith(({ clusters: [{ cluster }] }) =>
      Object.assign(cluster, { server: 'https://127.0.0.1:1' }),
    );
    expect(await plugin(['status', ...inNamespace], { kubeconfig })).toMatchObject({
      code: 3,
      err: expect.stringContaining('does not answer'),
    });
  });

  it('is explained when the API server does not know the login', async () => {
    const kubeconfig = kubeconfigWith(({ users }) => {
      users[0].user = { token: 'of-nobody' };
    });
    expect(await plugin(['status', ...inNamespace], { kubeconfig })).toMatchObject({
      code: 3,
      err: expect.stringContaining('Log in again'),
    });
  });
});
