import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readInvocation } from '../../../src/config.ts';
import type { Config } from '../../../src/config.ts';
import { all, CHART, helm, renderChart, theOne } from '../../support/chart.ts';
import type { Rendered, Values } from '../../support/chart.ts';

/** The operator's own reading of the flags that a rendered pod has. */
function configOf(objects: readonly Rendered[]): Config {
  const { args } = theOne(objects, 'Deployment')['spec'].template.spec.containers[0];
  const invocation = readInvocation(args, {});
  if (invocation.type !== 'run') throw new Error('the chart asks for help');
  return invocation.config;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const INSTANCE = 'app.kubernetes.io/instance';
/** Where helm says that this label is, as a pointer into JSON. */
const at = (labels: string): string => `/${labels}/${INSTANCE.replace('/', '~1')}`;

const podOf = (objects: readonly Rendered[]) => theOne(objects, 'Deployment')['spec'].template;
const containerOf = (objects: readonly Rendered[]) => podOf(objects).spec.containers[0];
const places = (objects: readonly Rendered[], kind: string) =>
  all(objects, kind).map(({ metadata: { namespace = '-', name } }) => `${namespace}/${name}`);

it('is clean to helm lint, in every way to watch namespaces', async () => {
  for (const namespaces of [[], ['a', 'b'], ['*']]) {
    const said = await helm([
      'lint',
      CHART,
      '--strict',
      `--set-json=watchNamespaces=${JSON.stringify(namespaces)}`,
    ]);
    expect(said).toContain('0 chart(s) failed');
  }
});

describe('values', () => {
  it.each<[string, Values, string]>([
    ['an unknown key', { replica: 3 }, 'replica'],
    ['an unknown key further down', { image: { repo: 'x' } }, 'repo'],
    ['a key of another chart', { podMonitor: { enabled: true } }, 'podMonitor'],
    ['a text for a switch', { paused: 'true' }, 'paused'],
    ['a namespace that cannot be', { watchNamespaces: ['Team_A'] }, 'watchNamespaces'],
    ['a level that there is not', { logLevel: 'verbose' }, 'logLevel'],
    ['a text for a port', { networkPolicy: { elasticsearch: { ports: ['9200'] } } }, 'ports'],
    ['more workers than the operator takes', { workers: 65 }, 'workers'],
    ['less time to end than it takes', { terminationGracePeriodSeconds: 5 }, 'terminationGracePeriodSeconds'],
    ['a name for all namespaces and others', { watchNamespaces: ['*', 'a'] }, 'stands alone'],
    [
      'a label of all objects that selectors go by',
      { commonLabels: { [INSTANCE]: 'x' } },
      at('commonLabels'),
    ],
    ['a label of pods that selectors go by', { podLabels: { [INSTANCE]: 'x' } }, at('podLabels')],
    ['a label that cannot be', { commonLabels: { team: 'bad value!' } }, '/commonLabels/team'],
    ['an endpoint that cannot be', { allowedEndpoints: ['10.0.0.0/99'] }, '/allowedEndpoints/0'],
    ['an index that cannot be', { protectedIndices: ['<a>'] }, '/protectedIndices/0'],
    ['a flag that there is not', { extraArgs: ['--bogus=1'] }, '/extraArgs/0'],
    ['an account that cannot be', { serviceAccount: { name: 'Bad_Name' } }, '/serviceAccount/name'],
    ['a tag that cannot be', { image: { tag: 'bad tag' } }, '/image/tag'],
    ['memory without an amount', { resources: { limits: { memory: 'lots' } } }, '/resources/limits/memory'],
    ['no account at all', { serviceAccount: { create: false } }, 'serviceAccount.name'],
  ])('refuses %s', async (_what, values, named) => {
    await expect(renderChart(values)).rejects.toThrow(named);
  });

  it('may be part of another chart', async () => {
    await expect(renderChart({ global: { domain: 'x' }, enabled: true })).resolves.not.toEqual([]);
  });

  it('knows every default in its schema, and no more', () => {
    const read = (file: string): string => readFileSync(join(CHART, file), 'utf8');
    const defaults: unknown = parse(read('values.yaml'));
    const schema: unknown = JSON.parse(read('values.schema.json'));
    const inSchema = keysOfSchema(schema).filter(
      (key) => !['global', 'enabled', 'resources.claims'].includes(key),
    );
    expect([...keysOfValues(defaults, inSchema)].sort()).toEqual([...inSchema].sort());
  });
});

function keysOfSchema(schema: unknown, path = ''): readonly string[] {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, unknown>> };
  return Object.entries(properties).flatMap(([name, member]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return [here, ...keysOfSchema(member, here)];
  });
}

