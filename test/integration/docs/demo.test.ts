import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { type ElasticsearchInfo, variablesOf } from '../../../scripts/environment/environment-info.ts';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import { basicAuthorization, demand } from '../../../scripts/environment/server-request.ts';
import { environment } from '../../support/environment.ts';
import { shippedRole } from '../../support/shipped-roles.ts';
import { tell } from '../../support/told.ts';
import { apiServer } from '../crds/api-server.ts';

/** The demo as `npm run demo` runs it on given servers. It fails by its exit code unless all of its checks hold. */
async function demo(elasticsearch: ElasticsearchInfo, ...args: readonly string[]): Promise<string> {
  const variables = variablesOf({ ...environment(), elasticsearch });
  const env = { ...process.env, ...variables, ES_STEWARD_ENVIRONMENT: 'test' };
  const told = await run(process.execPath, [join(repositoryRoot, 'scripts/demo/main.ts'), ...args], { env });
  tell('demo.txt', told);
  return told;
}

/** Makes a user who may do what the shipped roles of the kinds say, and nothing else. */
async function leastUser(elasticsearch: ElasticsearchInfo): Promise<ElasticsearchInfo> {
  const { url, caFile, username = '', password = '' } = elasticsearch;
  const endpoint = { url, ...(caFile && { caFile }), authorization: basicAuthorization(username, password) };
  const put = (path: string, body: unknown) =>
    demand(endpoint, path, { method: 'PUT', body: JSON.stringify(body) });
  const least = { username: 'least', password: 'correct-horse-1' };
  const names = { 'orders-*': ['cities-*', 'logs-*'], orders: ['cities', 'logs'] };
  const roles = ['reindex-request', 'snapshot-schedule', 'index-maintenance-policy'];
  for (const role of roles) await put(`/_security/role/${role}`, shippedRole(role, names));
  await put('/_security/user/least', { password: least.password, roles });
  return { ...elasticsearch, ...least };
}

/** A connection of the name that everybody has, in the namespace that everybody has. */
async function connectionOfSomebodyElse() {
  const send = apiServer(environment().kubeconfig);
  const path = '/apis/es-steward.dev/v1alpha1/namespaces/default/elasticsearchconnections';
  const { status } = await send('POST', path, {
    apiVersion: 'es-steward.dev/v1alpha1',
    kind: 'ElasticsearchConnection',
    metadata: { name: 'main' },
    spec: { endpoints: ['https://elasticsearch.example:9200'] },
  });
  const read = async () => (await send('GET', `${path}/main`)).body;
  return {
    made: await read(),
    read,
    // Given servers may have had one before.
    remove: async () => void (status === 201 && (await send('DELETE', `${path}/main`))),
  };
}

describe('the demo', () => {
  const timeout = 600_000;

  afterAll(() => demo(environment().elasticsearch, '--stop'), timeout);

  it("ends well on given servers, and begins nothing where an index that it needs is somebody else's", {
    timeout,
  }, async () => {
    const yours = await connectionOfSomebodyElse();
    try {
      expect(await demo(environment().elasticsearch)).toContain('All of it is right.');
      expect(await yours.read()).toEqual(yours.made);
    } finally {
      await yours.remove();
    }
    await refusesForeignIndex();
  });

  /** Neither what is theirs is touched, nor what the demo before has left. */
  async function refusesForeignIndex(): Promise<void> {
    const { url } = environment().elasticsearch;
    const yours = `${url}/logs-v1-2001.01.01`;
    await fetch(yours, { method: 'PUT' });
    try {
      await expect(demo(environment().elasticsearch)).rejects.toThrow(
        /logs-v1-2001\.01\.01\. Nothing was touched\. Give the demo another/u,
      );
      for (const index of ['logs-v1-2001.01.01', 'cities-v2'])
        expect((await fetch(`${url}/${index}`, { method: 'HEAD' })).status).toBe(200);
    } finally {
      await fetch(yours, { method: 'DELETE' });
    }
  }

  it('needs no more privileges than are documented, and clears what an earlier one left', {
    timeout,
  }, async () => {
    const secured = await startPrivateElasticsearch({ secure: true });
    try {
      expect(await demo(await leastUser(secured.info))).toContain('All of it is right.');
    } finally {
      await secured.stop();
    }
  });
});
