import { dirname } from 'node:path';
import { environmentFolder } from '../environment/cache.ts';
import type { EnvironmentInfo } from '../environment/environment-info.ts';
import type { Kubernetes } from './kubernetes.ts';
import { operatorLog } from './operator.ts';
import { serversAreGiven } from './servers.ts';
import type { Check } from './verdict.ts';

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function heading(title: string): void {
  print(`\n== ${title}`);
}

/** Shows a kubectl command and what it prints. */
export async function printCommand(kubernetes: Kubernetes, ...args: readonly string[]): Promise<void> {
  print(`$ ${kubernetes.shown} ${args.join(' ')}`);
  print((await kubernetes.kubectl(...args)).trimEnd());
}

/** The last part of `kubectl describe`: what happened, in order. */
export async function printEvents(kubernetes: Kubernetes, request: string): Promise<void> {
  const description = await kubernetes.kubectl('describe', 'reindexrequest', request);
  print(`\n$ ${kubernetes.shown} describe reindex ${request}     # its last lines`);
  print(description.slice(Math.max(description.lastIndexOf('\nEvents:') + 1, 0)).trimEnd());
}

export function printChecks(checks: readonly Check[]): void {
  for (const { claim, holds, found } of checks)
    print(`  ${holds ? 'ok   ' : 'WRONG'} ${claim}\n          ${found}`);
  const wrong = checks.filter(({ holds }) => !holds).length;
  print(wrong === 0 ? '\nAll of it is right.' : `\n${wrong} of ${checks.length} checks do not hold.`);
}

/** What a person may do next, with everything still there or not. */
export function printNextSteps(options: {
  readonly keep: boolean;
  readonly environment: EnvironmentInfo;
  readonly kubernetes: Kubernetes;
}): void {
  heading('Next');
  if (options.keep) return printWaysToLook(options);
  print('  npm run demo -- --keep                   the same, and everything stays there to look at');
  print('  deploy/samples/reindex-request.yaml      change it and run again');
  print('  docs/guides/reindex-request.md           what else a request can do');
}

function printWaysToLook({
  environment: { kubeconfig, elasticsearch },
  kubernetes: { kubectlPath, shown },
}: {
  readonly environment: EnvironmentInfo;
  readonly kubernetes: Kubernetes;
}): void {
  const kubectl = onPath(kubectlPath) ? shown : shown.replace('kubectl', () => kubectlPath);
  print('  Servers and operator stay there. Look around:');
  print(`    export KUBECONFIG=${kubeconfig}`);
  print(`    ${kubectl} get es-steward`);
  print(`    ${kubectl} describe reindex cities-v2`);
  print(`    ${kubectl} explain reindexrequest.spec`);
  print(`    curl '${elasticsearch.url}/cities/_search?q=size:city&pretty'`);
  print(`    tail -f ${operatorLog()}`);
  print('  Copy on, from cities-v2 to an index of your own: docs/guides/reindex-request.md');
  print(
    `  Stop and delete it all: npm run demo -- --stop${serversAreGiven() ? ' (with the same variables set)' : ''}`,
  );
  print(`  Its files: ${environmentFolder()}`);
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').includes(dirname(program));
}
