import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { ElasticsearchConnectionStatus } from '../crds/elasticsearch-connection.ts';
import type { IndexMaintenancePolicyStatus } from '../crds/index-maintenance-policy.ts';
import type { ReindexRequestStatus } from '../crds/reindex-request.ts';
import type { Condition } from '../crds/shared.ts';
import type { SnapshotScheduleStatus } from '../crds/snapshot-schedule.ts';
import { resourceMetrics } from './resource-metrics.ts';

const NEW_YEAR = '2026-01-01T00:00:00Z';
const SECONDS = 1_767_225_600;

const condition = (type: string, reason: string, status: Condition['status'] = 'True'): Condition => ({
  type,
  status,
  reason,
  message: '',
  lastTransitionTime: NEW_YEAR,
});

const connection: ElasticsearchConnectionStatus = {
  conditions: [condition('Ready', 'Connected')],
  health: 'yellow',
  version: '9.4.3',
  nodes: 3,
  dataNodes: 2,
  activeShards: 10,
  unassignedShards: 1,
  pendingTasks: 4,
  statistics: { indices: 5, primaryDocuments: 6, primaryBytes: 7, totalBytes: 14, diskUsedPercent: 42 },
  repositories: [
    { name: 'backups', type: 'fs', readOnly: false, verified: true },
    { name: 'old', type: 'fs', readOnly: false, verified: false },
    { name: 'shared', type: 'url', readOnly: true },
  ],
  missingPrivileges: ['monitor'],
  activeOperations: [{ kind: 'ReindexRequest', namespace: 'ns', name: 'copy' }],
  queued: 2,
  lastProbeTime: NEW_YEAR,
};

const reindex: ReindexRequestStatus = {
  conditions: [
    condition('Ready', 'ScriptFailed', 'False'),
    condition('Stalled', 'ScriptFailed'),
    condition('Failed', 'ScriptFailed'),
    condition('WritesBlocked', 'CutOver'),
    condition('ApprovalRequired', 'WaitingForApproval'),
  ],
  phase: 'Copying',
  progress: {
    percent: 45,
    display: '45%',
    message: '',
    total: 100,
    completed: 50,
    documentsPerSecond: 9,
    versionConflicts: 3,
    quarantined: 2,
    eta: NEW_YEAR,
  },
  copy: {
    shards: [],
    done: [],
    running: [],
    retries: 8,
    sums: { created: 0, updated: 0, noops: 0, deleted: 0, versionConflicts: 0, batches: 0 },
  },
  catchUpRounds: 6,
  series: { total: 12, completed: 11 },
  fence: { verified: true, deadline: NEW_YEAR },
  fenceTries: 1,
  writeOutage: '1.2s',
  writesAfterFence: 7,
  rollbackUntil: NEW_YEAR,
  startTime: NEW_YEAR,
  completionTime: NEW_YEAR,
  duration: '4m12s',
};

const snapshots: SnapshotScheduleStatus = {
  conditions: [condition('Ready', 'Succeeded'), condition('Healthy', 'Stale', 'False')],
  lastSuccessfulTime: NEW_YEAR,
  nextScheduleTime: NEW_YEAR,
  staleAfter: '12h',
  active: { snapshot: 's', repository: 'r', slot: NEW_YEAR, attempt: 1, accepted: true, percent: 30 },
  overlapping: [
    { snapshot: 'o', repository: 'r', slot: NEW_YEAR, attempt: 1, accepted: true, overdue: true },
  ],
  lastSnapshot: { name: 's', state: 'PARTIAL', slot: NEW_YEAR, duration: '1.5s', bytes: 7 },
  consecutiveFailures: 2,
  missedSlots: 3,
  retained: { count: 4 },
  retention: { halted: 'Stale', deleted: 5, kept: [{ reason: 'KeepDaily', count: 6 }] },
  lastRestoreCheck: { time: NEW_YEAR, result: 'Failed', message: '' },
};

