/** One panel: what it shows, in which unit, by which queries. Everything else of Grafana's format follows from it. */
export interface Panel {
  readonly title: string;
  readonly type: 'timeseries' | 'stat' | 'table';
  /** As Grafana names units: s, bytes, percentunit, ops, dateTimeFromNow. */
  readonly unit: string;
  /** PromQL, and how a line is named: labels in double braces. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** Of 24 columns; default 8. */
  readonly width?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

type Query = Panel['queries'][number];

const lines = (title: string, unit: string, ...queries: readonly Query[]): Panel => ({
  title,
  type: 'timeseries',
  unit,
  queries,
});

const stat = (title: string, unit: string, expr: string, legend = ''): Panel => ({
  title,
  type: 'stat',
  unit,
  queries: [[expr, legend]],
  width: 4,
});

const list = (title: string, unit: string, expr: string): Panel => ({
  title,
  type: 'table',
  unit,
  queries: [[expr, '']],
  width: 12,
});

const OURS = 'and on (job, instance) es_steward_build_info{job=~"$job"}';
const CHOSEN = 'namespace=~"$namespace"';
const NAMED = '{{namespace}}/{{name}}';

/** Every replica tells the same of a resource. */
const of = (metric: string, further: readonly string[] = [], matchers = ''): string =>
  `max by (${['namespace', 'name', ...further].join(', ')}) (${metric}{${CHOSEN}${matchers}})`;

const p99 = (metric: string, by: string): string =>
  `histogram_quantile(0.99, sum by (le, ${by}) (rate(${metric}_bucket{job=~"$job"}[$__rate_interval])))`;

const rateBy = (metric: string, ...by: readonly string[]): string =>
  `sum by (${by.join(', ')}) (rate(${metric}{job=~"$job"}[$__rate_interval]))`;

const operator: Row = {
  title: 'Operator',
  panels: [
    stat('Replicas', 'none', 'count(es_steward_build_info{job=~"$job"})'),
    stat('Leaders', 'none', `sum(leader_election_master_status ${OURS})`),
    stat('Kill switch', 'bool_on_off', 'max(es_steward_paused{job=~"$job"})'),
    stat(
      'Not ready',
      'none',
      `count(max by (kind, namespace, name) (es_steward_resource_ready{${CHOSEN}}) == 0) or vector(0)`,
    ),
    stat(
      'Stalled',
      'none',
      `count(max by (kind, namespace, name) (es_steward_resource_stalled{${CHOSEN}})) or vector(0)`,
    ),
    stat('Version', 'none', 'max by (version) (es_steward_build_info{job=~"$job"})', '{{version}}'),
    lines('Passes', 'ops', [
      rateBy('controller_runtime_reconcile_total', 'controller', 'result'),
      '{{controller}} {{result}}',
    ]),
    lines('Length of a pass, 99th percentile', 's', [
      p99('controller_runtime_reconcile_time_seconds', 'controller'),
      '{{controller}}',
    ]),
    lines(
      'Faults and passes out of time',
      'ops',
      [rateBy('controller_runtime_reconcile_errors_total', 'controller'), '{{controller}} fault'],
      [rateBy('controller_runtime_reconcile_timeouts_total', 'controller'), '{{controller}} out of time'],
      [
        rateBy('controller_runtime_terminal_reconcile_errors_total', 'controller'),
        '{{controller}} must be changed',
      ],
    ),
    lines(
      'Queue',
      'none',
      ['sum by (controller) (workqueue_depth{job=~"$job"})', '{{controller}} waiting'],
      ['sum by (controller) (controller_runtime_active_workers{job=~"$job"})', '{{controller}} at work'],
    ),
    lines('Waiting for a worker, 99th percentile', 's', [
      p99('workqueue_queue_duration_seconds', 'controller'),
      '{{controller}}',
    ]),
    lines('Age of the view', 's', [
      'max by (controller, instance) (es_steward_view_age_seconds{job=~"$job"})',
      '{{controller}} {{instance}}',
    ]),
    lines('Effects', 'ops', [
      rateBy('es_steward_actions_total', 'action', 'result'),
      '{{action}} {{result}}',
    ]),
    lines('Requests to Elasticsearch', 'reqps', [
      rateBy('es_steward_elasticsearch_requests_total', 'class'),
      '{{class}}',
    ]),
    lines('Elasticsearch, 99th percentile of the ten slowest calls', 's', [
      `topk(10, ${p99('es_steward_elasticsearch_request_duration_seconds', 'operation')})`,
      '{{operation}}',
    ]),
    lines(
      'Lost answers and events',
      'ops',
      [rateBy('es_steward_unknown_outcomes_total', 'target'), 'answer of {{target}}'],
      [rateBy('es_steward_events_dropped_total', 'reason'), 'event: {{reason}}'],
    ),
    lines('Requests to the API server', 'reqps', [
      `sum by (method, code) (rate(rest_client_requests_total[$__rate_interval]) ${OURS})`,
      '{{method}} {{code}}',
    ]),
    lines('Status writes', 'ops', [rateBy('es_steward_status_writes_total', 'controller'), '{{controller}}']),
    lines('Memory', 'bytes', [`process_resident_memory_bytes ${OURS}`, '{{instance}}']),
    lines('Processor', 'none', [`rate(process_cpu_seconds_total[$__rate_interval]) ${OURS}`, '{{instance}}']),
    lines('Delay of the event loop, 99th percentile', 's', [
      `nodejs_eventloop_lag_p99_seconds ${OURS}`,
      '{{instance}}',
    ]),
  ],
};

const copies: Row = {
  title: 'Copies',
  panels: [
    list('Phases', 'none', of('es_steward_reindex_phase', ['phase'])),
    list('Failures', 'none', of('es_steward_reindex_failed', ['reason'])),
    lines('Progress', 'percentunit', [of('es_steward_reindex_progress_ratio'), NAMED]),
    lines('Documents per second', 'none', [of('es_steward_reindex_documents_per_second'), NAMED]),
    lines('Time left', 's', [`${of('es_steward_reindex_eta_timestamp_seconds')} - time()`, NAMED]),
    lines(
      'Documents',
      'short',
      [of('es_steward_reindex_copied_documents'), `${NAMED} copied`],
      [of('es_steward_reindex_documents'), `${NAMED} in all`],
    ),
    lines('Writes are blocked since', 's', [
      `time() - ${of('es_steward_reindex_writes_blocked_since_timestamp_seconds', ['reason'])}`,
      `${NAMED} {{reason}}`,
    ]),
    lines('Write outage of complete copies', 's', [of('es_steward_reindex_write_outage_seconds'), NAMED]),
    lines(
      'Begun again',
      'none',
      [of('es_steward_reindex_range_retries'), `${NAMED} parts`],
      [of('es_steward_reindex_write_block_attempts'), `${NAMED} write blocks`],
      [of('es_steward_reindex_catch_up_rounds'), `${NAMED} rounds`],
    ),
    lines(
      'Documents that need a look',
      'none',
      [of('es_steward_reindex_quarantined_documents'), `${NAMED} not written`],
      [of('es_steward_reindex_writes_after_fence'), `${NAMED} behind the block`],
    ),
    lines('Waiting for approval', 'none', [of('es_steward_reindex_approval_required'), NAMED]),
  ],
};

const snapshots: Row = {
  title: 'Snapshots',
  panels: [
    list(
      'Newest success',
      'dateTimeFromNow',
      `${of('es_steward_snapshot_last_success_timestamp_seconds')} * 1000`,
    ),
    list('Last state', 'none', of('es_steward_snapshot_last_state', ['state'])),
    lines('Age of the newest success', 's', [
      `time() - ${of('es_steward_snapshot_last_success_timestamp_seconds')}`,
      NAMED,
    ]),
    lines('Age as a part of what is allowed', 'percentunit', [
      `(time() - ${of('es_steward_snapshot_last_success_timestamp_seconds')}) / ${of('es_steward_snapshot_stale_after_seconds')}`,
      NAMED,
    ]),
    lines('Healthy', 'bool_yes_no', [of('es_steward_snapshot_healthy'), NAMED]),
    lines('Duration', 's', [of('es_steward_snapshot_last_duration_seconds'), NAMED]),
    lines('Bytes copied anew', 'bytes', [of('es_steward_snapshot_last_bytes'), NAMED]),
    lines('Progress of those that run', 'percentunit', [of('es_steward_snapshot_active_ratio'), NAMED]),
    lines(
      'Failures in a row, missed slots',
      'none',
      [of('es_steward_snapshot_consecutive_failures'), `${NAMED} failures`],
      [`increase(${of('es_steward_snapshot_missed_slots_total')}[1d:5m])`, `${NAMED} missed in a day`],
    ),
    lines('Kept successes', 'none', [of('es_steward_snapshots_retained'), NAMED]),
    lines('Restore check', 'bool_yes_no', [of('es_steward_snapshot_restore_check_passed'), NAMED]),
    lines('Retention halted', 'none', [
      of('es_steward_snapshot_retention_halted', ['reason']),
      `${NAMED} {{reason}}`,
    ]),
    lines('Next slot in', 's', [`${of('es_steward_snapshot_next_run_timestamp_seconds')} - time()`, NAMED]),
  ],
};

const maintenance: Row = {
  title: 'Maintenance',
  panels: [
    lines('Indexes', 'none', [
      of('es_steward_maintenance_target_indices', ['target']),
      `${NAMED} {{target}}`,
    ]),
    lines('Bytes', 'bytes', [of('es_steward_maintenance_target_bytes', ['target']), `${NAMED} {{target}}`]),
    lines('Growth in a day', 'bytes', [
      of('es_steward_maintenance_target_growth_bytes_per_day', ['target']),
      `${NAMED} {{target}}`,
    ]),
    lines('Planned deletions', 'none', [of('es_steward_maintenance_planned_deletions'), NAMED]),
    lines('Bytes of planned deletions', 'bytes', [
      of('es_steward_maintenance_planned_deletion_bytes'),
      NAMED,
    ]),
    lines(
      'Last run',
      'none',
      [of('es_steward_maintenance_last_run_deleted'), `${NAMED} deleted`],
      [of('es_steward_maintenance_last_run_failed'), `${NAMED} failed`],
      [of('es_steward_maintenance_last_run_dropped'), `${NAMED} dropped`],
    ),
    list('Kept, by reason', 'none', of('es_steward_maintenance_kept', ['reason'])),
    list('Held, by reason', 'none', of('es_steward_maintenance_held', ['reason'])),
    lines('Waiting for approval', 'none', [of('es_steward_maintenance_approval_required'), NAMED]),
    lines('Failures in a row', 'none', [of('es_steward_maintenance_consecutive_failures'), NAMED]),
    lines('Next expiry in', 's', [
      `${of('es_steward_maintenance_target_next_expiry_timestamp_seconds', ['target'])} - time()`,
      `${NAMED} {{target}}`,
    ]),
  ],
};

const connections: Row = {
  title: 'Connections',
  panels: [
    list(
      'Ready',
      'bool_yes_no',
      of('es_steward_resource_ready', ['reason'], ',kind="ElasticsearchConnection"'),
    ),
    list('Health', 'none', of('es_steward_connection_health', ['health'])),
    lines(
      'Nodes',
      'none',
      [of('es_steward_connection_nodes'), NAMED],
      [of('es_steward_connection_data_nodes'), `${NAMED} with data`],
    ),
    lines('Shards without a node', 'none', [of('es_steward_connection_unassigned_shards'), NAMED]),
    lines('Used disk', 'percentunit', [of('es_steward_connection_disk_used_ratio'), NAMED]),
    lines('Bytes in primary shards', 'bytes', [of('es_steward_connection_primary_bytes'), NAMED]),
    lines('Documents', 'short', [of('es_steward_connection_documents'), NAMED]),
    lines('Pending tasks of the cluster', 'none', [of('es_steward_connection_pending_tasks'), NAMED]),
    lines(
      'Operations',
      'none',
      [of('es_steward_connection_active_operations'), `${NAMED} at work`],
      [of('es_steward_connection_queued_operations'), `${NAMED} waiting`],
    ),
    lines('Repositories', 'bool_yes_no', [
      of('es_steward_connection_repository_verified', ['repository']),
      `${NAMED} {{repository}}`,
    ]),
    lines('Missing privileges', 'none', [of('es_steward_connection_missing_privileges'), NAMED]),
  ],
};

export const rows: readonly Row[] = [operator, copies, snapshots, maintenance, connections];
