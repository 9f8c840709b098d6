import { allMetrics } from '../generate/metrics-reference.ts';

/** Labels that Prometheus itself adds to what it scrapes. */
const TARGET_LABELS = ['namespace', 'job', 'instance', 'pod'];

/** The names that queries may use, with their labels: a histogram is three series. */
export const knownSeries: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  allMetrics().flatMap(({ name, type, labels }) => {
    const all = new Set([...labels, ...TARGET_LABELS]);
    if (type !== 'histogram') return [[name, all] as const];
    return [
      [`${name}_bucket`, new Set([...all, 'le'])] as const,
      [`${name}_sum`, all] as const,
      [`${name}_count`, all] as const,
    ];
  }),
);

/** Names of metrics that nobody serves, and labels that none of the metrics of a query has. */
export function strangersIn({
  metrics,
  labels,
}: {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}): readonly string[] {
  const has = new Set(metrics.flatMap((metric) => [...(knownSeries.get(metric) ?? [])]));
  return [
    ...metrics.filter((metric) => !knownSeries.has(metric)),
    ...labels.filter((label) => !has.has(label)),
  ];
}
