import { decide } from '../../src/controllers/index-maintenance-policy/decide.ts';
import { createListings } from '../../src/controllers/index-maintenance-policy/observe-listings.ts';
import { createObserve } from '../../src/controllers/index-maintenance-policy/observe.ts';
import { createPerform } from '../../src/controllers/index-maintenance-policy/perform.ts';
import type { IndexMaintenancePolicyStatus } from '../../src/crds/index-maintenance-policy.ts';
import type { Connections } from '../../src/elasticsearch/connections.ts';
import type { Elasticsearch } from '../../src/elasticsearch/elasticsearch.ts';
import { policyOf } from './maintenance-facts.ts';

const MOST_PASSES = 20;

/** One run of a policy that archives, over that client and without Kubernetes. */
export async function archiveOnce(
  es: Elasticsearch,
  pattern: string,
  destination: string,
): Promise<IndexMaintenancePolicyStatus> {
  const cluster = {
    es,
    maxConcurrentOperations: 2,
    protects: () => false,
    connection: { uid: 'c' },
    clusterUuid: 'c',
  };
  const dependencies = {
    // A cast: a run uses nothing else of it.
    connections: { use: () => Promise.resolve(cluster) } as unknown as Connections,
    listings: createListings(),
    policies: () => [],
    requests: () => [],
    clusterUuidOf: () => undefined,
    snapshotOwners: () => () => false,
  };
  const [observe, perform] = [createObserve(dependencies), createPerform(dependencies)];
  const targets = [{ name: 'a', pattern, archive: { olderThan: '1825d', field: 'date', destination } }];
  const log = { info: () => undefined, warn: () => undefined };
  let status: IndexMaintenancePolicyStatus | undefined;
  for (let count = 0; count < MOST_PASSES; count += 1) {
    const annotations = { 'es-steward.dev/run-now': 'once' };
    const bare = policyOf(targets);
    // Not one that has lost its status: that would have answered the annotation before.
    const metadata = { ...bare.metadata, annotations, creationTimestamp: new Date().toISOString() };
    const policy = { ...bare, metadata, ...(status === undefined ? {} : { status }) };
    const pass = { now: Date.now(), signal: new AbortController().signal, log };
    const step = decide(policy, await observe(policy, pass), pass.now);
    status = step.status;
    for (const action of step.actions ?? []) status = (await perform(action, policy, pass))(status);
    if (step.next !== 'now') return status;
  }
  throw new Error('the run does not end');
}
