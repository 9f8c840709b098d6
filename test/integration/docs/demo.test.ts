import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codeBlocks, readPages } from '../../../scripts/documentation/pages.ts';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { run } from '../../../scripts/environment/command.ts';
import { type ElasticsearchInfo, variablesOf } from '../../../scripts/environment/environment-info.ts';
import { startPrivateElasticsearch } from '../../../scripts/environment/private-servers.ts';
import { basicAuthorization, demand } from '../../../scripts/environment/server-request.ts';
import { environment } from '../../support/environment.ts';

/** The demo as `npm run demo` runs it on given servers. It fails by its exit code unless all of its checks hold. */
function demo(elasticsearch: ElasticsearchInfo, ...args: readonly string[]): Promise<string> {
  const variables = variablesOf({ ...environment(), elasticsearch });
  const env = { ...process.env, ...variables, ES_STEWARD_ENVIRONMENT: 'test' };
  return run(process.execPath, [join(repositoryRoot, 'scripts/demo/main.ts'), ...args], { env });
}

const roleSchema = z.object({
  cluster: z.array(z.string()),
  indices: z.tuple([z.looseObject({ names: z.array(z.string()) })]),
});

/** The role that docs/operations.md shows, for the names of the demo. */
function documentedRole(): unknown {
  const { text = '' } = readPages().find(({ path }) => path === 'docs/operations.md') ?? {};
  const role = roleSchema.parse(JSON.parse(codeBlocks(text, 'json')[0] ?? ''));
  const [index] = role.indices;
  return {
    ...role,
    indices: [{ ...index, names: ['cities-*', 'cities', 'logs-*', 'logs', 'es-steward-*'] }],
  };
}

/** Makes a user who may do what the documentation says, and nothing else. */
async function leastUser(elasticsearch: ElasticsearchInfo): Promise<ElasticsearchInfo> {
  const { url, caFile, username = '', password = '' } = elasticsearch;
  const endpoint = { url, ...(caFile && { caFile }), authorization: basicAuthorization(username, password) };
  const put = (path: string, body: unknown) =>
    demand(endpoint, path, { method: 'PUT', body: JSON.stringify(body) });
  const least = { username: 'least', password: 'correct-horse-1' };
  await put('/_security/role/least', documentedRole());
  await put('/_security/user/least', { password: least.password, roles: ['least'] });
  return { ...elasticsearch, ...least };
}

describe('the demo', () => {
  const timeout = 600_000;

  afterAll(() => demo(environment().elasticsearch, '--stop'), timeout);

  it('ends well on given servers', { timeout }, async () => {
    expect(await demo(environment().elasticsearch)).toContain('All of it is right.');
  });

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
