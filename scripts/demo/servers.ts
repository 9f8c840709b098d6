import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Client } from '@elastic/elasticsearch';
import { environmentFolder } from '../environment/cache.ts';
import { down, up } from '../environment/development.ts';
import type { ElasticsearchInfo, EnvironmentInfo } from '../environment/environment-info.ts';
import { say } from '../environment/progress.ts';

/** Gives the demo an environment beside the usual one, so that neither sees the other's servers or data. */
export function chooseDemoEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const name = env['ES_STEWARD_ENVIRONMENT'];
  env['ES_STEWARD_ENVIRONMENT'] = name ? `${name}-demo` : 'demo';
}

/** Where the resources of the demo live, and its operator keeps to: nothing else of a given cluster is touched. */
export const demoNamespace = 'es-steward-demo';

/** Whether somebody else's servers are used, which are never stopped or wiped. */
export function serversAreGiven(env: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(env['ELASTICSEARCH_URL']) || kubernetesIsGiven(env);
}

/** A shell in which a person looks at the demo has `KUBECONFIG` set too; that one is not given by anybody else. */
export function kubernetesIsGiven(env: NodeJS.ProcessEnv = process.env): boolean {
  const kubeconfig = env['KUBECONFIG'];
  return Boolean(kubeconfig) && !kubeconfig?.startsWith(environmentFolder(env));
}

/** Starts what is not given, from nothing. */
export async function startServers(): Promise<EnvironmentInfo> {
  await removeServers();
  return up({ secure: false });
}

/** Ends the demo's own servers and deletes their data. */
export async function removeServers(): Promise<void> {
  const folder = environmentFolder();
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  say('Removing what the demo has started and written on this machine ...');
  await down({ wipe: true });
}

export function connect({ url, username, password, caFile }: ElasticsearchInfo): Client {
  return new Client({
    node: url,
    ...(username !== undefined && { auth: { username, password: password ?? '' } }),
    ...(caFile !== undefined && { tls: { ca: readFileSync(caFile) } }),
  });
}