/** Down to where the schema looks no further. */
function keysOfValues(values: unknown, known: readonly string[], path = ''): readonly string[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return [];
  if (path !== '' && !known.some((key) => key.startsWith(`${path}.`))) return [];
  return Object.entries(values).flatMap(([name, member]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return [here, ...keysOfValues(member, known, here)];
  });
}

describe('where it looks', () => {
  it('is the namespace of the release by default, by Roles alone', async () => {
    const objects = await renderChart();
    expect(configOf(objects).watchNamespaces).toEqual(['steward']);
    expect(places(objects, 'Role')).toEqual(['steward/es-steward', 'steward/es-steward-watched']);
    expect(places(objects, 'RoleBinding')).toEqual(places(objects, 'Role'));
    expect(all(objects, 'ClusterRoleBinding')).toEqual([]);
  });

  it('is a list of namespaces by a Role in each, and the labels of these namespaces alone', async () => {
    const objects = await renderChart({ watchNamespaces: ['team-a', 'team-b'] });
    expect(configOf(objects).watchNamespaces).toEqual(['team-a', 'team-b']);
    const roles = ['steward/es-steward', 'team-a/es-steward-watched', 'team-b/es-steward-watched'];
    expect(places(objects, 'Role')).toEqual(roles);
    expect(places(objects, 'RoleBinding')).toEqual(roles);
    const { rules } = theOne(objects, 'ClusterRole', 'es-steward-steward');
    expect(rules.filter(({ apiGroups }: Rule) => apiGroups.includes(''))).toEqual([
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['team-a', 'team-b'] },
    ]);
  });

  it.each<[string, readonly string[]]>([
    ['several', ['team-a', 'team-b']],
    ['one that is not its own', ['team-a']],
    ['its own among others', ['steward', 'team-a']],
  ])('lets a namespace go that takes its Role with it: %s', async (_, watchNamespaces) => {
    const objects = await renderChart({ watchNamespaces });
    const rules: readonly Rule[] = theOne(objects, 'ClusterRole', 'es-steward-steward')['rules'];
    expect(places(objects, 'ClusterRoleBinding')).toEqual(['-/es-steward-steward']);
    const ours = rules.filter(({ apiGroups }) => apiGroups.includes('es-steward.dev'));
    const letGo = ['get', 'list', 'watch', 'patch'];
    expect(ours.map(({ resources, verbs }) => [...resources, ...verbs])).toEqual([
      ['elasticsearchconnections', 'get', 'list', 'watch'],
      ['reindexrequests', ...letGo],
      ['reindexrequests/status', 'patch'],
      ['snapshotschedules', ...letGo],
      ['snapshotschedules/status', 'patch'],
      ['indexmaintenancepolicies', ...letGo],
      ['indexmaintenancepolicies/status', 'patch'],
    ]);
  });

  it('is by Roles alone where no namespace must be outlived, but for the labels of several', async () => {
    const rbac = { outliveNamespaces: false };
    const one = await renderChart({ watchNamespaces: ['team-a'], rbac });
    expect(places(one, 'Role')).toEqual(['steward/es-steward', 'team-a/es-steward-watched']);
    expect(all(one, 'ClusterRoleBinding')).toEqual([]);
    expect(all(one, 'ClusterRole').filter(({ metadata }) => metadata.name === 'es-steward-steward')).toEqual(
      [],
    );
    const several = await renderChart({ watchNamespaces: ['team-a', 'team-b'], rbac });
    expect(theOne(several, 'ClusterRole', 'es-steward-steward')['rules']).toEqual([
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['team-a', 'team-b'] },
    ]);
  });

  it('is its own namespace by name as it is by default', async () => {
    expect(all(await renderChart({ watchNamespaces: ['steward'] }), 'ClusterRoleBinding')).toEqual([]);
  });

  it('is all namespaces only by choice, by a ClusterRole', async () => {
    const objects = await renderChart({ watchNamespaces: ['*'] });
    expect(configOf(objects).watchNamespaces).toEqual([]);
    expect(places(objects, 'Role')).toEqual(['steward/es-steward']);
    expect(places(objects, 'ClusterRoleBinding')).toEqual(['-/es-steward-steward']);
  });

  it('binds all of it to the account of the pod', async () => {
    for (const namespaces of [[], ['a', 'b'], ['*']]) {
      const objects = await renderChart({ watchNamespaces: namespaces, serviceAccount: { name: 'mine' } });
      expect(podOf(objects).spec.serviceAccountName).toBe('mine');
      const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
      for (const { roleRef, subjects } of bindings) {
        expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'mine', namespace: 'steward' }]);
        expect(
          objects.filter(({ kind, metadata }) => kind === roleRef.kind && metadata.name === roleRef.name),
        ).not.toEqual([]);
      }
    }
  });
});

