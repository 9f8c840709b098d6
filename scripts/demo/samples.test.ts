import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../environment/cache.ts';
import { fitted } from './samples.ts';

const sample = (file: string) => readFileSync(join(repositoryRoot, 'deploy/samples', file), 'utf8');
const documents = (yaml: string) => parseAllDocuments(yaml).map((document): unknown => document.toJS());

describe('fitted', () => {
  it('puts the address into the connection and leaves the rest as it is', () => {
    const [connection] = documents(
      fitted(sample('elasticsearch-connection.yaml'), { url: 'http://127.0.0.1:1', version: '9.4.3' }),
    );
    expect(connection).toMatchObject({
      metadata: { name: 'main' },
      spec: { endpoints: ['http://127.0.0.1:1'], allowInsecure: true },
    });
  });

  it('puts login and authority where the secure sample has them', () => {
    const caFile = join(repositoryRoot, 'LICENSE'); // Any file: it is passed on as it is.
    const [secret, authority, connection] = documents(
      fitted(sample('secure/elasticsearch-connection.yaml'), {
        url: 'https://127.0.0.1:1',
        version: '9.4.3',
        username: 'kim',
        password: 'p: "1',
        caFile,
      }),
    );
    expect(secret).toMatchObject({ stringData: { username: 'kim', password: 'p: "1' } });
    expect(authority).toMatchObject({ data: { 'ca.crt': readFileSync(caFile, 'utf8') } });
    expect(connection).toMatchObject({
      spec: {
        endpoints: ['https://127.0.0.1:1'],
        allowInsecure: false,
        tls: { caConfigMapRef: { name: 'elasticsearch-ca' } },
      },
    });
  });
});
