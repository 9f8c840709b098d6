import { describe, expect, it } from 'vitest';
import { safe, safeText } from './safe.ts';

const canary = 'canary-9Zr4';

describe('what leaves in a report', () => {
  it('has no secret, wherever somebody may have put one', () => {
    const object = {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"x":"${canary}"}` },
        managedFields: [{ manager: canary }],
      },
      spec: {
        auth: { apiKey: canary, bearer: { token: canary }, basic: { password: canary } },
        endpoints: [`https://elastic:${canary}@es.example:9200`],
        transform: {
          script: { source: 'ctx._source.x = params.key', params: { key: canary, nested: [{ a: canary }] } },
        },
        source: { query: { term: { customer: canary } } },
        containers: [
          {
            env: [
              { name: 'HTTPS_PROXY', value: `http://u:${canary}@proxy` },
              { name: 'X', value: canary },
            ],
          },
        ],
      },
      status: { failures: [{ index: 'orders-v2', id: canary, type: 'parsing', reason: `value ${canary}` }] },
    };
    expect(JSON.stringify(safe(object))).not.toContain(canary);
  });

  it('keeps what explains a fault', () => {
    const object = {
      spec: {
        auth: {
          basic: { secretRef: { name: 'es' }, passwordKey: 'password' },
          apiKey: { secretRef: { name: 'key' }, key: 'apiKey' },
        },
        env: [
          { name: 'ES_STEWARD_LOG_LEVEL', value: 'debug' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        source: { query: { term: { customer: 5 } } },
      },
      status: { failures: [{ index: 'orders-v2', type: 'parsing' }], phase: 'Failed' },
    };
    expect(safe(object)).toEqual({
      ...object,
      spec: { ...object.spec, source: { query: { term: { customer: '***' } } } },
    });
  });

  it.each([
    `Authorization: Basic ${canary}AAAA`,
    `{"authorization":"ApiKey ${canary}AAAA"}`,
    `password=${canary}`,
    `"ES_PASSWORD": "${canary}"`,
    `https://u:${canary}@host`,
    `--api-key=${canary}`,
    `Bearer eyJhbGciOiJSUzI1NiJ9.${canary}aaaaaaaa.sig`,
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
  ])('has no credential in a text: %s', (text) => {
    expect(safeText(text)).not.toContain(canary);
  });
});
