import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { startPrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import type { PrivateControlPlane } from '../../../scripts/environment/private-servers.ts';
import { kinds } from '../../../src/crds/kinds.ts';
import { permissions } from '../../../src/permissions.ts';
import type { Permission } from '../../../src/runtime/permissions.ts';
import { LOGIN } from '../../support/canary.ts';
import { CHART, helm, RELEASE } from '../../support/chart.ts';
import type { Rendered, Values } from '../../support/chart.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startOperatorProcess } from '../../support/operator-process.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { apiServer, pathOf } from '../crds/api-server.ts';
import type { Send } from '../crds/api-server.ts';

/** The chart on an API server of its own, and the operator with the token and the flags that the chart gives it. */

const OWN = 'steward';
const TEAM = 'team';
const LEAVING = 'leaving';
const ACCOUNT = `system:serviceaccount:${OWN}:es-steward`;
const values: Values = { watchNamespaces: [OWN, TEAM, LEAVING] };
const prefix = `chart-${Date.now().toString(36)}`;
const { elasticsearch } = environment();
const merge = 'application/merge-patch+json';

let folder: string;
let plane: PrivateControlPlane;
let send: Send;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'es-steward-chart-'));
  const policy = join(folder, 'policy.yaml');
  const omitStages = ['RequestReceived', 'ResponseStarted'];
  const rules = [{ level: 'Metadata', users: [ACCOUNT] }, { level: 'None' }];
  writeFileSync(policy, stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }));
  plane = await startPrivateControlPlane({
    apiServerFlags: [`--audit-policy-file=${policy}`, `--audit-log-path=${join(folder, 'audit.log')}`],
  });
  send = apiServer(plane.info.kubeconfig);
  await create(
    '/api/v1/namespaces',
    namespaceOf(OWN, { 'pod-security.kubernetes.io/enforce': 'restricted' }),
  );
  await create('/api/v1/namespaces', namespaceOf(TEAM, { tenant: 'search' }));
  await create('/api/v1/namespaces', namespaceOf(LEAVING, {}));
  // The kinds are there already, as after `kubectl apply -f deploy/crds`.
  await onServer('install', '--take-ownership', `--set-json=${JSON.stringify(values)}`);
});
afterAll(async () => {
  await plane.stop();
  rmSync(folder, { recursive: true });
  await ask('DELETE', `/${prefix}-*?expand_wildcards=all`);
  await ask('DELETE', `/_snapshot/backups/${prefix}-*`);
});

const namespaceOf = (name: string, labels: Readonly<Record<string, string>>) => ({
  metadata: { name, labels },
});

function onServer(verb: 'install' | 'upgrade' | 'rollback', ...more: readonly string[]): Promise<string> {
  const chart = verb === 'rollback' ? [] : [CHART];
  return helm([verb, RELEASE, ...chart, '--namespace', OWN, ...more], { KUBECONFIG: plane.info.kubeconfig });
}

const killSwitchPath = `/api/v1/namespaces/${OWN}/configmaps/es-steward`;
const killSwitch = async (): Promise<unknown> => (await get(killSwitchPath)).data;

async function create(path: string, body: unknown): Promise<void> {
  const answer = await send('POST', path, body);
  expect([answer.status, answer.body]).toEqual([201, answer.body]);
}

// oxlint-disable-next-line typescript/no-explicit-any -- objects of many kinds, judged by what tests expect of them
const get = async (path: string): Promise<any> => (await send('GET', path)).body;

