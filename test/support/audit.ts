import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Every Secret that tests store, and everything that an operator or a test writes for people to read. */
const resources = [
  { group: '', resources: ['secrets', 'events', 'configmaps'] },
  { group: 'es-steward.dev', resources: ['*/status'] },
  { group: 'events.k8s.io', resources: ['events'] },
  { group: 'coordination.k8s.io', resources: ['leases'] },
];
const rules = [{ level: 'Request', verbs: ['create', 'update', 'patch'], resources }, { level: 'None' }];
const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules };

/** Flags of the API server of a lane, which keeps bodies of requests in `folder`. */
export function auditFlags(folder: string, lane: number): readonly string[] {
  const file = join(folder, `policy-${lane}.yaml`);
  writeFileSync(file, stringify(policy, { aliasDuplicateObjects: false }));
  return [`--audit-policy-file=${file}`, `--audit-log-path=${join(folder, `audit-${lane}.log`)}`];
}

/** The lines of the log, of its older parts too. None: the API server was given, and keeps no log for us. */
export function auditLines(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => /^audit.*\.log$/u.test(name));
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
}
