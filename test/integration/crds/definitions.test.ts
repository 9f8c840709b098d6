import { describe, expect, it, onTestFinished } from 'vitest';
import { kinds } from '../../../src/crds/kinds.ts';
import { customResourceDefinition } from '../../../src/crds/manifest.ts';
import { environment } from '../../support/environment.ts';
import { eventually } from '../../support/eventually.ts';
import { apiServer, applyCrd, objectOf, pathOf } from './api-server.ts';

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

/** The lists that a default fills in, and the rest of an object that has them. */
const DEFAULTED: readonly (readonly [kind: string, spec: object, narrowed: (list: unknown) => object])[] = [
  [
    'SnapshotSchedule',
    { connectionRef: { name: 'a' }, repository: 'b', schedule: '@daily', suspend: true },
    (indices) => ({ indices }),
  ],
  [
    'ElasticsearchConnection',
    { endpoints: ['https://es.example'], suspend: true },
    (protectedIndices) => ({ protectedIndices }),
  ],
  [
    'IndexMaintenancePolicy',
    { connectionRef: { name: 'a' }, mode: 'DryRun', suspend: true, targets: [{ name: 'a', pattern: 'a' }] },
    (skip) => ({ deletion: { skip } }),
  ],
];

it.each(DEFAULTED)(
  '%s: a narrower list that is applied later takes the place of its default',
  async (...row) => {
    const [kind, spec, narrowed] = row;
    const definition = kinds.find((each) => each.kind === kind);
    if (definition === undefined) throw new Error(kind);
    await applyCrd(send, customResourceDefinition(definition));
    const path = `${pathOf(definition)}/narrowed`;
    const apply = (more: object) =>
      send(
        'PATCH',
        `${path}?fieldManager=git`,
        {
          apiVersion: `${definition.group}/${definition.version}`,
          kind,
          metadata: { name: 'narrowed' },
          spec: { ...spec, ...more },
        },
        'application/apply-patch+yaml',
      );
    onTestFinished(async () => void (await send('DELETE', path)));
    expect((await apply({})).status).toBe(201);
    const list = kind === 'IndexMaintenancePolicy' ? ['Hidden'] : ['logs-*'];
    expect(objectOf(await apply(narrowed(list))).spec).toMatchObject(narrowed(list));
  },
);

it('shows what a request copies in its columns, an index or a series', async () => {
  const definition = kinds.find(({ kind }) => kind === 'ReindexRequest');
  if (definition === undefined) throw new Error('ReindexRequest');
  await applyCrd(send, customResourceDefinition(definition));
  const path = pathOf(definition);
  const series = { source: { series: 'a-{date:yyyy}' }, destination: { series: 'b-{date:yyyy}' } };
  const index = { source: { index: 'a' }, destination: { index: 'b' } };
  for (const [name, members] of Object.entries({ series, index })) {
    await send('POST', path, {
      apiVersion: `${definition.group}/${definition.version}`,
      kind: definition.kind,
      metadata: { name: `columns-${name}` },
      spec: { connectionRef: { name: 'a' }, suspend: true, ...members },
    });
    onTestFinished(async () => void (await send('DELETE', `${path}/columns-${name}`)));
    const { columnDefinitions, rows } = (
      await send(
        'GET',
        `${path}/columns-${name}`,
        undefined,
        undefined,
        'application/json;as=Table;g=meta.k8s.io;v=v1',
      )
    ).body as Table;
    const cell = (column: string) =>
      rows[0]?.cells[columnDefinitions.findIndex((each) => each.name === column)];
    const { source, destination } = members;
    expect([cell('Source'), cell('Destination')]).toEqual([
      Object.values(source)[0],
      Object.values(destination)[0],
    ]);
  }
});

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}
