import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { environmentFolder, repositoryRoot } from '../environment/cache.ts';
import type { ElasticsearchInfo } from '../environment/environment-info.ts';

const samples = join(repositoryRoot, 'deploy/samples');

/** The part of a manifest that depends on the Elasticsearch at hand. */
const manifestSchema = z.looseObject({
  kind: z.string(),
  spec: z.looseObject({}).optional(),
  stringData: z.record(z.string(), z.string()).optional(),
  data: z.record(z.string(), z.string()).optional(),
});

type Manifest = z.infer<typeof manifestSchema>;

/**
 * A copy of `deploy/samples` for `kubectl apply`, its connection told where this Elasticsearch is and how to log in;
 * everything else is as in the repository. Gives the folder.
 */
export function writeSamples(elasticsearch: ElasticsearchInfo): string {
  const folder = join(environmentFolder(), 'samples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const connection = 'elasticsearch-connection.yaml';
  for (const file of readdirSync(samples)) {
    if (file.endsWith('.yaml') && file !== connection) cpSync(join(samples, file), join(folder, file));
  }
  // A password is in it.
  writeFileSync(join(folder, connection), connectionFor(elasticsearch), { mode: 0o600 });
  return folder;
}

/** All samples of the first try as one stream of documents for `kubectl apply`. */
export function samplesFor(elasticsearch: ElasticsearchInfo): string {
  const connection = 'elasticsearch-connection.yaml';
  const others = readdirSync(samples).filter((file) => file.endsWith('.yaml') && file !== connection);
  const texts = others.map((file) => readFileSync(join(samples, file), 'utf8'));
  return [connectionFor(elasticsearch), ...texts].join('\n---\n');
}

/** The connection of the samples, for a cluster as it is. */
function connectionFor(elasticsearch: ElasticsearchInfo): string {
  const folder = elasticsearch.username === undefined ? samples : join(samples, 'secure');
  return fitted(readFileSync(join(folder, 'elasticsearch-connection.yaml'), 'utf8'), elasticsearch);
}

/** The documents of a sample with the address, login and authority of an Elasticsearch in them. */
export function fitted(yaml: string, elasticsearch: ElasticsearchInfo): string {
  const manifests = parseAllDocuments(yaml).map((document) => manifestSchema.parse(document.toJS()));
  return manifests.map((manifest) => stringify(fit(manifest, elasticsearch))).join('---\n');
}

function fit(manifest: Manifest, { url, username, password, caFile }: ElasticsearchInfo): Manifest {
  if (manifest.kind === 'Secret')
    return { ...manifest, stringData: { username: username ?? '', password: password ?? '' } };
  if (manifest.kind === 'ConfigMap')
    return { ...manifest, data: caFile ? { 'ca.crt': readFileSync(caFile, 'utf8') } : {} };
  const { tls, ...spec } = manifest.spec ?? {};
  const fittedSpec = {
    ...spec,
    endpoints: [url],
    allowInsecure: url.startsWith('http:'),
    ...(caFile && tls ? { tls } : {}),
  };
  return { ...manifest, spec: fittedSpec };
}