const maintenance: IndexMaintenancePolicyStatus = {
  conditions: [
    condition('Ready', 'Conflict', 'Unknown'),
    condition('Reconciling', 'Retrying'),
    condition('Conflict', 'SameAlias'),
  ],
  targets: [{ name: 'days', matched: 9, documents: 8, bytes: 7, bytesPerDay: 6, nextExpiry: NEW_YEAR }],
  plan: {
    hash: 'h',
    specHash: 's',
    generation: 1,
    time: NEW_YEAR,
    lookedAtTime: NEW_YEAR,
    deletes: { count: 5, bytes: 50, documents: 500, names: [] },
    aliasChanges: { add: 2, remove: 1, names: [] },
    archive: { documents: 7 },
    kept: [{ reason: 'Young', count: 4 }],
    held: [
      { index: 'a', reason: 'MountedSnapshot' },
      { index: 'b', reason: 'MountedSnapshot' },
    ],
  },
  lastRun: {
    time: NEW_YEAR,
    duration: '30s',
    deleted: 3,
    failed: 2,
    dropped: 1,
    notArchived: 4,
    aliasesAdded: 0,
    aliasesRemoved: 0,
  },
  archive: { documents: 70, held: [] },
  nextRunTime: NEW_YEAR,
  lastSuccessfulTime: NEW_YEAR,
  consecutiveFailures: 2,
};

const told: Readonly<Record<string, object>> = {
  elasticsearchconnection: connection,
  reindexrequest: reindex,
  snapshotschedule: snapshots,
  indexmaintenancepolicy: maintenance,
};

const objectOf = (name: string, status?: object) => ({
  metadata: { namespace: 'ns', name },
  spec: { suspend: name === 'idle' },
  status,
});

function served(objects: (singular: string) => readonly object[]) {
  const registry = new Registry();
  resourceMetrics([registry]).watchResources(({ singular }) => objects(singular));
  return registry;
}

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics())
    .split('\n')
    .filter((line) => line.startsWith('es_steward_'))
    .map((line) => line.replace('es_steward_', '').replace('namespace="ns",', ''));
}

/** `name` is told by each of the kinds; what is expected of it, without its two first labels. */
const at = (labels = '') => `{name="it"${labels}}`;