async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${elasticsearch.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

const pathTo = (kind: string, namespace: string, name = ''): string => {
  const definition = kinds.find((one) => one.kind === kind);
  if (definition === undefined) throw new Error(`${kind} is no kind of ours`);
  return pathOf(definition, namespace) + (name === '' ? '' : `/${name}`);
};

const object = (kind: string, name: string, spec: unknown) => ({
  apiVersion: 'es-steward.dev/v1alpha1',
  kind,
  metadata: { name, annotations: { 'es-steward.dev/run-now': 'first' } },
  spec,
});

/** With a token of the account, and the arguments of the container but for its addresses. */
async function startInstalled(): Promise<OperatorProcess> {
  const { status } = (
    await send('POST', `/api/v1/namespaces/${OWN}/serviceaccounts/es-steward/token`, {
      spec: { expirationSeconds: 3600 },
    })
  ).body as { readonly status: { readonly token: string } };
  const kubeconfig = join(folder, 'kubeconfig');
  const admin = parse(readFileSync(plane.info.kubeconfig, 'utf8')) as {
    readonly users: readonly { readonly name: string }[];
  };
  const users = admin.users.map(({ name }) => ({ name, user: { token: status.token } }));
  writeFileSync(kubeconfig, stringify({ ...admin, users }));
  const deployment: Rendered = await get(`/apis/apps/v1/namespaces/${OWN}/deployments/es-steward`);
  const { args } = deployment['spec'].template.spec.containers[0];
  const free = '127.0.0.1:0';
  const operator = startOperatorProcess({
    args: [...args, `--metrics-address=${free}`, `--health-address=${free}`],
    environment: { KUBECONFIG: kubeconfig },
  });
  onTestFinished(async () => {
    operator.signal('SIGKILL');
    await operator.exited;
  });
  return operator;
}

describe('the chart', () => {
  it('has pods that a namespace of the level restricted takes in', async () => {
    const pods = await eventually('both pods are there', async () => {
      const { items } = await get(`/api/v1/namespaces/${OWN}/pods`);
      return items.length === 2 ? (items as Rendered[]) : undefined;
    });
    for (const { spec } of pods) expect(spec.containers[0].securityContext.readOnlyRootFilesystem).toBe(true);
  });

  // Helm 3 knows client-side apply alone: what a manifest does not have any more, it takes away, whoever has set it since.
  it.each([
    ['server-side apply', '--server-side=true'],
    ['client-side apply, as in Helm 3', '--server-side=false'],
  ])(
    'leaves a kill switch that somebody has set to people, whatever becomes of the release: %s',
    {
      timeout: 300_000,
    },
    async (_, apply) => {
      await onServer('upgrade', apply, '--reset-values', `--set-json=${JSON.stringify(values)}`);
      await send('PATCH', killSwitchPath, { data: { paused: 'true' } }, merge);
      await onServer('upgrade', apply, '--reuse-values', '--set=paused=false');
      expect(await killSwitch()).toEqual({ paused: 'true', pausedByChart: 'false' });
      await onServer('upgrade', apply, '--reuse-values', '--set=paused=true');
      // The value is forgotten, the switch is not.
      await onServer('upgrade', apply, '--reset-values', `--set-json=${JSON.stringify(values)}`);
      expect(await killSwitch()).toEqual({ paused: 'true', pausedByChart: 'true' });
      await onServer('upgrade', apply, '--reuse-values', '--set=paused=false');
      expect(await killSwitch()).toEqual({ paused: 'true', pausedByChart: 'false' });
      await onServer('rollback', apply);
      expect(await killSwitch()).toEqual({ paused: 'true', pausedByChart: 'true' });
      await send('PATCH', killSwitchPath, { data: { paused: null } }, merge);
      await onServer('upgrade', apply, '--reuse-values', '--set=paused=false');
      expect(await killSwitch()).toEqual({ pausedByChart: 'false' });
    },
  );
});

describe('the permissions of the chart', () => {
  it('are enough for all kinds, and each of them is used', { timeout: 240_000 }, async () => {
    await createObjects();
    const operator = await startInstalled();
    await Promise.all([copyIsGone(), scheduleIsChecked(), policyHasRun(), documentIsArchived()]);
    operator.signal('SIGTERM');
    expect(await operator.exited).toBe(0);
    const calls = audited();
    expect(calls.filter(({ code }) => code === 403)).toEqual([]);
    const unused = permissions.flatMap((permission) =>
      permission.verbs
        .filter((verb) => !calls.some((call) => call.verb === verb && serves(permission, call)))
        .map((verb) => `${verb} ${permission.resource} (${permission.where})`),
    );
    expect(unused).toEqual([]);
  });
});

async function createObjects(): Promise<void> {
  await ask('PUT', `/${prefix}-old`, { settings: { number_of_shards: 1, number_of_replicas: 0 } });
  for (const id of ['1', '2', '3']) await ask('PUT', `/${prefix}-old/_doc/${id}?refresh=true`, { id });
  await ask('PUT', `/${prefix}-logs-1`, { settings: { number_of_shards: 1, number_of_replicas: 0 } });
  const mappings = { properties: { date: { type: 'date' } } };
  await ask('PUT', `/${prefix}-docs`, {
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings,
  });
  await ask('PUT', `/${prefix}-docs/_doc/1?refresh=true`, { date: '2016-02-29' });
  await create(`/api/v1/namespaces/${OWN}/secrets`, {
    metadata: { name: 'login' },
    stringData: LOGIN,
  });
  await create(
    pathTo('ElasticsearchConnection', OWN),
    object('ElasticsearchConnection', 'main', {
      endpoints: [elasticsearch.url],
      allowInsecure: true,
      auth: { basic: { secretRef: { name: 'login' } } },
      tls: { caConfigMapRef: { name: 'kube-root-ca.crt', key: 'ca.crt' } },
      grants: [
        {
          namespaceSelector: { matchLabels: { tenant: 'search' } },
          indices: [`${prefix}-*`],
          repositories: ['backups'],
          operations: ['Reindex', 'Snapshot', 'Maintain', 'Delete'],
        },
      ],
    }),
  );
  const connectionRef = { name: 'main', namespace: OWN };
  await create(
    pathTo('ReindexRequest', TEAM),
    object('ReindexRequest', 'copy', {
      connectionRef,
      source: { index: `${prefix}-old` },
      destination: { index: `${prefix}-new` },
      sourceAfter: { rollbackWindow: '0s' },
      ttlAfterFinished: '1s',
    }),
  );
  await create(
    pathTo('SnapshotSchedule', TEAM),
    object('SnapshotSchedule', 'minutely', {
      connectionRef,
      repository: 'backups',
      schedule: '* * * * *',
      namePrefix: prefix,
      indices: [`${prefix}-*`],
      restoreCheck: { schedule: '* * * * *' },
    }),
  );
  await create(
    pathTo('IndexMaintenancePolicy', TEAM),
    object('IndexMaintenancePolicy', 'logs', {
      connectionRef,
      mode: 'Enforce',
      targets: [{ name: 'logs', pattern: `${prefix}-logs-*`, aliases: [{ name: `${prefix}-logs` }] }],
    }),
  );
  await create(
    pathTo('IndexMaintenancePolicy', TEAM),
    object('IndexMaintenancePolicy', 'archive', {
      connectionRef,
      mode: 'Enforce',
      // A snapshot may hold the documents back in one run.
      schedule: '* * * * *',
      targets: [
        {
          name: 'docs',
          pattern: `${prefix}-docs`,
          archive: { olderThan: '1825d', field: 'date', destination: `${prefix}-archive-{date:yyyy}` },
        },
      ],
    }),
  );
}

const copyIsGone = () =>
  eventually(
    'the copy has ended and is deleted',
    async () => {
      const { status } = await send('GET', pathTo('ReindexRequest', TEAM, 'copy'));
      return status === 404 || undefined;
    },
    120_000,
  );

/** Two successes are one Event that is counted up; the check holds the finalizer for a while. */
const scheduleIsChecked = () =>
  eventually(
    'the schedule has had two snapshots and a check',
    async () => {
      const schedule: Rendered = await get(pathTo('SnapshotSchedule', TEAM, 'minutely'));
      const { retained, lastRestoreCheck, restoring } = schedule['status'] ?? {};
      return retained?.count >= 2 && lastRestoreCheck?.result === 'Passed' && restoring === undefined
        ? schedule
        : undefined;
    },
    200_000,
  );

const policyHasRun = () =>
  eventually(
    'the policy has added its alias',
    async () => {
      const policy: Rendered = await get(pathTo('IndexMaintenancePolicy', TEAM, 'logs'));
      return policy['status']?.lastRun?.aliasesAdded === 1 || undefined;
    },
    120_000,
  );

/** The policy holds its finalizer while the document is on its way. */
const documentIsArchived = () =>
  eventually(
    'the old document is in its archive',
    async () => {
      const policy: Rendered = await get(pathTo('IndexMaintenancePolicy', TEAM, 'archive'));
      return policy['status']?.archive?.documents === 1 || undefined;
    },
    200_000,
  );

interface Call {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
}

/** What the account has asked of the API server, besides what everybody may. */
function audited(): readonly Call[] {
  const lines = readFileSync(join(folder, 'audit.log'), 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const { verb, objectRef, responseStatus } = JSON.parse(line) as {
      readonly verb: string;
      readonly objectRef?: Readonly<Record<string, string>>;
      readonly responseStatus: { readonly code: number };
    };
    if (objectRef === undefined) return [];
    const { apiGroup: group = '', resource = '', subresource, namespace = '', name = '' } = objectRef;
    const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
    return [{ verb, group, resource: whole, namespace, name, code: responseStatus.code }];
  });
}