describe('what the operator may do', () => {
  it('is nothing by a wildcard, Secrets by name alone, and no creation of our own kinds', async () => {
    const objects = await renderChart({ watchNamespaces: ['*'] });
    const bound = new Set(
      objects.filter(({ kind }) => kind.endsWith('Binding')).map(({ roleRef }) => roleRef.name),
    );
    const rules = objects
      .filter(({ kind, metadata }) => kind.endsWith('Role') && bound.has(metadata.name))
      .flatMap((role) => role['rules'] as readonly Rule[]);
    expect(rules.length).toBeGreaterThan(10);
    expect(JSON.stringify(rules)).not.toContain('*');
    expect(rules.filter(({ resources }) => resources.includes('secrets')).map(({ verbs }) => verbs)).toEqual([
      ['get'],
    ]);
    const ours = rules.filter(({ apiGroups }) => apiGroups.includes('es-steward.dev'));
    expect(ours.flatMap(({ verbs }) => verbs)).not.toContain('create');
    expect(ours.flatMap(({ verbs }) => verbs)).not.toContain('update');
  });

  it('is left to others without rbac.create', async () => {
    const objects = await renderChart({ rbac: { create: false, userRoles: { create: false } } });
    expect(objects.filter(({ kind }) => kind.includes('Role'))).toEqual([]);
  });
});

describe('what people may do', () => {
  const rulesOf = (objects: readonly Rendered[], name: string) =>
    theOne(objects, 'ClusterRole', name)['rules'];

  it('comes with the roles of the cluster: seeing everything, writing the three kinds of jobs', async () => {
    const objects = await renderChart();
    const view = theOne(objects, 'ClusterRole', 'es-steward-view');
    const edit = theOne(objects, 'ClusterRole', 'es-steward-edit');
    const aggregated = 'rbac.authorization.k8s.io/aggregate-to-';
    expect(view.metadata.labels).toMatchObject({
      [`${aggregated}view`]: 'true',
      [`${aggregated}edit`]: 'true',
    });
    expect(edit.metadata.labels).toMatchObject({
      [`${aggregated}edit`]: 'true',
      [`${aggregated}admin`]: 'true',
    });
    expect(edit.metadata.labels).not.toHaveProperty([`${aggregated}view`]);
    expect(edit['rules'][0].resources).toEqual([
      'reindexrequests',
      'snapshotschedules',
      'indexmaintenancepolicies',
    ]);
  });

  it('is writing connections only for whom somebody binds to it', async () => {
    const objects = await renderChart();
    const role = theOne(objects, 'ClusterRole', 'es-steward-connections');
    expect(Object.keys(role.metadata.labels ?? {}).join()).not.toContain('aggregate');
    expect(rulesOf(objects, 'es-steward-connections')[0].resources).toEqual(['elasticsearchconnections']);
  });

  it('can be kept out of the roles of the cluster', async () => {
    const objects = await renderChart({ rbac: { userRoles: { aggregate: false } } });
    const labels = all(objects, 'ClusterRole').flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}));
    expect(labels.join()).not.toContain('aggregate');
    expect(all(objects, 'ClusterRole')).toHaveLength(3);
  });
});

