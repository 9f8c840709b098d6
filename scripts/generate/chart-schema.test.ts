import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flagsSchema, readInvocation } from '../../src/config.ts';
import { describeFlags } from '../../src/flags.ts';

const CHART = join(import.meta.dirname, '../../deploy/helm/es-steward');

interface Part {
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly items?: Part;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly patternProperties?: Readonly<Record<string, Part | false>>;
  readonly additionalProperties?: Part | boolean;
}

const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Part & {
  readonly definitions: Readonly<Record<string, Part>>;
};

const resolved = (part: Part | undefined): Part =>
  (part?.$ref === undefined ? part : schema.definitions[part.$ref.slice('#/definitions/'.length)]) ?? {};

/** What the schema says of the value at this path; a list is judged by its items, a map by any member. */
const partAt = (path: string): Part =>
  path.split('.').reduce<Part>((part, key) => resolved(part.properties?.[key]), schema);

const matches = ({ pattern = '^$' }: Part, text: string): boolean => new RegExp(pattern, 'u').test(text);
const takes = (path: string, text: string): boolean => {
  const part = partAt(path);
  return matches(part.items ?? part, text);
};

describe('the schema of the chart takes a value if the operator does', () => {
  const operatorTakes = (flag: string): boolean => {
    try {
      return readInvocation([flag], {}).type === 'run';
    } catch {
      return false;
    }
  };

  it.each(
    ['10.0.0.0/8', '10.0.0.0/32', '10.0.0.0/33', '10.0.0.0/99', '256.0.0.0/8', '10.0.0/8', '10.0.0.1'].concat(
      [
        '*.example.com',
        'es/8',
        'es/',
        'a_b',
        '-a',
        'http://es:9200',
        'fd00::/8',
        '::1',
        'fd00::/129',
        '::/128',
      ],
    ),
  )('for an endpoint: %s', (rule) => {
    expect(takes('allowedEndpoints', rule)).toBe(operatorTakes(`--allowed-endpoints=${rule}`));
  });

  it.each(['billing-*', '<a>', 'a b', 'a"', 'a|b', 'a#', 'a/b', 'a\\b', 'a?', 'ä', 'x'.repeat(256)])(
    'for an index: %s',
    (glob) => {
      expect(takes('protectedIndices', glob)).toBe(operatorTakes(`--protected-indices=${glob}`));
    },
  );

  it.each([
    '--bogus=1',
    '--paused',
    '--paused=false',
    '--paused=yes',
    '--lease-name',
    '--lease-names=a',
    '-x',
  ])('for a flag: %s', (flag) => {
    expect(takes('extraArgs', flag)).toBe(operatorTakes(flag));
  });

  it('whatever flag it is', () => {
    const told = describeFlags(flagsSchema, 'ES_STEWARD').matchAll(/^ {2}(--[a-z-]+)/gmu);
    const flags = [...told].map(([, flag]) => flag);
    expect(flags.length).toBeGreaterThan(10);
    expect(flags.filter((flag) => !takes('extraArgs', `${flag}=true`))).toEqual([]);
  });
});

describe('the schema of the chart refuses what Kubernetes would refuse', () => {
  it.each([
    ['serviceAccount.name', 'Bad_Name', 'good.name'],
    ['serviceAccount.name', 'a..b', ''],
    ['priorityClassName', 'High', 'system-cluster-critical'],
    ['image.tag', 'bad tag', '1.2.3-rc.1'],
    ['image.tag', '-x', ''],
    ['image.repository', 'r/x y', 'registry.example:5000/r/x'],
  ])('in %s: %s', (path, bad, good) => {
    expect([takes(path, bad), takes(path, good)]).toEqual([false, true]);
  });

  const LABELS = ['commonLabels', 'podLabels', 'nodeSelector', 'dashboard.labels'].concat(
    ['serviceMonitor', 'prometheusRule'].map((name) => `metrics.${name}.labels`),
  );

  it.each(LABELS)('in %s', (path) => {
    const { patternProperties = {}, additionalProperties } = partAt(path);
    const accepts = (key: string, value: string) =>
      Object.entries(patternProperties)
        .filter(([pattern]) => new RegExp(pattern, 'u').test(key))
        .map(([, part]) => part !== false && matches(resolved(part), value));
    expect(additionalProperties).toBe(false);
    expect(accepts('bad key', 'x')).toEqual([]);
    expect(accepts('team', 'bad value!')).toEqual([false]);
    expect([...accepts('example.com/team', 'a_b.c'), ...accepts('team', '')]).toEqual([true, true]);
    const isOwn = ['commonLabels', 'podLabels'].includes(path);
    expect(accepts('app.kubernetes.io/name', 'x').includes(false)).toBe(isOwn);
  });

  it.each(['requests', 'limits'])('in resources.%s', (path) => {
    const members = partAt(`resources.${path}`).additionalProperties as Part;
    const good = ['50m', '128Mi', '1.5Gi', '2', '1e3', '.5', '1E', '100k'];
    const bad = ['lots', '128MB', '1 Gi', '-1', '', '1KI'];
    expect([
      good.filter((text) => !matches(members, text)),
      bad.filter((text) => matches(members, text)),
    ]).toEqual([[], []]);
  });
});