/** A permission by name is the closer one: what it serves needs no other. */
function serves(permission: Permission, call: Call): boolean {
  const fits = ({ group, resource, names, where }: Permission) =>
    group === call.group &&
    resource === call.resource &&
    (names === undefined || names.includes(call.name)) &&
    (where !== 'own' || call.namespace === OWN);
  const closer = permissions.filter(
    ({ names, verbs }) => names !== undefined && verbs.some((verb) => verb === call.verb),
  );
  return fits(permission) && (permission.names !== undefined || !closer.some(fits));
}

describe('a namespace that is deleted', () => {
  it('goes, and its write blocks with it, although it takes Role, connection and login first', {
    timeout: 240_000,
  }, async () => {
    const connection = { endpoints: [elasticsearch.url], allowInsecure: true };
    const grant = { namespaces: [LEAVING], indices: [`${prefix}-*`], operations: ['Reindex'] };
    await create(
      pathTo('ElasticsearchConnection', OWN),
      object('ElasticsearchConnection', 'granting', { ...connection, grants: [grant] }),
    );
    await create(`/api/v1/namespaces/${LEAVING}/secrets`, { metadata: { name: 'login' }, stringData: LOGIN });
    await create(
      pathTo('ElasticsearchConnection', LEAVING),
      object('ElasticsearchConnection', 'own', {
        ...connection,
        auth: { basic: { secretRef: { name: 'login' } } },
      }),
    );
    const operator = await startInstalled();
    const held = await Promise.all([
      heldIndex('by-granted', { name: 'granting', namespace: OWN }),
      heldIndex('by-own', { name: 'own' }),
    ]);
    const blocked = () => Promise.all(held.map(isBlocked));
    expect(await blocked()).toEqual([true, true]);
    await send('DELETE', `/api/v1/namespaces/${LEAVING}`);
    await eventually(
      'the namespace is gone',
      async () => (await send('GET', `/api/v1/namespaces/${LEAVING}`)).status === 404 || undefined,
      60_000,
    );
    expect(await blocked()).toEqual([false, false]);
    operator.signal('SIGTERM');
    expect(await operator.exited).toBe(0);
  });
});

