import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { repositoryRoot } from '../../scripts/environment/cache.ts';
import type { Installation } from './installation.ts';

const definitionSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    versions: z.array(
      z.object({
        name: z.string(),
        schema: z.unknown(),
        additionalPrinterColumns: z.array(z.looseObject({ name: z.string() })).default([]),
      }),
    ),
  }),
});

/** The part of a CustomResourceDefinition that a new version of the product changes. */
export type Definition = {
  readonly name: string;
  readonly versions: z.output<typeof definitionSchema>['spec']['versions'];
};

function definitionOf({ metadata, spec }: z.output<typeof definitionSchema>): Definition {
  return { name: metadata.name, versions: spec.versions };
}

/** What `deploy/crds` has. */
export function definitionsOfCheckout(): readonly Definition[] {
  const folder = join(repositoryRoot, 'deploy/crds');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const definitions = files.map((name) =>
    definitionSchema.parse(parse(readFileSync(join(folder, name), 'utf8'))),
  );
  return definitions.map(definitionOf).toSorted(byName);
}

/** What the cluster has of ours. */
export async function definitionsOfCluster({ read }: Installation): Promise<readonly Definition[]> {
  const { items } = await read(z.object({ items: z.array(definitionSchema) }), 'crd');
  const ours = items.filter(({ metadata }) => metadata.name.endsWith('.es-steward.dev'));
  return ours.map(definitionOf).toSorted(byName);
}

function byName(a: Definition, b: Definition): number {
  return a.name.localeCompare(b.name);
}

const wholeSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.unknown(), annotations: z.unknown() }),
  spec: z.looseObject({
    versions: z.array(z.looseObject({ additionalPrinterColumns: z.array(z.unknown()).default([]) })),
  }),
});

/** Makes a kind look as if an older chart had installed it, as helm does that: with a column that is not there any more. */
export async function makeOlder({ apply, read }: Installation, plural: string): Promise<void> {
  const { apiVersion, kind, metadata, spec } = await read(wholeSchema, 'crd', `${plural}.es-steward.dev`);
  const { name, labels, annotations } = metadata;
  const column = { name: 'Old', type: 'string', jsonPath: '.metadata.name' };
  const versions = spec.versions.map((version) => ({
    ...version,
    additionalPrinterColumns: [...version.additionalPrinterColumns, column],
  }));
  const older = { apiVersion, kind, metadata: { name, labels, annotations }, spec: { ...spec, versions } };
  await apply(JSON.stringify(older), '--server-side', '--field-manager=helm', '--force-conflicts');
}
