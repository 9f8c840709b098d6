import type { ReindexRequest } from '../../crds/reindex-request.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import { indexMarks } from '../../elasticsearch/index-marks.ts';
import { indexNames } from '../../elasticsearch/index-names.ts';
import { templateOf } from '../../naming/series.ts';
import { globOf } from '../../naming/template.ts';
import type { Observed } from './observed.ts';
import { finishedCopies, hasLostJournal, newestBegun, partitionsOf } from './series.ts';

/** What there is of a series; both patterns must be granted as a whole. */
export async function readPartitions(
  request: ReindexRequest,
  connections: Connections,
  signal: AbortSignal,
): Promise<
  Pick<
    Observed,
    'connection' | 'partitions' | 'newestBegun' | 'finishedCopies' | 'maxConcurrentOperations' | 'protects'
  >
> {
  const { spec, metadata } = request;
  const globs = [spec.source.series, spec.destination.series].flatMap(globOfSeries);
  const use = {
    ref: spec.connectionRef,
    namespace: metadata.namespace,
    operations: ['Reindex'] as const,
    indices: globs,
    undo: isLeaving(request),
  };
  const cluster = await connections.use(use, signal);
  const [from = '', to = ''] = globs;
  const partitions = partitionsOf(spec, await indexNames(cluster.es, from, signal));
  const isLost = hasLostJournal(request);
  const [sources, copies] = await Promise.all([
    isLost ? indexMarks(cluster.es, from, signal) : [],
    isLost || partitions.length === 0 ? indexMarks(cluster.es, to, signal) : [],
  ]);
  return {
    connection: cluster.connection.name,
    maxConcurrentOperations: cluster.maxConcurrentOperations,
    protects: (name) => cluster.protects(name),
    partitions,
    newestBegun: isLost ? newestBegun(partitions, { sources, copies }, metadata.uid) : undefined,
    finishedCopies: finishedCopies(request, copies),
  };
}

/** It begins no further index, so that nothing may keep it from its end or its rest. */
export function isLeaving({ metadata, spec }: ReindexRequest): boolean {
  return metadata.deletionTimestamp !== undefined || spec.cancel || spec.suspend;
}

function globOfSeries(text: string | undefined): readonly string[] {
  const template = templateOf(text);
  return template ? [globOf(template)] : [];
}
