import type { Client } from '@elastic/elasticsearch';
import { untilSettled } from './follow.ts';
import { holds, type Kubernetes, readyMessage, type Resource } from './kubernetes.ts';
import { checkLogs, type Logs, membersOf } from './logs.ts';
import { print, printCommand } from './report.ts';
import type { Check } from './verdict.ts';

/** The name of `deploy/samples/index-maintenance-policy.yaml`. */
const policy = 'logs';

type Stage = {
  readonly kubernetes: Kubernetes;
  readonly client: Client;
  readonly signal: AbortSignal;
};

/** A plan, its approval, and what comes of it. Approves nothing but what the demo has made itself. */
export async function maintain({ kubernetes, client, signal }: Stage, logs: Logs): Promise<readonly Check[]> {
  const until = (isSettled: (resource: Resource) => boolean) =>
    untilSettled(kubernetes, 'indexmaintenancepolicies', policy, signal, isSettled);
  const annotate = (key: string, value: string) =>
    kubernetes.kubectl('annotate', 'imp', policy, `es-steward.dev/${key}=${value}`, '--overwrite');
  const planned = await until(({ status }) => status.plan?.deletes?.count === logs.old.length);
  await printCommand(kubernetes, 'get', 'imp', policy);
  print(`It is a plan, nothing more: ${planned.status.plan?.deletes?.names.join(', ')}`);
  print(
    `logs-today leads to ${(await membersOf(client, 'logs-today')).join(', ')}: as yesterday has left it.`,
  );
  print(`\n$ ${kubernetes.shown} patch imp ${policy} --type=merge -p '{"spec":{"mode":"Enforce"}}'`);
  await kubernetes.kubectl('patch', 'imp', policy, '--type=merge', '-p', '{"spec":{"mode":"Enforce"}}');
  await annotate('run-now', `demo-${logs.madeAt}`);
  const waiting = await until((resource) => holds(resource, 'ApprovalRequired'));
  const { hash = '', deletes } = waiting.status.plan ?? {};
  print(readyMessage(waiting));
  if (deletes?.names.join() !== logs.old.join())
    throw new Error(
      `The plan is not what the demo has made for it, and is not approved: ${deletes?.names.join(', ')}`,
    );
  print(`$ ${kubernetes.shown} annotate imp ${policy} es-steward.dev/approve=${hash}`);
  await annotate('approve', hash);
  const done = await until(({ status }) => status.lastRun?.deleted === logs.old.length);
  print(
    `${readyMessage(done)}: ${done.status.lastRun?.deleted} deleted, ${done.status.lastRun?.failed} failed.`,
  );
  return checkLogs(client, logs);
}
