import type { ElasticsearchConnectionStatus as Status } from '../../crds/elasticsearch-connection.ts';
import type { Connections } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import { verifyRepository } from '../../elasticsearch/repositories.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import type { Pass, StatusChange } from '../../runtime/controller.ts';
import type { VerifyRepository } from './actions.ts';
import type { Connection } from './observed.ts';
import type { Verifications } from './verifications.ts';

export interface PerformDependencies {
  readonly connections: Pick<Connections, 'client'>;
  readonly verifications: Verifications;
}

/** A repository that needs longer is not one to rely on, and a pass does not wait for it. */
const VERIFY_TIMEOUT_MS = 20_000;

/** That a repository fails its trial write is a finding, not a fault of the probe. */
export function createPerform({ connections, verifications }: PerformDependencies) {
  return async (
    { repository }: VerifyRepository,
    resource: Connection,
    pass: Pass,
  ): Promise<StatusChange<Status>> => {
    const client = await connections.client(resource, pass.signal);
    const verified = await verify(withTimeout(client, VERIFY_TIMEOUT_MS), repository, pass.signal);
    verifications.remember(resource.metadata, repository, { verified, at: pass.now });
    return (status) => withVerified(status, repository, verified);
  };
}

/** What Elasticsearch says of the repository itself; all else is of the login, the connection or the hour. */
const FINDINGS = ['serverError', 'notFound', 'timeout', 'conflict', 'invalid'] as const;

/** Undefined when the login may not try, the cluster is busy or away, or the name cannot be asked for: that says nothing. */
async function verify(
  es: Elasticsearch,
  repository: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    return (await verifyRepository(es, repository, signal)) > 0;
  } catch (error) {
    if (isElasticsearchError(error, ...FINDINGS)) return false;
    if (isElasticsearchError(error) || error instanceof RangeError) return undefined;
    throw error;
  }
}

function withVerified(status: Status, repository: string, verified: boolean | undefined): Status {
  if (verified === undefined || status.repositories === undefined) return status;
  const repositories = status.repositories.map((entry) =>
    entry.name === repository ? { ...entry, verified } : entry,
  );
  return { ...status, repositories };
}
