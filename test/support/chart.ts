import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../../scripts/environment/cache.ts';
import { provideHelm } from '../../scripts/environment/helm-recipe.ts';

const run = promisify(execFile);

export const CHART = join(repositoryRoot, 'deploy/helm/es-steward');
export const RELEASE = 'es-steward';

/** An object of a rendered chart, as loosely typed as a test reads it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- objects of a dozen kinds, judged by what tests expect of them
  readonly [member: string]: any;
}

export type Values = Readonly<Record<string, unknown>>;

export interface RenderOptions {
  readonly namespace?: string;
  readonly release?: string;
}

/** Runs helm; a failure carries what it has said. */
export async function helm(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(await provideHelm(), [...args], {
    env: { ...process.env, ...environment },
    maxBuffer: 64e6,
  });
  return stdout;
}

/** What `helm template` makes of these values. Without the kinds, which are most of it, unless values ask for them. */
export async function renderChart(
  values: Values = {},
  { namespace = 'steward', release = RELEASE }: RenderOptions = {},
): Promise<readonly Rendered[]> {
  const given = `--set-json=${JSON.stringify({ crds: { enabled: false }, ...values })}`;
  const text = await helm(['template', release, CHART, '--namespace', namespace, given]);
  // As YAML 1.1, which is what helm sends: `no` is a truth value there.
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => {
      // A key that stands twice, above all, of which helm itself takes the last.
      const [fault] = document.errors;
      if (fault !== undefined) throw fault;
      return document.toJS() as Rendered | null;
    })
    .filter((object) => object !== null);
}

/** Exactly one object of this kind, and of this name if one is given. */
export function theOne(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = all(objects, kind).filter(({ metadata }) => name === undefined || metadata.name === name);
  const [object, ...others] = found;
  if (object === undefined || others.length > 0)
    throw new Error(`${found.length} objects are ${kind} ${name ?? ''}`);
  return object;
}

export const all = (objects: readonly Rendered[], kind: string): readonly Rendered[] =>
  objects.filter((object) => object.kind === kind);
