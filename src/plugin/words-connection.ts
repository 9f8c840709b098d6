import type { ElasticsearchConnection } from '../crds/elasticsearch-connection.ts';
import { counted } from './words.ts';

/** `green, 3 nodes, Elasticsearch 9.4.3, 2 at work` */
export function connectionWords({ status = {} }: ElasticsearchConnection): string {
  const { health, nodes, version, activeOperations = [], queued = 0, missingPrivileges = [] } = status;
  return [
    health ?? 'health not known',
    ...(nodes === undefined ? [] : [counted(nodes, 'node')]),
    ...(version === undefined ? [] : [`Elasticsearch ${version}`]),
    ...(activeOperations.length === 0 ? [] : [`${activeOperations.length} at work`]),
    ...(queued === 0 ? [] : [`${queued} waiting for a place`]),
    ...(missingPrivileges.length === 0 ? [] : [`lacks ${missingPrivileges.join(', ')}`]),
  ].join(', ');
}
