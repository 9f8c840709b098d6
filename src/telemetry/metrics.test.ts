import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import { operationOf } from './operation.ts';

it.each([
  ['GET', '/', 'GET /'],
  ['GET', '/_cluster/health', 'GET _cluster/health'],
  ['GET', '/_cluster/health/orders-v1?level=shards', 'GET _cluster/health/{name}'],
  ['POST', '/orders-v1/_search', 'POST {name}/_search'],
  ['PUT', '/orders-v1/_block/write', 'PUT {name}/_block/{name}'],
  ['GET', '/_tasks/node-1:42', 'GET _tasks/{name}'],
  ['POST', '/_tasks/node-1%3A42/_cancel', 'POST _tasks/{name}/_cancel'],
  ['GET', '/_snapshot/backups/nightly-1', 'GET _snapshot/{name}/{name}'],
  ['POST', '/_security/user/_has_privileges', 'POST _security/user/_has_privileges'],
  ['GET', '/_cluster/Not-Api', 'GET _cluster/{name}'],
] as const)('labels %s %s as %s', (method, path, label) => {
  expect(operationOf({ method, path })).toBe(label);
});

it('leaves out a call that waits for the end of a task, and nothing else of that operation', async () => {
  const metrics = createMetrics('1.2.3');
  const call = { method: 'GET', path: '/_tasks/n:1' } as const;
  metrics.elasticsearchRequest({ ...call, query: { wait_for_completion: true } }, 'aborted', 50);
  metrics.elasticsearchRequest(call, 'ok', 0.1);
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    'es_steward_elasticsearch_requests_total{operation="GET _tasks/{name}",class="ok"} 1',
  );
  expect(text).toContain('duration_seconds_count{operation="GET _tasks/{name}"} 1');
  expect(text).not.toContain('class="aborted"');
});

it('names its series as controller-runtime and client-go do', async () => {
  const metrics = createMetrics('1.2.3');
  const series = metrics.controllers('reindexrequest');
  series.added();
  series.retried();
  series.waited(0.1);
  series.worked(0.1);
  series.reconciled('error', 0.1);
  series.stalled();
  series.acted('StartTask', 'success');
  series.wroteStatus();
  series.watch({ workers: 4, viewAgeMs: () => 5_000, queue: { depth: 3, running: [1, 2] } });
  metrics.kubernetesRequest('GET', '200', 0.1);
  metrics.elasticsearchRequest({ method: 'GET', path: '/' }, 'ok', 0.1);
  metrics.unknownOutcome('elasticsearch');
  metrics.crdWarning('PATCH reindexrequests');
  metrics.eventDropped('full');
  metrics.watchProcess({ leaseName: 'es-steward', isLeader: () => true, isPaused: () => true });

  const lines = (await metrics.registry.metrics()).split('\n');
  const queue = 'name="reindexrequest",controller="reindexrequest"';
  expect(lines).toEqual(
    expect.arrayContaining([
      'controller_runtime_reconcile_total{controller="reindexrequest",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="reindexrequest"} 1',
      'controller_runtime_terminal_reconcile_errors_total{controller="reindexrequest"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="reindexrequest"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="reindexrequest"} 4',
      'controller_runtime_active_workers{controller="reindexrequest"} 2',
      `workqueue_depth{${queue}} 3`,
      `workqueue_adds_total{${queue}} 1`,
      `workqueue_retries_total{${queue}} 1`,
      `workqueue_queue_duration_seconds_count{${queue}} 1`,
      `workqueue_work_duration_seconds_count{${queue}} 1`,
      `workqueue_unfinished_work_seconds{${queue}} 3`,
      `workqueue_longest_running_processor_seconds{${queue}} 2`,
      'rest_client_requests_total{method="GET",code="200"} 1',
      'rest_client_request_duration_seconds_count{verb="GET"} 1',
      'leader_election_master_status{name="es-steward"} 1',
      'es_steward_build_info{version="1.2.3"} 1',
      'es_steward_elasticsearch_requests_total{operation="GET /",class="ok"} 1',
      'es_steward_unknown_outcomes_total{target="elasticsearch"} 1',
      'es_steward_view_age_seconds{controller="reindexrequest"} 5',
      'es_steward_actions_total{controller="reindexrequest",action="StartTask",result="success"} 1',
      'es_steward_status_writes_total{controller="reindexrequest"} 1',
      'es_steward_crd_warnings_total{request="PATCH reindexrequests"} 1',
      'es_steward_events_dropped_total{reason="full"} 1',
      'es_steward_paused 1',
    ]),
  );
});