it('tells what the status of each resource says', async () => {
  const lines = await linesOf(served((singular) => [objectOf('it', told[singular])]));
  expect(lines).toEqual([
    `connection_health${at(',health="yellow"')} 1`,
    `connection_version${at(',version="9.4.3"')} 1`,
    `connection_nodes${at()} 3`,
    `connection_data_nodes${at()} 2`,
    `connection_active_shards${at()} 10`,
    `connection_unassigned_shards${at()} 1`,
    `connection_pending_tasks${at()} 4`,
    `connection_indices${at()} 5`,
    `connection_documents${at()} 6`,
    `connection_primary_bytes${at()} 7`,
    `connection_total_bytes${at()} 14`,
    `connection_disk_used_ratio${at()} 0.42`,
    `connection_repository_verified${at(',repository="backups"')} 1`,
    `connection_repository_verified${at(',repository="old"')} 0`,
    `connection_missing_privileges${at()} 1`,
    `connection_active_operations${at()} 1`,
    `connection_queued_operations${at()} 2`,
    `connection_last_probe_timestamp_seconds${at()} ${SECONDS}`,
    `connection_suspended${at()} 0`,
    `reindex_phase${at(',phase="Copying"')} 1`,
    `reindex_progress_ratio${at()} 0.45`,
    `reindex_documents${at()} 100`,
    `reindex_copied_documents${at()} 50`,
    `reindex_documents_per_second${at()} 9`,
    `reindex_eta_timestamp_seconds${at()} ${SECONDS}`,
    `reindex_version_conflicts${at()} 3`,
    `reindex_quarantined_documents${at()} 2`,
    `reindex_range_retries${at()} 8`,
    `reindex_catch_up_rounds${at()} 6`,
    `reindex_series_indices${at()} 12`,
    `reindex_series_completed_indices${at()} 11`,
    `reindex_writes_blocked_since_timestamp_seconds${at(',reason="CutOver"')} ${SECONDS}`,
    `reindex_write_block_deadline_timestamp_seconds${at()} ${SECONDS}`,
    `reindex_write_block_attempts${at()} 1`,
    `reindex_write_outage_seconds${at()} 1.2`,
    `reindex_writes_after_fence${at()} 7`,
    `reindex_rollback_until_timestamp_seconds${at()} ${SECONDS}`,
    `reindex_approval_required${at()} 1`,
    `reindex_failed${at(',reason="ScriptFailed"')} 1`,
    `reindex_start_timestamp_seconds${at()} ${SECONDS}`,
    `reindex_completion_timestamp_seconds${at()} ${SECONDS}`,
    `reindex_duration_seconds${at()} 252`,
    `reindex_suspended${at()} 0`,
    `snapshot_last_success_timestamp_seconds${at()} ${SECONDS}`,
    `snapshot_stale_after_seconds${at()} 43200`,
    `snapshot_healthy${at()} 0`,
    `snapshot_next_run_timestamp_seconds${at()} ${SECONDS}`,
    `snapshot_active${at()} 2`,
    `snapshot_active_ratio${at()} 0.3`,
    `snapshot_overdue${at()} 1`,
    `snapshot_last_state${at(',state="PARTIAL"')} 1`,
    `snapshot_last_duration_seconds${at()} 1.5`,
    `snapshot_last_bytes${at()} 7`,
    `snapshot_consecutive_failures${at()} 2`,
    `snapshots_retained${at()} 4`,
    `snapshot_retention_halted${at(',reason="Stale"')} 1`,
    `snapshot_retention_kept${at(',reason="KeepDaily"')} 6`,
    `snapshot_restore_check_passed${at()} 0`,
    `snapshot_schedule_suspended${at()} 0`,
    `snapshot_missed_slots_total${at()} 3`,
    `snapshot_deletions_total${at()} 5`,
    `maintenance_target_indices${at(',target="days"')} 9`,
    `maintenance_target_documents${at(',target="days"')} 8`,
    `maintenance_target_bytes${at(',target="days"')} 7`,
    `maintenance_target_growth_bytes_per_day${at(',target="days"')} 6`,
    `maintenance_target_next_expiry_timestamp_seconds${at(',target="days"')} ${SECONDS}`,
    `maintenance_planned_archival_documents${at()} 7`,
    `maintenance_archived_documents_total${at()} 70`,
    `maintenance_last_run_not_archived${at()} 4`,
    `maintenance_planned_deletions${at()} 5`,
    `maintenance_planned_deletion_bytes${at()} 50`,
    `maintenance_planned_deletion_documents${at()} 500`,
    `maintenance_planned_alias_changes${at()} 3`,
    `maintenance_kept${at(',reason="Young"')} 4`,
    `maintenance_held${at(',reason="MountedSnapshot"')} 2`,
    `maintenance_last_run_deleted${at()} 3`,
    `maintenance_last_run_failed${at()} 2`,
    `maintenance_last_run_dropped${at()} 1`,
    `maintenance_last_run_duration_seconds${at()} 30`,
    `maintenance_next_run_timestamp_seconds${at()} ${SECONDS}`,
    `maintenance_last_success_timestamp_seconds${at()} ${SECONDS}`,
    `maintenance_consecutive_failures${at()} 2`,
    `maintenance_approval_required${at()} 0`,
    `maintenance_conflict${at(',reason="SameAlias"')} 1`,
    `maintenance_policy_suspended${at()} 0`,
    `resource_ready${at(',kind="ElasticsearchConnection",reason="Connected"')} 1`,
    `resource_ready${at(',kind="ReindexRequest",reason="ScriptFailed"')} 0`,
    `resource_ready${at(',kind="SnapshotSchedule",reason="Succeeded"')} 1`,
    `resource_ready${at(',kind="IndexMaintenancePolicy",reason="Conflict"')} 0`,
    `resource_reconciling${at(',kind="IndexMaintenancePolicy",reason="Retrying"')} 1`,
    `resource_stalled${at(',kind="ReindexRequest",reason="ScriptFailed"')} 1`,
  ]);
});

it('tells the deadline of the block of a rollback too', async () => {
  const rollback = { asked: 'now', number: 1, blockedBefore: false, deadline: NEW_YEAR };
  const status = { ...reindex, fence: undefined, rollback };
  const lines = await linesOf(
    served((singular) => (singular === 'reindexrequest' ? [objectOf('it', status)] : [])),
  );
  expect(lines).toContain(`reindex_write_block_deadline_timestamp_seconds${at()} ${SECONDS}`);
});

it('says of what has no status yet only what is known', async () => {
  const lines = await linesOf(served(() => [objectOf('idle')]));
  const zeros = lines.filter((line) => line.endsWith(' 0'));
  expect(lines.filter((line) => line.endsWith(' 1'))).toEqual([
    'connection_suspended{name="idle"} 1',
    'reindex_suspended{name="idle"} 1',
    'snapshot_schedule_suspended{name="idle"} 1',
    'maintenance_policy_suspended{name="idle"} 1',
  ]);
  expect(zeros).toHaveLength(lines.length - 4);
});

it('forgets what is gone', async () => {
  let there = true;
  const registry = served((singular) => (there ? [objectOf('it', told[singular])] : []));
  expect((await linesOf(registry)).length).toBeGreaterThan(0);
  there = false;
  expect(await linesOf(registry)).toEqual([]);
});
