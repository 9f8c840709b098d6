import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { indexNames } from '../../elasticsearch/index-names.ts';
import { globOf, parseTemplate } from '../../naming/template.ts';
import type { Observed } from './observed.ts';
import { partitionsOf } from './series.ts';

/** What there is of a series; both patterns must be granted as a whole. */
export async function readPartitions(
  { spec, metadata }: ReindexRequest,
  connections: Connections,
  signal: AbortSignal,
): Promise<Pick<Observed, 'connection' | 'partitions' | 'maxConcurrentOperations' | 'protects'>> {
  const globs = [spec.source.series, spec.destination.series].flatMap(globOfSeries);
  const use = {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: ['Reindex'] as const,
    indices: globs,
    undo: metadata.deletionTimestamp !== undefined || spec.cancel || spec.suspend,
  };
  const cluster = await connections.use(use, signal);
  const [glob = ''] = globs;
  const names = await indexNames(cluster.es, glob, signal);
  return {
    connection: cluster.connection.name,
    maxConcurrentOperations: cluster.maxConcurrentOperations,
    protects: (name) => cluster.protects(name),
    partitions: partitionsOf(spec, names),
  };
}

function globOfSeries(text: string | undefined): readonly string[] {
  const parsed = text === undefined ? undefined : parseTemplate(text);
  return parsed?.ok ? [globOf(parsed.template)] : [];
}
