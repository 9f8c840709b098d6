import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../scripts/environment/command.ts';
import { provisionKubectl } from '../../../scripts/environment/provision.ts';
import { chosenKubernetes } from '../../../scripts/environment/versions.ts';
import { renderChart } from '../../support/chart.ts';
import type { Values } from '../../support/chart.ts';
import { environment } from '../../support/environment.ts';
import { apiServer } from '../crds/api-server.ts';

/** What helm renders, judged by the API server of this run: it knows each field, and warns of none. */

const prefix = `chart-${Date.now().toString(36)}`;
const [own, team] = [prefix, `${prefix}-team`];
const folder = mkdtempSync(join(tmpdir(), 'es-steward-rendered-'));
const namespaces = '/api/v1/namespaces';
const send = () => apiServer(environment().kubeconfig);

beforeAll(async () => {
  for (const name of [own, team]) await send()('POST', namespaces, { metadata: { name } });
});
afterAll(async () => {
  for (const name of [own, team]) await send()('DELETE', `${namespaces}/${name}`);
  rmSync(folder, { recursive: true });
});

const nodeSelectorTerms = [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'Exists' }] }];

/** Each value that puts something into an object which a default leaves out. */
const everything: Values = {
  watchNamespaces: [own, team],
  replicas: 3,
  paused: true,
  image: { digest: `sha256:${'0'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  commonLabels: { team: 'search' },
  allowedEndpoints: ['*.es.svc'],
  protectedIndices: ['audit-*'],
  extraEnv: [{ name: 'A', value: 'b' }],
  extraEnvFrom: [{ secretRef: { name: 'env', optional: true } }],
  serviceAccount: { annotations: { a: 'b' } },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'a', operator: 'Exists' }],
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  priorityClassName: 'high',
  runtimeClassName: 'gvisor',
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.10'] },
  hostAliases: [{ ip: '10.0.0.9', hostnames: ['es.example'] }],
  deploymentAnnotations: { a: 'b' },
  podAnnotations: { a: 'b' },
  podLabels: { a: 'b' },
  extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
  extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
  service: { annotations: { a: 'b' } },
  dashboard: { enabled: true, annotations: { a: 'b' } },
  networkPolicy: {
    metrics: { from: [{ namespaceSelector: {} }] },
    dns: { to: [{ namespaceSelector: {} }] },
    apiServer: { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }] },
    elasticsearch: { to: [{ podSelector: {} }] },
    extraEgress: [{ ports: [{ port: 3128 }] }],
  },
};

it.each<[string, Values]>([
  ['its defaults', {}],
  ['everything that can be said', everything],
  ['all namespaces, one replica and nothing else', { watchNamespaces: ['*'], replicas: 1 }],
])('takes the chart strictly and without a warning: %s', async (_, values) => {
  const rendered = await renderChart({ crds: { enabled: true }, ...values }, { namespace: own });
  const file = join(folder, 'rendered.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rendered }));
  const kubectl = await provisionKubectl(chosenKubernetes());
  const flags = ['--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
  const said = await run(
    kubectl,
    ['apply', ...flags, '--warnings-as-errors', '--field-manager=chart', '--filename', file],
    { env: { ...process.env, KUBECONFIG: environment().kubeconfig } },
  );
  expect(said.trim().split('\n')).toHaveLength(rendered.length);
});
