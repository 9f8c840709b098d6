import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks, readPages } from '../../../scripts/documentation/pages.ts';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { variablesOf } from '../../../scripts/environment/environment-info.ts';
import { provisionKubectl } from '../../../scripts/environment/provision.ts';
import { chosenKubernetes } from '../../../scripts/environment/versions.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { startOperatorProcess } from '../../support/operator-process.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { apiServer } from '../crds/api-server.ts';

/** docs/tutorial.md as a person follows it, line by line, but for the start of servers and in a namespace of its own. */

const page = readPages().find(({ path }) => path === 'docs/tutorial.md')?.text ?? '';
const namespace = `tutorial-${Date.now().toString(36)}`;
const folder = mkdtempSync(join(tmpdir(), 'es-steward-tutorial-'));
const { elasticsearch } = environment();
/** Names that are taken by others too: none of them may be left to the demo. */
const indices = 'orders-v1,orders-v2,logs-v1-2026.01.01,logs-v1-2026.01.02,logs-v1-2026.01.03';
let variables: NodeJS.ProcessEnv;
let operator: OperatorProcess;

/** What stands below a heading of the page. */
function below(heading: string) {
  const section = page.split(/^## /mu).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return { yaml: codeBlocks(section, 'yaml'), sh: codeBlocks(section, 'sh') };
}

const shell = (script: string): Promise<string> =>
  run('bash', ['-euo', 'pipefail', '-c', script], { cwd: repositoryRoot, env: variables });

/** Applies the file below a heading. */
async function apply(heading: string): Promise<void> {
  const file = join(folder, `${heading}.yaml`);
  writeFileSync(file, below(heading).yaml[0] ?? '');
  await shell(`kubectl apply -f '${file}'`);
}

/** Types the commands below a heading. */
const type = (heading: string, block = 0): Promise<string> => shell(below(heading).sh[block] ?? 'exit 1');

const ask = async (path: string, method = 'GET') => fetch(`${elasticsearch.url}${path}`, { method });

beforeAll(async () => {
  await apiServer(environment().kubeconfig)('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const config = parse(readFileSync(environment().kubeconfig, 'utf8')) as {
    readonly contexts: readonly { context: object }[];
  };
  for (const each of config.contexts) each.context = { ...each.context, namespace };
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(config));
  const kubectl = await provisionKubectl(chosenKubernetes());
  variables = {
    ...process.env,
    ...variablesOf({ ...environment(), kubeconfig }),
    PATH: [dirname(kubectl), process.env['PATH']].join(delimiter),
  };
});
afterAll(async () => {
  operator?.signal('SIGTERM');
  await operator?.exited;
  rmSync(folder, { recursive: true });
  for (const path of [`/${indices}?ignore_unavailable=true`, '/_snapshot/backups/orders-*']) {
    const answer = await ask(path, 'DELETE');
    if (!answer.ok) throw new Error(`DELETE ${path} was refused: ${await answer.text()}`);
  }
});

// It says nothing of logins: a given Elasticsearch may want one.
describe.runIf(elasticsearch.username === undefined)('the tutorial', () => {
  it('begins with some data, an operator and a connection', async () => {
    expect(await type('Servers', 1)).toContain('"errors":false');
    const [definitions = '', start] = (below('The operator').sh[0] ?? '').trim().split('\n');
    expect(start).toBe('npm start');
    await shell(definitions);
    const own = [`--watch-namespaces=${namespace}`, `--lease-namespace=${namespace}`];
    const addresses = ['--metrics-address=127.0.0.1:0', '--health-address=127.0.0.1:0'];
    operator = startOperatorProcess({
      args: [...own, ...addresses],
      environment: { KUBECONFIG: variables['KUBECONFIG'] ?? '' },
    });
    expect(await type('A connection')).toContain('condition met');
  });

  it('copies an index, and the alias leads to the copy', async () => {
    await apply('A copy');
    const said = await type('A copy');
    expect(said).toMatch(/^orders\s+orders-v2\s/mu);
    expect(said.trim().split('\n').at(-1)).toMatch(/\S/u);
    const { count } = (await (await ask('/orders/_count')).json()) as { readonly count: number };
    expect(count).toBe(1000);
    const mapping = await (await ask('/orders/_mapping/field/sku')).text();
    expect(mapping).toContain('"type":"keyword"');
  });

  it('makes a snapshot at once', async () => {
    await apply('A snapshot');
    expect(await type('A snapshot')).toContain('SUCCESS');
  });

  it('shows what a policy would delete, and what stays', async () => {
    await apply('A plan');
    const plan = await eventually('there is a plan', () =>
      type('A plan').then(
        (said) => said,
        () => undefined,
      ),
    );
    expect(plan).toContain('logs-v1-2026.01.01');
    expect(plan).toContain('logs-v1-2026.01.02');
    expect(plan).toContain('DryRun');
    expect(plan).toMatch(/\b1\s+MinCount\s/u);
  });

  it('ends without a trace in Kubernetes, and with all the data', async () => {
    expect(await type('Look, and clear up')).toContain('orders-v2');
    expect((await ask(`/${indices}/_count`)).status).toBe(200);
    expect(await (await ask('/_snapshot/backups/orders-*')).json()).toMatchObject({ snapshots: [{}] });
  });
});
