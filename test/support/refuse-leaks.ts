import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { EnvironmentInfo } from '../../scripts/environment/environment-info.ts';
import { auditLines } from './audit.ts';
import { CANARY, LOGIN } from './canary.ts';
import { leaks, type Secret, secretsOf, tooShort } from './leaks.ts';

/** Where a run of tests keeps what was told: `told` by operators and plugin, `audit` by requests to the API server. */
export interface Kept {
  readonly folder: string;
  readonly told: string;
  readonly audit: string;
}

/** All that the operators of a run have told, by where. */
export function everythingTold({ told, audit }: Kept): Readonly<Record<string, string>> {
  const files = readdirSync(told).map((name) => [name, readFileSync(join(told, name), 'utf8')]);
  const written = auditLines(audit).filter((line) => !line.includes('"resource":"secrets"'));
  return { ...Object.fromEntries(files), 'what was written to the API server': written.join('\n') };
}

const kubeconfig = z.object({
  users: z.array(z.object({ user: z.object({ token: z.string().optional() }) })),
});

/** The logins of the environments, and each value of each Secret that a test has made. */
function allSecrets(environments: readonly EnvironmentInfo[], audit: string): readonly Secret[] {
  const canary = { origin: 'the password of the tests', value: CANARY, username: LOGIN.username };
  return [
    canary,
    ...environments.flatMap(loginsOf),
    ...auditLines(audit)
      .filter((line) => line.includes('"resource":"secrets"'))
      .flatMap(secretsOf),
  ];
}

function loginsOf({ kubeconfig: file, elasticsearch }: EnvironmentInfo): readonly Secret[] {
  const { users } = kubeconfig.parse(parse(readFileSync(file, 'utf8')));
  const tokens = users.flatMap(({ user }) => user.token ?? []);
  const { password } = elasticsearch;
  return [
    ...tokens.map((value) => ({ origin: 'the token of the kubeconfig', value })),
    ...(password === undefined
      ? []
      : [{ ...elasticsearch, origin: 'the password of Elasticsearch', value: password }]),
  ];
}

/** A secret must be in no line of a log, Event, status, metric, error or support bundle, whichever test it was. */
export function refuseLeaks(environments: readonly EnvironmentInfo[], kept: Kept): void {
  const secrets = allSecrets(environments, kept.audit);
  const found = [...tooShort(secrets), ...leaks(secrets, everythingTold(kept))];
  if (found.length === 0) return;
  throw new Error(`Secrets were told, or could not be looked for:\n${found.join('\n')}`);
}
