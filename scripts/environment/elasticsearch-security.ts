import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueServerIdentity } from './certificates.ts';
import { type FileUser, fileRealm } from './file-realm.ts';
import { writeWhole } from './settings-file.ts';

/** Makes the certificate authority and the certificate that all nodes of a cluster share, unless they are there. */
export function ensureCertificates(folder: string, furtherHost?: string): void {
  if (existsSync(join(folder, 'ca.crt'))) return;
  const { authority, server } = issueServerIdentity(
    'es-steward-elasticsearch',
    ['127.0.0.1', 'localhost', ...(furtherHost === undefined ? [] : [furtherHost])],
    new Date(),
  );
  writeFileSync(join(folder, 'server.crt'), server.certificate);
  writeFileSync(join(folder, 'server.key'), server.key, { mode: 0o600 });
  writeWhole(join(folder, 'ca.crt'), authority, 0o644); // Last: it stands for all of them.
}

/** The security settings of a node and the files that they name; without a user, security is off. */
export function securityOf(
  folder: string,
  user: FileUser | undefined,
): {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
} {
  if (user === undefined) return { settings: { 'xpack.security.enabled': false }, files: {} };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const files = {
    'server.crt': read('server.crt'),
    'server.key': read('server.key'),
    'ca.crt': read('ca.crt'),
  };
  return {
    settings: {
      'xpack.security.enabled': true,
      'xpack.security.authc.password_hashing.algorithm': 'pbkdf2',
      ...tls('http'),
      ...tls('transport'),
    },
    files: { ...files, ...fileRealm(user) },
  };
}

function tls(layer: 'http' | 'transport'): Readonly<Record<string, unknown>> {
  const prefix = `xpack.security.${layer}.ssl`;
  return {
    [`${prefix}.enabled`]: true,
    [`${prefix}.certificate`]: 'server.crt',
    [`${prefix}.key`]: 'server.key',
    [`${prefix}.certificate_authorities`]: ['ca.crt'],
  };
}
