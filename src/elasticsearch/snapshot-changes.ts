import { z } from 'zod';
import { ask } from './ask.ts';
import type { Elasticsearch } from './elasticsearch.ts';
import { inGroups } from './index-listing.ts';
import { path, repositoryName } from './path.ts';
import { snapshotName } from './snapshots.ts';

export interface SnapshotBody {
  readonly indices: readonly string[];
  readonly includeGlobalState: boolean;
  readonly featureStates: readonly string[];
  readonly ignoreUnavailable: boolean;
  readonly partial: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Begins a snapshot and does not wait for it. Sent once: whether it began is seen by its name.
 * @throws ElasticsearchError `alreadyExists`: read whose it is; `notFound` without the repository.
 */
export async function createSnapshot(
  es: Elasticsearch,
  repository: string,
  name: string,
  body: SnapshotBody,
  signal?: AbortSignal,
): Promise<void> {
  const request = {
    method: 'PUT',
    path: path`/_snapshot/${repositoryName(repository)}/${snapshotName(name)}`,
    query: { wait_for_completion: false },
    body: {
      indices: body.indices,
      include_global_state: body.includeGlobalState,
      feature_states: body.featureStates,
      ignore_unavailable: body.ignoreUnavailable,
      partial: body.partial,
      metadata: body.metadata,
    },
  } as const;
  await ask(es, request, z.object({ accepted: z.literal(true) }), signal);
}

/**
 * Asks for the deletion of snapshots, or for the end of one that runs. It does not wait: while another snapshot runs
 * Elasticsearch puts deletions off, and they are seen to be done only by reading. It deletes none of them when one does
 * not exist. It cannot be made conditional on a uuid: read the uuid in the same step.
 */
export async function deleteSnapshots(
  es: Elasticsearch,
  repository: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const batch of inGroups(names.map(snapshotName), ENCODED_COMMA)) {
    const request = {
      method: 'DELETE',
      path: path`/_snapshot/${repositoryName(repository)}/${batch.join(',')}`,
      query: { wait_for_completion: false },
    } as const;
    await ask(es, request, z.object({ acknowledged: z.literal(true) }), signal);
  }
}

/** Bytes between two names, as a part of a path is written. */
const ENCODED_COMMA = 3;