/** An index whose rollback window is open: the operator blocks its writes. */
async function heldIndex(name: string, connectionRef: object): Promise<string> {
  const index = `${prefix}-${name}`;
  const settings = { number_of_shards: 1, number_of_replicas: 0 };
  await ask('PUT', `/${index}`, { settings, aliases: { [`${index}-alias`]: {} } });
  await create(
    pathTo('ReindexRequest', LEAVING),
    object('ReindexRequest', name, {
      connectionRef,
      source: { index },
      destination: { index: `${index}-new` },
    }),
  );
  await eventually(
    'the window is open',
    async () => {
      const request: Rendered = await get(pathTo('ReindexRequest', LEAVING, name));
      return request['status']?.phase === 'RollbackWindow' || undefined;
    },
    60_000,
  );
  return index;
}

const isBlocked = async (index: string): Promise<boolean> =>
  JSON.stringify(await ask('GET', `/${index}/_settings/index.blocks.write`)).includes('"write":"true"');

/** One of each kind that is kept for long, at rest, over an index with a document. */
async function createResting(name: string) {
  await ask('PUT', `/${prefix}-${name}/_doc/1?refresh=true`, { id: 1 });
  const common = { connectionRef: { name, namespace: OWN }, suspend: true };
  const targets = [{ name: 'logs', pattern: `${prefix}-${name}`, aliases: [{ name: `${prefix}-alias` }] }];
  const resting = [
    ['ElasticsearchConnection', OWN, { endpoints: [elasticsearch.url], allowInsecure: true, suspend: true }],
    [
      'SnapshotSchedule',
      TEAM,
      { ...common, repository: 'backups', schedule: '@daily', indices: [`${prefix}-*`] },
    ],
    ['IndexMaintenancePolicy', TEAM, { ...common, mode: 'DryRun', targets }],
  ] as const;
  for (const [kind, namespace, spec] of resting)
    await create(pathTo(kind, namespace), object(kind, name, spec));
  return resting.map(([kind, namespace]) => pathTo(kind, namespace, name));
}

describe('uninstalling', () => {
  it('leaves data, kinds and resources; and so does deleting those, while an operator watches', async () => {
    const kept = await createResting('kept');
    const operator = await startInstalled();
    await operator.logged('became the leader', 30_000);
    const indices = () => ask('GET', `/${prefix}-*/_count?expand_wildcards=all`);
    const before = await indices();
    await helm(['uninstall', RELEASE, '--namespace', OWN], { KUBECONFIG: plane.info.kubeconfig });
    expect((await send('GET', `/apis/apps/v1/namespaces/${OWN}/deployments/es-steward`)).status).toBe(404);
    for (const path of kept) expect((await send('GET', path)).status).toBe(200);
    await send('DELETE', `/api/v1/namespaces/${TEAM}`);
    await eventually(
      'the namespace is gone',
      async () => {
        const { status } = await send('GET', `/api/v1/namespaces/${TEAM}`);
        return status === 404 || undefined;
      },
      60_000,
    );
    for (const { plural, group } of kinds) {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`;
      await send('DELETE', path);
      await eventually(
        `${plural} are gone`,
        async () => (await send('GET', path)).status === 404 || undefined,
      );
    }
    expect(await indices()).toEqual(before);
  });
});
