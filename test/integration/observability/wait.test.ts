import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { provisionKubectl } from '../../../scripts/environment/provision.ts';
import { chosenKubernetes } from '../../../scripts/environment/versions.ts';
import { codeBlocks, readPages } from '../../../scripts/documentation/pages.ts';
import { resourceStates } from '../../../scripts/observability/resource-states.ts';
import { kinds } from '../../../src/crds/kinds.ts';
import { environment } from '../../support/environment.ts';
import { apiServer, pathOf } from '../crds/api-server.ts';

/** What the lines of docs/gitops.md wait for, and the state in which they end. */
const WAITED_FOR = {
  'esconn/main': ['ElasticsearchConnection', 'connected'],
  'reindex/orders-v2': ['ReindexRequest', 'completed'],
  'reindex/orders-v3': ['ReindexRequest', 'script-failed'],
  'reindex/orders-v4': ['ReindexRequest', 'waiting-for-approval'],
  'snapsched/nightly': ['SnapshotSchedule', 'succeeded'],
  'reindex/orders-plan': ['ReindexRequest', 'planned'],
} as const;

const connectionRef = { name: 'main' };
const SPECS: Readonly<Record<string, object>> = {
  ElasticsearchConnection: { endpoints: ['https://es.example:9200'] },
  ReindexRequest: { connectionRef, source: { index: 'a' }, destination: { index: 'b' } },
  SnapshotSchedule: { connectionRef, repository: 'backups', schedule: '@daily' },
};

const namespace = `wait-${Date.now().toString(36)}`;
const page = readPages().find(({ path }) => path === 'docs/gitops.md')?.text ?? '';
const lines = (codeBlocks(page, 'sh')[0] ?? '').trim().split('\n');

const seen = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.looseObject({ observedGeneration: z.number() }),
});

const send = () => apiServer(environment().kubeconfig);

function pathTo(wanted: keyof typeof WAITED_FOR): { readonly list: string; readonly name: string } {
  const definition = kinds.find(({ kind }) => kind === WAITED_FOR[wanted][0]);
  if (definition === undefined) throw new Error(`${wanted} is of no kind`);
  return { list: pathOf(definition, namespace), name: wanted.split('/')[1] ?? '' };
}

async function create(wanted: keyof typeof WAITED_FOR) {
  const { list, name } = pathTo(wanted);
  const [kind] = WAITED_FOR[wanted];
  const body = { apiVersion: 'es-steward.dev/v1alpha1', kind, metadata: { name }, spec: SPECS[kind] };
  const answer = await send()('POST', list, body);
  expect(answer).toMatchObject({ status: 201 });
  return seen.parse(answer.body);
}

/** As the operator would. */
async function bring(wanted: keyof typeof WAITED_FOR): Promise<void> {
  const { list, name } = pathTo(wanted);
  const [kind, state] = WAITED_FOR[wanted];
  const found = resourceStates.find((one) => one.kind === kind && one.name === state);
  const status = { ...found?.object.status, observedGeneration: 1 };
  const answer = await send()('PATCH', `${list}/${name}/status`, { status }, 'application/merge-patch+json');
  expect(answer).toMatchObject({ status: 200, warnings: [] });
}

async function kubectl(line: string, timeout: string): Promise<string> {
  const program = await provisionKubectl(chosenKubernetes());
  const [, ...words] = line.split(' ').map((word) => word.replaceAll("'", ''));
  const args = words.map((word) => (word.startsWith('--timeout=') ? `--timeout=${timeout}` : word));
  return run(program, ['--kubeconfig', environment().kubeconfig, '-n', namespace, ...args], {
    cwd: join(repositoryRoot),
  });
}

describe('the lines of docs/gitops.md', () => {
  beforeAll(async () => {
    await send()('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await provisionKubectl(chosenKubernetes());
  }, 600_000);

  afterAll(async () => {
    await send()('DELETE', `/api/v1/namespaces/${namespace}`);
  });

  it('wait for one thing each', () => {
    const waited = lines.map((line) => line.split(' ').at(-1));
    expect(waited).toEqual(Object.keys(WAITED_FOR));
  });

  it.each(lines)('end when it is so, and not before: %s', async (line) => {
    const wanted = z.enum(Object.keys(WAITED_FOR) as [keyof typeof WAITED_FOR]).parse(line.split(' ').at(-1));
    const created = await create(wanted);
    // Nobody takes a new object for done.
    expect(created.status.observedGeneration).toBe(-1);
    await expect(kubectl(line, '1s')).rejects.toThrow('timed out');
    await bring(wanted);
    expect(await kubectl(line, '60s')).toContain('condition met');
  });
});
