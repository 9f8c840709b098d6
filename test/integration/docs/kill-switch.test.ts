import { delimiter, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { codeBlocks, readPages } from '../../../scripts/documentation/pages.ts';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { provisionKubectl } from '../../../scripts/environment/provision.ts';
import { chosenKubernetes } from '../../../scripts/environment/versions.ts';
import { pausingKeys } from '../../../src/runtime/kill-switch.ts';
import { environment } from '../../support/environment.ts';
import { apiServer } from '../crds/api-server.ts';

/** The commands of docs/operations.md, in a namespace of their own. */

const namespace = `switch-${Date.now().toString(36)}`;
const page = readPages().find(({ path }) => path === 'docs/operations.md')?.text ?? '';
const section = page.split(/^## /mu).find((text) => text.startsWith('Kill switch\n')) ?? '';
const [stop = '', goOn = ''] = (codeBlocks(section, 'sh')[0] ?? '').trim().split('\n');
const configMap = z.object({ data: z.record(z.string(), z.string()) });

const send = () => apiServer(environment().kubeconfig);

async function type(line: string): Promise<void> {
  const kubectl = await provisionKubectl(chosenKubernetes());
  await run('bash', ['-euo', 'pipefail', '-c', line.replace('-n default', `-n ${namespace}`)], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      KUBECONFIG: environment().kubeconfig,
      PATH: [dirname(kubectl), process.env['PATH']].join(delimiter),
    },
  });
}

async function dataOf(): Promise<Readonly<Record<string, string>>> {
  const answer = await send()('GET', `/api/v1/namespaces/${namespace}/configmaps/es-steward`);
  return configMap.parse(answer.body).data;
}

it('stops with the command of the page each time, also what the chart has made', async () => {
  await send()('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  for (const _time of [1, 2]) {
    await type(stop);
    expect(pausingKeys(await dataOf())).toEqual(['paused']);
    await type(goOn);
    expect(pausingKeys(await dataOf())).toEqual([]);
  }
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  await send()('DELETE', `${path}/es-steward`);
  await send()('POST', path, { metadata: { name: 'es-steward' }, data: { pausedByChart: 'true' } });
  await type(stop);
  expect(await dataOf()).toEqual({ paused: 'true', pausedByChart: 'true' });
});
