import { milliseconds } from '../../crds/duration.ts';
import { clusterStatistics } from '../../elasticsearch/cluster-statistics.ts';
import type { Connections, ProbeClient } from '../../elasticsearch/connections.ts';
import type { Elasticsearch } from '../../elasticsearch/elasticsearch.ts';
import { ElasticsearchError, isElasticsearchError } from '../../elasticsearch/errors.ts';
import { clusterHealth } from '../../elasticsearch/health.ts';
import { clusterInfo } from '../../elasticsearch/info.ts';
import { missingPrivileges } from '../../elasticsearch/privileges.ts';
import { listRepositories } from '../../elasticsearch/repositories.ts';
import { withTimeout } from '../../elasticsearch/with-timeout.ts';
import type { Pass, ResourceKey } from '../../runtime/controller.ts';
import { TerminalError, WaitingError } from '../../runtime/errors.ts';
import { askEndpoints } from './observe-endpoints.ts';
import type { Connection, Observed, Operations, ProbeFailure, Seen } from './observed.ts';
import { probeFailure } from './probe-failure.ts';
import { clusterIsAccepted, figuresAreDue, privilegesToCheck, versionIsSupported } from './rules.ts';
import type { Verifications } from './verifications.ts';

export interface ObserveDependencies {
  readonly connections: Pick<Connections, 'client'>;
  readonly verifications: Verifications;
  readonly operationsOf: (connection: ResourceKey) => Operations;
}

/** A probe that takes longer has failed, whatever single requests of consumers may take. */
const LONGEST_PROBE_MS = 15_000;

/** One probe. What is wrong with the connection is a result; only faults of our own side are thrown. */
export function createObserve(dependencies: ObserveDependencies) {
  return async (resource: Connection, pass: Pass): Promise<Observed> => {
    try {
      const client = await dependencies.connections.client(resource, pass.signal);
      return await probe(resource, client, pass, dependencies);
    } catch (error) {
      const failure = failureOf(error, resource);
      if (failure === undefined || pass.signal.aborted) throw error;
      return { type: 'failed', failure };
    }
  };
}

function probeTimeoutMs({ spec }: Connection): number {
  return Math.min(milliseconds(spec.requestTimeout), LONGEST_PROBE_MS);
}

async function probe(
  resource: Connection,
  client: ProbeClient,
  pass: Pass,
  dependencies: ObserveDependencies,
): Promise<Observed> {
  const timeoutMs = probeTimeoutMs(resource);
  const es = withTimeout(client, timeoutMs);
  const missing = ifToBeHad(missingPrivileges(es, privilegesToCheck(resource.spec), pass.signal));
  try {
    const info = await clusterInfo(es, pass.signal);
    const { clusterUuid } = info;
    const { stray, silent } = await askEndpoints(resource, client, { clusterUuid, timeoutMs }, pass.signal);
    if (stray) return { type: 'failed', failure: stray };
    const mayRead = versionIsSupported(info.version) && clusterIsAccepted(resource, info.clusterUuid);
    if (!mayRead) return { type: 'identified', info };
    const seen = await look(resource, es, pass, dependencies);
    return { ...seen, info, silent, missingPrivileges: await missing };
  } catch (error) {
    if (!isElasticsearchError(error, 'forbidden')) throw error;
    return { type: 'failed', failure: probeFailure(error, resource), missingPrivileges: await missing };
  } finally {
    await Promise.allSettled([missing]);
  }
}

async function look(
  resource: Connection,
  es: Elasticsearch,
  pass: Pass,
  { verifications, operationsOf }: ObserveDependencies,
): Promise<Omit<Seen, 'info' | 'silent' | 'missingPrivileges'>> {
  const statisticsIfDue = figuresAreDue(resource, pass.now) ? clusterStatistics(es, pass.signal) : undefined;
  const [health, repositories, statistics] = await Promise.all([
    clusterHealth(es, {}, pass.signal),
    ifToBeHad(listRepositories(es, pass.signal)),
    ifToBeHad(statisticsIfDue),
  ]);
  return {
    type: 'seen',
    health,
    repositories: repositories && verifications.of(resource.metadata, repositories),
    statistics,
    operations: operationsOf(resource.metadata),
  };
}

/** Figures are worth less than the verdict: that they are forbidden or slow does not make a cluster unusable. */
async function ifToBeHad<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ElasticsearchError) return undefined;
    throw error;
  }
}

function failureOf(error: unknown, resource: Connection): ProbeFailure | undefined {
  if (error instanceof TerminalError)
    return { type: 'stalled', reason: error.reason, message: error.message };
  if (error instanceof WaitingError)
    return { type: 'reconciling', reason: error.reason, message: error.message };
  if (error instanceof ElasticsearchError) return probeFailure(error, resource);
  return undefined;
}