describe('the kinds', () => {
  const withKinds = { crds: { enabled: true } };

  it('come as templates, so that they are upgraded, and are kept when the release goes', async () => {
    const kinds = all(await renderChart(withKinds), 'CustomResourceDefinition');
    expect(kinds).toHaveLength(4);
    for (const { metadata } of kinds)
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  it('are those of deploy/crds but for labels and that annotation', async () => {
    const without = ({ metadata: { name }, ...rest }: Rendered) => ({ ...rest, metadata: { name } });
    for (const kind of all(await renderChart(withKinds), 'CustomResourceDefinition')) {
      const plural = kind['spec'].names.plural as string;
      const file = readFileSync(join(CHART, '../../crds', `${plural}.yaml`), 'utf8');
      expect(without(kind)).toEqual(parse(file));
    }
  });

  it('can be left to somebody else', async () => {
    expect(all(await renderChart({ crds: { enabled: false } }), 'CustomResourceDefinition')).toEqual([]);
  });
});

describe('the kill switch', () => {
  const dataOf = async (values: Values) =>
    theOne(await renderChart(values), 'ConfigMap', 'es-steward')['data'];

  it('has a key for the value, which is not the key of people', async () => {
    expect(await dataOf({})).toEqual({ pausedByChart: 'false' });
    expect(await dataOf({ paused: true })).toEqual({ pausedByChart: 'true' });
    expect(await dataOf({ paused: false })).toEqual({ pausedByChart: 'false' });
  });
});

describe('the pod', () => {
  it('has flags that the operator reads, with the addresses that probes and Service use', async () => {
    const objects = await renderChart({
      logLevel: 'debug',
      workers: 8,
      allowedEndpoints: ['*.example.com', '10.0.0.0/8'],
      protectedIndices: ['billing-*'],
      extraArgs: ['--lease-name=other'],
    });
    expect(configOf(objects)).toMatchObject({
      leaseNamespace: 'steward',
      leaseName: 'other',
      leaderElect: true,
      logLevel: 'debug',
      workers: 8,
      allowedEndpoints: ['*.example.com', '10.0.0.0/8'],
      protectedIndices: ['billing-*'],
      paused: false,
      metricsAddress: ':8080',
      healthAddress: ':8081',
    });
  });

  it('keeps to the level restricted: no root, no writing, no privileges', async () => {
    const { spec } = podOf(await renderChart());
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('has a token of its own that expires, instead of one that the account gives away', async () => {
    const objects = await renderChart();
    expect(theOne(objects, 'ServiceAccount')['automountServiceAccountToken']).toBe(false);
    expect(podOf(objects).spec.automountServiceAccountToken).toBe(false);
    const [volume] = podOf(objects).spec.volumes;
    expect(volume.projected.sources[0].serviceAccountToken.expirationSeconds).toBe(3600);
    expect(containerOf(objects).volumeMounts[0].mountPath).toBe(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    );
  });

  it('goes to different nodes and zones, or where a value says', async () => {
    const keys = (constraints: readonly { topologyKey: string }[]) =>
      constraints.map((one) => one.topologyKey);
    const spread = podOf(await renderChart()).spec.topologySpreadConstraints;
    expect(keys(spread)).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
    const own = { topologyKey: 'rack', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' };
    const other = podOf(await renderChart({ topologySpreadConstraints: [own] })).spec;
    expect(other.topologySpreadConstraints).toEqual([own]);
  });

  it('asks for what was measured, and has probes', async () => {
    const container = containerOf(await renderChart());
    expect(container.resources).toEqual({
      requests: { cpu: '50m', memory: '128Mi' },
      limits: { memory: '256Mi' },
    });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'health' });
    expect(container.startupProbe.httpGet).toEqual({ path: '/healthz', port: 'health' });
    expect(podOf(await renderChart({ terminationGracePeriodSeconds: 60 })).spec).toMatchObject({
      terminationGracePeriodSeconds: 60,
    });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'health' });
  });

  it('takes what else a pod may say, and says nothing of it otherwise', async () => {
    const members = {
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      priorityClassName: 'high',
      runtimeClassName: 'gvisor',
      dnsPolicy: 'Default',
      dnsConfig: { searches: ['x'] },
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['es'] }],
    };
    expect(podOf(await renderChart(members)).spec).toMatchObject(members);
    const plain = podOf(await renderChart()).spec;
    expect(Object.keys(plain).filter((key) => key in members)).toEqual([]);
  });

  it('takes variables, volumes, labels and annotations', async () => {
    const objects = await renderChart({
      extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/ca/ca.crt' }],
      extraEnvFrom: [{ secretRef: { name: 'more' } }],
      extraVolumes: [{ name: 'ca', secret: { secretName: 'ca' } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca' }],
      podLabels: { team: 'search' },
      podAnnotations: { note: 'pod' },
      deploymentAnnotations: { note: 'deployment' },
      commonLabels: { cost: 'low' },
      revisionHistoryLimit: 1,
      replicas: 3,
    });
    const deployment = theOne(objects, 'Deployment');
    const container = containerOf(objects);
    expect(container.env).toEqual([{ name: 'NODE_EXTRA_CA_CERTS', value: '/ca/ca.crt' }]);
    expect(container.envFrom).toEqual([{ secretRef: { name: 'more' } }]);
    expect(container.volumeMounts[1]).toEqual({ name: 'ca', mountPath: '/ca' });
    expect(podOf(objects).spec.volumes[1].name).toBe('ca');
    expect(podOf(objects).metadata.labels).toMatchObject({ team: 'search', cost: 'low' });
    expect(podOf(objects).metadata.annotations).toMatchObject({ note: 'pod' });
    expect(deployment.metadata.annotations).toEqual({ note: 'deployment' });
    expect(deployment['spec']).toMatchObject({ replicas: 3, revisionHistoryLimit: 1 });
    for (const { metadata } of objects) expect(metadata.labels).toMatchObject({ cost: 'low' });
  });

  it('runs the image of the chart, a tag, or a digest', async () => {
    const image = async (values: Values) => containerOf(await renderChart({ image: values })).image;
    const digest = `sha256:${'a'.repeat(64)}`;
    const { appVersion } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as { appVersion: string };
    expect(await image({})).toBe(`ghcr.io/es-steward/es-steward:${appVersion}`);
    expect(await image({ repository: 'r/x', tag: 'v9' })).toBe('r/x:v9');
    expect(await image({ repository: 'r/x', tag: 'v9', digest })).toBe(`r/x@${digest}`);
  });
});

describe('labels', () => {
  const partOf = (value: string) => ({ 'app.kubernetes.io/part-of': value, 'example.org/cost': '' });

  it('that are named again stand once, as the more special says', async () => {
    const objects = await renderChart({
      commonLabels: partOf('platform'),
      podLabels: partOf('search'),
      dashboard: { enabled: true, labels: partOf('boards') },
      metrics: {
        serviceMonitor: { enabled: true, labels: partOf('monitors') },
        prometheusRule: { enabled: true, labels: { ...partOf('rules'), [INSTANCE]: 'x' } },
      },
    });
    const labelsOf = (kind: string, name?: string) => theOne(objects, kind, name).metadata.labels;
    expect(labelsOf('Service')).toMatchObject(partOf('platform'));
    expect(podOf(objects).metadata.labels).toMatchObject(partOf('search'));
    expect(labelsOf('ConfigMap', 'es-steward-dashboard')).toMatchObject(partOf('boards'));
    expect(labelsOf('ServiceMonitor')).toMatchObject(partOf('monitors'));
    expect(labelsOf('PrometheusRule')).toMatchObject({ ...partOf('rules'), [INSTANCE]: 'es-steward' });
  });
});

describe('names', () => {
  it("are the release's, with the chart's name where it is missing", async () => {
    const nameOf = async (release: string, values: Values = {}) =>
      theOne(await renderChart(values, { release }), 'Deployment').metadata.name;
    expect(await nameOf('es-steward')).toBe('es-steward');
    expect(await nameOf('prod')).toBe('prod-es-steward');
    expect(await nameOf('prod', { nameOverride: 'es' })).toBe('prod-es');
    expect(await nameOf('prod', { fullnameOverride: 'mine' })).toBe('mine');
  });

  it.each(['no', '2026', '1e3'])('stay names where YAML would read something else: %s', async (odd) => {
    const objects = await renderChart(
      {
        watchNamespaces: [odd, 'team-a'],
        nameOverride: odd,
        fullnameOverride: odd,
        serviceAccount: { name: odd },
        metrics: { serviceMonitor: { enabled: true } },
      },
      { namespace: odd, release: odd },
    );
    for (const { kind, metadata } of objects) {
      const { name, namespace = '', labels = {} } = metadata;
      for (const value of [name, namespace, ...Object.values(labels)])
        expect([kind, typeof value]).toEqual([kind, 'string']);
    }
    expect(podOf(objects).spec.serviceAccountName).toBe(odd);
    expect(theOne(objects, 'ServiceMonitor')['spec'].namespaceSelector.matchNames).toEqual([odd]);
    expect(theOne(objects, 'Service')['spec'].selector['app.kubernetes.io/name']).toBe(odd);
    const { roleRef } = theOne(objects, 'RoleBinding', odd);
    expect(roleRef.name).toBe(odd);
  });

  it('find the pods: selectors of Deployment, Service, budget and policy are labels of the pod', async () => {
    const objects = await renderChart({}, { release: 'prod' });
    const labels = podOf(objects).metadata.labels;
    const selectors = [
      theOne(objects, 'Deployment')['spec'].selector.matchLabels,
      theOne(objects, 'Service')['spec'].selector,
      theOne(objects, 'PodDisruptionBudget')['spec'].selector.matchLabels,
      theOne(objects, 'NetworkPolicy')['spec'].podSelector.matchLabels,
    ];
    for (const selector of selectors) {
      expect(Object.keys(selector)).toHaveLength(2);
      expect(labels).toMatchObject(selector);
    }
  });
});

describe('what stands around the pods', () => {
  it('is a budget with more than one replica, if it is wanted', async () => {
    const budgets = async (values: Values) => all(await renderChart(values), 'PodDisruptionBudget');
    expect((await budgets({}))[0]?.['spec'].maxUnavailable).toBe(1);
    expect(await budgets({ replicas: 1 })).toEqual([]);
    expect(await budgets({ podDisruptionBudget: { enabled: false } })).toEqual([]);
    const [budget] = await budgets({ podDisruptionBudget: { maxUnavailable: '50%' } });
    expect(budget?.['spec'].maxUnavailable).toBe('50%');
  });

  it('is a policy that lets in metrics alone, and out what is needed alone', async () => {
    const { spec } = theOne(await renderChart(), 'NetworkPolicy');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.ingress).toEqual([{ ports: [{ port: 'metrics', protocol: 'TCP' }] }]);
    const ports = spec.egress.map((rule: { ports: { port: number }[] }) =>
      rule.ports.map(({ port }) => port),
    );
    expect(ports).toEqual([
      [53, 53],
      [443, 6443],
      [9200, 443],
    ]);
  });

  it('is a policy that narrows further, or none', async () => {
    const peers = [{ ipBlock: { cidr: '10.1.0.0/16' } }];
    const networkPolicy = {
      metrics: { from: [{ namespaceSelector: {} }] },
      dns: { ports: [5353], to: peers },
      apiServer: { ports: [6443], to: peers },
      elasticsearch: { ports: [9243], to: peers },
      extraEgress: [{ ports: [{ port: 3128 }] }],
    };
    const { spec } = theOne(await renderChart({ networkPolicy }), 'NetworkPolicy');
    expect(spec.ingress[0].from).toEqual([{ namespaceSelector: {} }]);
    expect(spec.egress).toHaveLength(4);
    for (const rule of spec.egress.slice(0, 3)) expect(rule.to).toEqual(peers);
    expect(spec.egress[3]).toEqual({ ports: [{ port: 3128 }] });
    expect(all(await renderChart({ networkPolicy: { enabled: false } }), 'NetworkPolicy')).toEqual([]);
  });

  it('is an account of somebody else, if that is wanted', async () => {
    const objects = await renderChart({ serviceAccount: { create: false, name: 'there' } });
    expect(all(objects, 'ServiceAccount')).toEqual([]);
    expect(podOf(objects).spec.serviceAccountName).toBe('there');
    const annotated = await renderChart({ serviceAccount: { annotations: { role: 'x' } } });
    expect(theOne(annotated, 'ServiceAccount').metadata.annotations).toEqual({ role: 'x' });
  });

  it('is a Service of metrics, for each replica on its own', async () => {
    const objects = await renderChart({ service: { annotations: { a: 'b' } } });
    const service = theOne(objects, 'Service');
    expect(service.metadata.annotations).toEqual({ a: 'b' });
    expect(service['spec'].clusterIP).toBe('None');
  });
});

