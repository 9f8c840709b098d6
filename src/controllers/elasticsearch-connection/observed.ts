import type {
  ElasticsearchConnection,
  ElasticsearchConnectionStatus as Status,
} from '../../crds/elasticsearch-connection.ts';
import type { ClusterStatistics } from '../../elasticsearch/cluster-statistics.ts';
import type { Health } from '../../elasticsearch/health.ts';
import type { ClusterInfo } from '../../elasticsearch/info.ts';
import type { Repository } from '../../elasticsearch/repositories.ts';

export type Connection = ElasticsearchConnection;

/** What one probe has found. */
export type Observed =
  | {
      readonly type: 'failed';
      readonly failure: ProbeFailure;
      readonly missingPrivileges?: readonly string[] | undefined;
    }
  /** A cluster answers of which nothing more may be read: another one than the pinned one, or one that is too old. */
  | { readonly type: 'identified'; readonly info: ClusterInfo }
  | Seen;

export interface ProbeFailure {
  /** Stalled: this object must be changed; reconciling: something else. */
  readonly type: 'reconciling' | 'stalled';
  readonly reason: string;
  readonly message: string;
}

export interface Seen {
  readonly type: 'seen';
  readonly info: ClusterInfo;
  /** Endpoints that give no answer, while others do. */
  readonly silent?: readonly string[];
  readonly health: Health;
  /** Undefined when they could not be had. */
  readonly missingPrivileges: readonly string[] | undefined;
  /** Undefined when the login may not list them or the list could not be had. */
  readonly repositories: readonly SeenRepository[] | undefined;
  /** Undefined when they are not due, or could not be had. */
  readonly statistics: ClusterStatistics | undefined;
  readonly operations: Operations;
}

export interface SeenRepository extends Repository {
  /** Of the last time that this process had it verified. */
  readonly verification?: Verification;
}

export interface Verification {
  /** Undefined when the login may not try. */
  readonly verified: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Who has a place on the cluster and how many wait for one. */
export interface Operations {
  readonly active: NonNullable<Status['activeOperations']>;
  readonly queued: number;
}
