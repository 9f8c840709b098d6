import { parser } from '@prometheus-io/lezer-promql';

/** What a query reads. */
export interface Query {
  /** Names of metrics, without the suffixes that a histogram adds. */
  readonly metrics: readonly string[];
  /** Names of labels in matchers, groupings and joins. */
  readonly labels: readonly string[];
}

/** @throws SyntaxError where the text is no PromQL. */
export function readQuery(text: string): Query {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(text).iterate({
    enter({ name, type, from, to, node }) {
      if (type.isError) throw new SyntaxError(`no PromQL at character ${from}: ${text}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.add(text.slice(from, to));
      if (name === 'LabelName') labels.add(text.slice(from, to));
    },
  });
  return { metrics: [...metrics], labels: [...labels] };
}
