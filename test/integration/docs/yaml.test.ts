import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { codeBlocks, readPages } from '../../../scripts/documentation/pages.ts';
import { repositoryRoot } from '../../../scripts/environment/cache.ts';
import { kinds } from '../../../src/crds/kinds.ts';
import { environment } from '../../support/environment.ts';
import { apiServer, pathOf } from '../crds/api-server.ts';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

type Example = { readonly title: string; readonly object: z.output<typeof objectSchema> };

function examplesIn(place: string, yaml: string): readonly Example[] {
  return parseAllDocuments(yaml).map((document) => {
    const object = objectSchema.parse(completed(place, document.toJS()));
    return { title: `${object.kind} ${object.metadata.name} of ${place}`, object };
  });
}

/** A guide may show a part of a spec; the sample of its name is the rest. */
function completed(place: string, example: unknown): unknown {
  const part = z.record(z.string(), z.unknown()).parse(example);
  if ('kind' in part) return part;
  const sample = readFileSync(
    join(repositoryRoot, 'deploy/samples', `${basename(place, '.md')}.yaml`),
    'utf8',
  );
  const whole = objectSchema.extend({ spec: z.looseObject({}) }).parse(parse(sample));
  return { ...whole, spec: { ...whole.spec, ...part } };
}

const inPages = readPages().flatMap(({ path, text }) =>
  codeBlocks(text, 'yaml').flatMap((yaml) => examplesIn(path, yaml)),
);
const inSamples = globSync('deploy/samples/**/*.yaml', { cwd: repositoryRoot }).flatMap((path) =>
  examplesIn(path, readFileSync(join(repositoryRoot, path), 'utf8')),
);

/** Of its own: other tests may have made objects of the same names in `default`. */
const namespace = `docs-${randomBytes(4).toString('hex')}`;

/** Where objects of a kind lie: one of ours, or what a sample brings along. */
function pathFor(kind: string): string {
  const ours = kinds.find((definition) => definition.kind === kind);
  return ours ? pathOf(ours, namespace) : `/api/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;
}

beforeAll(async () => {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await apiServer(environment().kubeconfig)('POST', '/api/v1/namespaces', body);
});

describe('what people copy from us', () => {
  it('is there for every kind, in the README and in the samples', () => {
    const readme = inPages.filter(({ title }) => title.endsWith('of README.md'));
    for (const { kind } of kinds) {
      expect(readme.map(({ object }) => object.kind)).toContain(kind);
      expect(inSamples.map(({ object }) => object.kind)).toContain(kind);
    }
  });

  it.each([...inPages, ...inSamples])(
    'is taken strictly and without a warning: $title',
    async ({ object }) => {
      const send = apiServer(environment().kubeconfig);
      const path = `${pathFor(object.kind)}?dryRun=All&fieldValidation=Strict`;
      expect(await send('POST', path, object)).toMatchObject({ status: 201, warnings: [] });
    },
  );
});
