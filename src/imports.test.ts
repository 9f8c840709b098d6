import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The direction of imports, so that a reader of one folder need not know the others. Each rule: files that match
 * `from` may not import what matches `to`; with `types` not even for types.
 */
const rules: readonly {
  readonly why: string;
  readonly from: RegExp;
  readonly to: RegExp;
  readonly types: boolean;
}[] = [
  { why: 'schemas know nobody', from: /^src\/crds\//, to: /^src\/(?!crds\/|schedule\/)|^node:/, types: true },
  {
    why: 'schedules and names are pure',
    from: /^src\/(schedule|naming)\//,
    to: /^src\/(?!schedule|naming|crds)|^node:/,
    types: true,
  },
  {
    why: 'the engine knows neither Elasticsearch nor a kind',
    from: /^src\/runtime\//,
    to: /^src\/(elasticsearch|controllers)\//,
    types: true,
  },
  {
    why: 'the transport is below the engine',
    from: /^src\/kubernetes\//,
    to: /^src\/(runtime|controllers|elasticsearch)\//,
    types: true,
  },
  {
    why: 'Elasticsearch knows no controller',
    from: /^src\/elasticsearch\//,
    to: /^src\/(controllers|kubernetes)\//,
    types: true,
  },
  {
    why: 'only the I/O ends of a kind speak to Elasticsearch',
    from: /^src\/controllers\/[^/]+\/(?!observe|perform|controller|source)/,
    to: /^src\/elasticsearch\//,
    types: false,
  },
  {
    why: 'main joins everything, nobody joins main',
    from: /^src\/(?!main\.ts)/,
    to: /^src\/(plugin\/)?main\.ts$/,
    types: true,
  },
  {
    why: 'the plugin asks the API server and nobody else',
    from: /^src\/plugin\//,
    to: /^src\/(?!plugin\/|crds\/|kubernetes\/|runtime\/|schedule\/|telemetry\/redaction\.ts)|^undici/,
    types: true,
  },
  {
    why: 'the operator knows nothing of the plugin',
    from: /^src\/(?!plugin\/)/,
    to: /^src\/plugin\//,
    types: true,
  },
  {
    why: 'client-node stays in kubernetes',
    from: /^src\/(?!kubernetes\/)/,
    to: /^@kubernetes\/client-node/,
    types: true,
  },
  {
    why: 'the Elasticsearch client stays in elasticsearch',
    from: /^src\/(?!elasticsearch\/)/,
    to: /^@elastic\/elasticsearch/,
    types: true,
  },
  {
    why: 'decisions cannot wait',
    from: /\/(decide|rules|plan|situation|step)\.ts$|\/stages\//,
    to: /^node:(fs|http|net|timers)|^undici/,
    types: true,
  },
];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const imports = globSync('src/**/*.ts')
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap(importsOf);

function importsOf(file: string): readonly Import[] {
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm,
  );
  return [...statements].map(([, type, from, bare]) => ({
    file,
    target: resolved(file, from ?? bare ?? ''),
    typeOnly: type !== undefined,
  }));
}

function resolved(file: string, target: string): string {
  return target.startsWith('.') ? join(file, '..', target) : target;
}

function kindOf(path: string): string | undefined {
  return /^src\/controllers\/([^/]+)\//.exec(path)?.[1];
}

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it.each(rules)('keep their direction: $why', ({ from, to, types }) => {
    const wrong = imports.filter(
      ({ file, target, typeOnly }) => from.test(file) && to.test(target) && (types || !typeOnly),
    );
    expect(wrong).toEqual([]);
  });

  it('never lead from one kind to another', () => {
    const wrong = imports.filter(
      ({ file, target }) => kindOf(file) && kindOf(target) && kindOf(file) !== kindOf(target),
    );
    expect(wrong).toEqual([]);
  });
});
