import { isElasticsearchError } from '../../elasticsearch/errors.ts';
import type { Repository } from '../../elasticsearch/repositories.ts';
import { WaitingError } from '../../runtime/errors.ts';

/** What can be wrong with a repository, each with its cure. */

const AGAIN_MS = 10_000;
/** Somebody has to look into the bucket. */
const SELDOM_AGAIN_MS = 60_000;

export function repositoryRefusal({ name, readOnly }: Repository): WaitingError | undefined {
  if (!readOnly) return undefined;
  const message = `Repository ${name} is registered as read-only: nothing can be written into it. Register it without readonly, in one cluster only.`;
  return new WaitingError('RepositoryReadOnly', message, AGAIN_MS);
}

function missing(name: string, cause: unknown): WaitingError {
  const message = `Repository ${name} is not registered in Elasticsearch: register it with PUT _snapshot/${name}, or correct spec.repository.`;
  return new WaitingError('RepositoryMissing', message, AGAIN_MS, { cause });
}

/** As Elasticsearch 8.16 and 9.4 say it; the text is looked at where the type does not tell. */
const CHANGED_BY_OTHERS =
  /disabled to prevent data corruption|concurrent modification|do(?:es)? not match its expected|already exists, cannot overwrite|corrupt/i;

/** An answer that tells of the repository rather than of the request; undefined for every other. */
export function repositoryFault(error: unknown, name: string): WaitingError | undefined {
  if (!isElasticsearchError(error)) return undefined;
  const { errorType = '', detail = '' } = error;
  if (errorType === 'repository_missing_exception') return missing(name, error);
  if (errorType === 'repository_verification_exception')
    return fault(
      'RepositoryUnverified',
      `A node cannot write to repository ${name}: POST _snapshot/${name}/_verify says which, and why.`,
      error,
    );
  const isOfRepository = /^(repository|snapshot)_exception$|^repository_data|^corrupted_|^blob_store/.test(
    errorType,
  );
  if (isOfRepository && CHANGED_BY_OTHERS.test(`${detail} ${errorType}`))
    return fault(
      'RepositoryShared',
      `Elasticsearch has stopped using repository ${name}: something else than this cluster has changed its files. See to it that no other cluster writes to it, then register it again.`,
      error,
    );
  if (errorType === 'repository_exception')
    return fault(
      'RepositoryUnreadable',
      `Repository ${name} cannot be read; the log of Elasticsearch says why.`,
      error,
    );
  return undefined;
}

const fault = (reason: string, message: string, cause: unknown): WaitingError =>
  new WaitingError(reason, message, SELDOM_AGAIN_MS, { cause });