describe('metrics', () => {
  it('are for no operator of Prometheus unless one is there', async () => {
    const kinds = new Set((await renderChart()).map(({ kind }) => kind));
    expect(kinds).not.toContain('ServiceMonitor');
    expect(kinds).not.toContain('PrometheusRule');
  });

  it('are found by a ServiceMonitor', async () => {
    const serviceMonitor = {
      enabled: true,
      namespace: 'monitoring',
      labels: { release: 'prometheus' },
      interval: '30s',
      scrapeTimeout: '10s',
      relabelings: [{ action: 'labeldrop', regex: 'pod' }],
      metricRelabelings: [{ action: 'drop', regex: 'x' }],
    };
    const objects = await renderChart({ metrics: { serviceMonitor } });
    const { metadata, spec } = theOne(objects, 'ServiceMonitor');
    expect(metadata).toMatchObject({ namespace: 'monitoring', labels: { release: 'prometheus' } });
    expect(spec.namespaceSelector.matchNames).toEqual(['steward']);
    expect(theOne(objects, 'Service').metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(spec.endpoints[0]).toMatchObject({
      port: theOne(objects, 'Service')['spec'].ports[0].name,
      interval: '30s',
      scrapeTimeout: '10s',
      relabelings: serviceMonitor.relabelings,
      metricRelabelings: serviceMonitor.metricRelabelings,
    });
  });

  it('are watched by the alerts of the project, as a PrometheusRule', async () => {
    const prometheusRule = { enabled: true, namespace: 'monitoring', labels: { release: 'prometheus' } };
    const rule = theOne(await renderChart({ metrics: { prometheusRule } }), 'PrometheusRule');
    const alerts: unknown = parse(readFileSync(join(CHART, '../../observability/alerts.yaml'), 'utf8'));
    expect(rule['spec']).toEqual(alerts);
    expect(rule.metadata).toMatchObject({ namespace: 'monitoring', labels: { release: 'prometheus' } });
  });

  it('are drawn by the dashboard of the project, in a ConfigMap that a Grafana finds', async () => {
    expect(all(await renderChart(), 'ConfigMap').map(({ metadata }) => metadata.name)).toEqual([
      'es-steward',
    ]);
    const dashboard = { enabled: true, namespace: 'grafana', annotations: { grafana_folder: 'Search' } };
    const found = theOne(await renderChart({ dashboard }), 'ConfigMap', 'es-steward-dashboard');
    const drawn: unknown = JSON.parse(
      readFileSync(join(CHART, '../../observability/dashboard.json'), 'utf8'),
    );
    expect(JSON.parse(found['data']['es-steward.json'])).toEqual(drawn);
    expect(found.metadata).toMatchObject({
      namespace: 'grafana',
      labels: { grafana_dashboard: '1', 'app.kubernetes.io/name': 'es-steward' },
      annotations: { grafana_folder: 'Search' },
    });
    const labels = { grafana_dashboard: null, dashboards: 'yes' };
    const renamed = await renderChart({ dashboard: { enabled: true, labels } });
    const { metadata } = theOne(renamed, 'ConfigMap', 'es-steward-dashboard');
    expect(metadata.labels).toMatchObject({ dashboards: 'yes' });
    expect(metadata.labels).not.toHaveProperty('grafana_dashboard');
  });
});
