import { describe, expect, it } from 'vitest';
import { kinds } from '../../../src/crds/kinds.ts';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { apiServer, applyCrd } from './api-server.ts';

const send = apiServer(environment().kubeconfig);

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/** Paths of members that say nothing of themselves. */
function* silent(schema: Described, path: string): Generator<string> {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (!member.description) yield `${path}.${name}`;
    yield* silent(member, `${path}.${name}`);
  }
  if (schema.items) yield* silent(schema.items, `${path}[]`);
}

describe.each(kinds.map((definition) => [definition.kind, definition] as const))(
  'the definition of %s',
  (kind, definition) => {
    it('is taken strictly, without a warning, as structural', async () => {
      const answer = await applyCrd(send, customResourceDefinition(definition));
      expect([answer.status < 300, answer.warnings]).toEqual([true, []]);
      expect(JSON.stringify(answer.body)).not.toContain('NonStructuralSchema');
    });

    it('describes every field to kubectl explain', async () => {
      await applyCrd(send, customResourceDefinition(definition));
      const name = `dev.es-steward.v1alpha1.${kind}`;
      const schema = await eventually(`${kind} is explained`, async () => {
        const { body } = await send('GET', '/openapi/v3/apis/es-steward.dev/v1alpha1');
        const document = body as {
          readonly components?: { readonly schemas?: Readonly<Record<string, Described>> };
        };
        return document.components?.schemas?.[name];
      });
      const { spec, status } = schema.properties ?? {};
      expect([...silent(spec ?? {}, 'spec'), ...silent(status ?? {}, 'status')]).toEqual([]);
      expect(Object.keys(spec?.properties ?? {}).length).toBeGreaterThan(5);
    });
  },
);
