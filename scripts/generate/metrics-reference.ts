import { Counter, Histogram } from 'prom-client';
import { z } from 'zod';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { GENERATED, type GeneratedFile } from './files.ts';
import { code, table } from './markdown.ts';

export interface MetricDoc {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

/** The client has the names of the labels, and its types do not say so. */
const registered = z.object({ name: z.string(), help: z.string(), labelNames: z.array(z.string()) });

/** Every metric of our own that a running operator serves. */
export const servedMetrics = (): readonly MetricDoc[] =>
  allMetrics().filter(({ name }) => !/^(process|nodejs)_/u.test(name));

/** Those of Node.js and of the process as well. */
export function allMetrics(): readonly MetricDoc[] {
  const metrics = createMetrics('0.0.0');
  metrics.watchProcess({ leaseName: '', isLeader: () => false, isPaused: () => false });
  return metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, help, labelNames: labels } = registered.parse(metric);
    return { name, type: typeOf(metric), labels, help };
  });
}

function typeOf(metric: unknown): MetricDoc['type'] {
  if (metric instanceof Counter) return 'counter';
  return metric instanceof Histogram ? 'histogram' : 'gauge';
}

interface Section {
  readonly title: string;
  readonly text?: string;
  readonly prefix: RegExp;
}

/** The first whose prefix fits has a metric. */
const SECTIONS: readonly Section[] = [
  { title: 'ElasticsearchConnection', prefix: /^es_steward_connection_/u },
  { title: 'ReindexRequest', prefix: /^es_steward_reindex_/u },
  { title: 'SnapshotSchedule', prefix: /^es_steward_snapshots?_/u },
  { title: 'IndexMaintenancePolicy', prefix: /^es_steward_maintenance_/u },
  { title: 'All kinds', prefix: /^es_steward_resource_/u },
  { title: 'The operator', prefix: /^(es_steward|leader_election)_/u },
  {
    title: 'Its engine',
    text: 'Names and labels that controller-runtime and client-go have are theirs, so that existing dashboards fit.',
    prefix: /^(controller_runtime|workqueue|rest_client)_/u,
  },
];

const INTRODUCTION = `The operator serves these at \`/metrics\` ([where](../operations.md#flags)), besides the usual \`process_*\` and \`nodejs_*\`.

Those with the labels \`namespace\` and \`name\` come from the resources themselves: they survive a restart, go with the resource, and every replica serves the same ones: take \`max by (namespace, name)\`. The labels are
those of the resource. Scrape with \`honorLabels: true\`: else Prometheus puts the namespace of the operator in the place of that of the resource, which it renames to \`exported_namespace\`.

No label has the name of an index or of a document.
`;

/** docs/reference/metrics.md, from what the operator registers. */
export function metricsPages(): readonly GeneratedFile[] {
  const bySection = Map.groupBy(servedMetrics(), ({ name }) =>
    SECTIONS.find(({ prefix }) => prefix.test(name)),
  );
  const sections = SECTIONS.map((section) => {
    const rows = (bySection.get(section) ?? []).map(({ name, type, labels, help }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      help,
    ]);
    const listed = table(['Metric', 'Type', 'Labels', 'Meaning'], rows);
    return [
      `## ${section.title}\n`,
      ...(section.text === undefined ? [] : [`${section.text}\n`]),
      listed,
    ].join('\n');
  });
  const without = bySection.get(undefined) ?? [];
  if (without.length > 0) throw new Error(`No section for ${without.map(({ name }) => name).join(', ')}.`);
  const content = [`<!-- ${GENERATED} -->\n`, '# Metrics\n', INTRODUCTION, ...sections].join('\n');
  return [{ path: 'docs/reference/metrics.md', content }];
}
